"""The report of a simulation as an HTML page with plots: one file that needs no network."""

import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ontopilot.orchestrator.plan.simulate.compare import Comparison, Measured
from ontopilot.orchestrator.plan.simulate.planned import Planned
from ontopilot.orchestrator.plan.simulate.run import figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}
figure{margin:1.5rem 0}svg{max-width:100%;height:auto}figcaption{color:#444}
.best{font-weight:600}
"""

_COLUMNS = (
    ("goodput", "good turns per core-second", "{:.4f}"),
    ("good", "good", "{:.1%}"),
    ("right", "right", "{:.1%}"),
    ("in_time", "in time", "{:.1%}"),
    ("latency_p50", "p50, s", "{:.2f}"),
    ("latency_p95", "p95, s", "{:.2f}"),
    ("cores", "cores held", "{:.1f}"),
    ("switches", "switches", "{:.0f}"),
    ("undone", "undone early", "{:.0f}"),
)


def write_page(file: Path, comparison: Comparison) -> None:
    """Write the page.

    Raises:
        OSError: the file cannot be written.
    """
    file.write_text(page(comparison), encoding="utf-8")


def page(comparison: Comparison) -> str:
    """The page as HTML."""
    scenario = comparison.scenario
    title = f"Simulation of {html.escape(scenario.trace.name)}"
    notes = "".join(f"<p>{html.escape(note)}.</p>" for note in scenario.trace.notes)
    parts = [
        f"<p>{len(scenario.trace):,} requests in {scenario.trace.span:,.0f} s, after the part on "
        f"which policies were tuned. A turn is good when it is right and takes at most "
        f"{scenario.slo_s:.3g} s. Intervals are 95 % over seeds.</p>{notes}",
        _table(comparison),
        _figure(
            _goodput(comparison),
            "Good turns per core-second that was held; the line bounds any policy.",
        ),
        _figure(_latencies(comparison), "Share of the turns that were answered within a time."),
    ]
    parts += [
        _figure(_fleet(one), f"{one.name}: demand, forecast and replicas.")
        for one in comparison.measured
        if isinstance(one.world.policy, Planned)
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>\n{body}</main></body></html>\n"
    )


def _table(comparison: Comparison) -> str:
    head = "".join(f'<th scope="col">{words}</th>' for _, words, _ in _COLUMNS)
    rows = []
    for one in comparison.measured:
        told = figures(one.results)
        cells = "".join(f"<td>{form.format(told[name]['mean'])}</td>" for name, _, form in _COLUMNS)
        name = f"{html.escape(one.name)}<br><small>{html.escape(one.setting)}</small>"
        rows.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return (
        f'<table><thead><tr><th scope="col">policy</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _figure(figure: "Figure", caption: str) -> str:
    """A plot as SVG inside the page."""
    held = io.StringIO()
    figure.savefig(held, format="svg", bbox_inches="tight", metadata={"Date": None})
    svg = held.getvalue()
    told = html.escape(caption)
    drawn = svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{told}"', 1)
    return f"<figure>{drawn}<figcaption>{told}</figcaption></figure>"


def _drawn(rows: int = 1, height: float = 3.2) -> tuple["Figure", Sequence["Axes"]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, height * rows))
    axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, list(axes)


def _goodput(comparison: Comparison) -> "Figure":
    figure, (axes,) = _drawn()
    names = [one.name for one in comparison.measured]
    told = [figures(one.results)["goodput"] for one in comparison.measured]
    means = [row["mean"] for row in told]
    off = [[r["mean"] - r["low"] for r in told], [r["high"] - r["mean"] for r in told]]
    axes.barh(names, means, xerr=off, color="#4c78a8", ecolor="#333", capsize=3)
    axes.axvline(float(np.mean(comparison.oracle)), color="#e45756", label="bound")
    axes.invert_yaxis()
    axes.set_xlabel("good turns per core-second")
    axes.legend(frameon=False)
    return figure


def _latencies(comparison: Comparison) -> "Figure":
    figure, (axes,) = _drawn()
    for one in comparison.measured:
        latencies = np.sort([turn.latency for turn in one.world.turns])
        kept = latencies[:: max(1, len(latencies) // 400)]
        axes.plot(kept, np.linspace(0, 1, len(kept)), label=one.name, linewidth=1.3)
    axes.axvline(comparison.scenario.slo_s, color="#333", linestyle=":", label="SLO")
    axes.set_xscale("log")
    axes.set_xlabel("seconds")
    axes.set_ylabel("share of turns")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _fleet(one: Measured) -> "Figure":
    figure, (above, below) = _drawn(2, 2.4)
    policy: Any = one.world.policy
    times = [when for when, _ in policy.decisions]
    above.plot(times, [wanted.demand for _, wanted in policy.decisions], label="demand")
    above.plot(
        times, [wanted.forecast for _, wanted in policy.decisions], label="forecast", linewidth=1
    )
    above.set_ylabel("turns a second")
    above.legend(frameon=False)
    for name in one.world.site.facts:
        below.step(
            [when for when, _, _ in one.world.samples],
            [counts[name] for _, counts, _ in one.world.samples],
            label=name,
            where="post",
        )
    below.set_ylabel("replicas")
    below.set_xlabel("seconds")
    below.legend(frameon=False)
    return figure
