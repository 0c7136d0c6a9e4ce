"""The course of a training as a picture: loss and right answers over the steps, in SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, EDGE = 640, 300, 44
COLOURS = ("#0f766e", "#b45309", "#6d28d9", "#be123c", "#1d4ed8", "#4d7c0f", "#374151")

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    colour: str
    points: Points


def write_plot(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw the rows of a metrics file."""
    losses = [(row["step"], row["loss"]) for row in rows if "loss" in row]
    measured = [row for row in rows if "exact" in row]
    names = sorted({name for row in measured for name in row["exact"]})
    shares = [
        _Line(
            f"{name}, right",
            COLOURS[1 + at % (len(COLOURS) - 1)],
            [(row["step"], row["exact"][name]) for row in measured if name in row["exact"]],
        )
        for at, name in enumerate(names)
    ]
    last = max((row["step"] for row in rows), default=1)
    top = max((loss for _, loss in losses), default=1.0)
    lines = [_Line(f"loss (up to {top:.2f})", COLOURS[0], [(x, y / top) for x, y in losses])]
    file.write_text(_svg([*lines, *shares], last), encoding="utf-8")


def _svg(lines: Sequence[_Line], last: float) -> str:
    height = HEIGHT + 18 * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Loss and right answers over the steps of a training</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *_frame(last),
    ]
    for at, line in enumerate(lines):
        path = " ".join(f"{_x(x, last):.1f},{_y(y):.1f}" for x, y in line.points)
        parts.append(
            f'<polyline fill="none" stroke="{line.colour}" stroke-width="1.5" points="{path}"/>'
        )
        y = HEIGHT + 14 + 18 * at
        parts.append(f'<rect x="{EDGE}" y="{y - 9}" width="10" height="10" fill="{line.colour}"/>')
        parts.append(f'<text x="{EDGE + 16}" y="{y}">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _frame(last: float) -> list[str]:
    found = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        found.append(f'<line x1="{EDGE}" x2="{WIDTH - 12}" y1="{y}" y2="{y}" stroke="#d1d5db"/>')
        found.append(f'<text x="{EDGE - 8}" y="{y + 4}" text-anchor="end">{share:g}</text>')
    found.append(
        f'<text x="{WIDTH - 12}" y="{HEIGHT - EDGE + 30}" text-anchor="end">{last:g} steps</text>'
    )
    return found


def _x(step: float, last: float) -> float:
    return EDGE + (WIDTH - 12 - EDGE) * step / max(1.0, last)


def _y(share: float) -> float:
    return HEIGHT - EDGE - (HEIGHT - EDGE - 12) * min(1.0, max(0.0, share))
