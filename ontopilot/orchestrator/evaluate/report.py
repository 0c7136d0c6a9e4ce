"""An evaluation as one page of HTML: figures per kind, then every answer with what is wrong."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ontopilot.errors import ConfigError

GOOD_WHEN_LOW = frozenset(
    {"forbidden_facts", "unsupported_claims", "wrong_refusals", "policy_breaches", "errors"}
)
SHARES = (
    "fact_accuracy",
    "citation_precision",
    "citation_support",
    "citation_recall",
    "right_refusals",
    "wrong_refusals",
    "unsupported_claims",
    "forbidden_facts",
    "policy_breaches",
    "right_actions",
)

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #2a8f4f; --bad: #c0392b }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top }
.scroll { overflow-x: auto }
.bar { display: block; height: .35rem; width: 5rem; background: var(--line); border-radius: 2px }
.bar i { display: block; height: 100%; background: var(--good); border-radius: 2px }
.low i { background: var(--bad) }
small, .quiet { opacity: .75 }
td, td small { white-space: nowrap }
td small { display: block }
details { border-bottom: 1px solid var(--line); padding: .4rem 0 }
summary { cursor: pointer }
.wrong summary::before { content: "✗ "; color: var(--bad) }
.right summary::before { content: "✓ "; color: var(--good) }
li { color: var(--bad) }
"""


def write_report(path: Path, report: Mapping[str, Any], *, title: str) -> None:
    """Write the page of an evaluation.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(page(report, title=title), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"report {str(path)!r} cannot be written: {error.strerror}; give another path"
        ) from None


def page(report: Mapping[str, Any], *, title: str) -> str:
    """The page: whatever questions and answers say is text, never markup."""
    left_out = ", ".join(report["ablated"])
    note = f" Left out: {escape(left_out)}." if left_out else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>"
        f"<p>{report['questions']} questions, 95 % intervals by bootstrap.{note}</p>"
        f"{_figures(report)}<h2>Answers</h2>{''.join(map(_answer, report['results']))}"
        "</body></html>\n"
    )


def _figures(report: Mapping[str, Any]) -> str:
    heads = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in SHARES)
    rows = [("all", report["overall"]), *report["kinds"].items()]
    body = "".join(_row(kind, figures) for kind, figures in rows)
    return (
        f'<div class="scroll"><table><thead><tr><th scope="col">kind</th>{heads}'
        f'<th scope="col">p50</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(kind: str, figures: Mapping[str, Any]) -> str:
    cells = "".join(_cell(name, figures[name]) for name in SHARES)
    time = figures["latency_p50_ms"]["value"]
    shown = "–" if time is None else f"{time:,.0f} ms"
    return f'<tr><th scope="row">{escape(kind)}</th>{cells}<td>{shown}</td></tr>'


def _cell(name: str, figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return '<td class="quiet">–</td>'
    kind = "bar low" if name in GOOD_WHEN_LOW else "bar"
    return (
        f"<td>{figure['value']:.2f} <small>{figure['low']:.2f}–{figure['high']:.2f}</small>"
        f'<span class="{kind}"><i style="width:{100 * figure["value"]:.0f}%"></i></span></td>'
    )


def _answer(row: Mapping[str, Any]) -> str:
    problems: Sequence[str] = row["problems"]
    listed = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return (
        f'<details class="{"wrong" if problems else "right"}"><summary>{escape(row["id"])} '
        f'<span class="quiet">{escape(row["kind"])}</span> {escape(row["question"])}</summary>'
        f'<p>{escape(row["text"])}</p><p class="quiet">expected: {escape(row["expect"])}, '
        f"ended as: {escape(row['outcome'])}</p><ul>{listed}</ul></details>"
    )
