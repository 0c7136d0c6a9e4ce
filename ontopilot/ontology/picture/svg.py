"""A picture as SVG that needs nothing else: readable in print, in dark mode, by screen readers."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from ontopilot.ontology.picture.layout import Box, Layout, Path, Point, Row, laid_out
from ontopilot.ontology.picture.lettering import LINE, SIZE, safe, width, wrapped
from ontopilot.ontology.picture.scene import Look, Relation, Scene

_MARGIN: Final = 24.0
_FONT: Final = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
_STYLE: Final = f"""
text {{ font: {SIZE:g}px {_FONT}; fill: #1b1f24 }}
.focus text {{ font-weight: 700 }}
.quiet {{ fill: #57606a }}
.page {{ fill: #ffffff }}
rect.box {{ stroke-width: 1.5 }}
.focus rect.box {{ stroke-width: 3.5 }}
.class rect {{ fill: #eef3fb; stroke: #2f5d9b }}
.individual rect {{ fill: #fff6e3; stroke: #8a5a00 }}
.property rect {{ fill: #eaf7ee; stroke: #1f6b3a }}
.value rect {{ fill: #ffffff; stroke: #57606a }}
rect.inner {{ fill: none; stroke-width: 1 }}
.line {{ fill: none; stroke: #424a53; stroke-width: 1.5 }}
.inferred {{ stroke-dasharray: 6 4 }}
.hollow {{ fill: #ffffff; stroke: #424a53; stroke-width: 1.5 }}
.solid {{ fill: #424a53 }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e7eaee }}
.quiet {{ fill: #a4acb9 }}
.page {{ fill: #14171b }}
.class rect {{ fill: #16263d; stroke: #8ebcff }}
.individual rect {{ fill: #33260a; stroke: #f0c060 }}
.property rect {{ fill: #12301e; stroke: #7fdca0 }}
.value rect {{ fill: #14171b; stroke: #a4acb9 }}
rect.inner {{ fill: none }}
.line {{ stroke: #b6bec9 }}
.hollow {{ fill: #14171b; stroke: #b6bec9 }}
.solid {{ fill: #b6bec9 }}
}}
"""
_LEGEND: Final[dict[Look, str]] = {
    "class": "class",
    "individual": "individual",
    "property": "property",
    "value": "value",
}


def svg(scene: Scene) -> str:
    """The picture of a scene; whatever its labels say is text, never markup."""
    layout = laid_out(scene)
    legend = list(_legend(scene, layout))
    foot = wrapped(_foot(scene), max(layout.width, 320.0))
    wide = max([layout.width, 320.0, *(x + room for x, _, room in legend)]) + 2 * _MARGIN
    below = layout.height + 30 + LINE
    high = below + LINE * (len(foot) + 1) + 2 * _MARGIN
    body = [*map(_path, layout.paths), *_relations(layout), *map(_box, layout.boxes)]
    body += [one for _, one, _ in legend]
    body += [
        f'<text class="quiet" x="0" y="{below + LINE * (n + 1):.1f}">{safe(line)}</text>'
        for n, line in enumerate(foot)
    ]
    title = f"{scene.label}, {scene.kind}"
    inner = "\n".join(body)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" '
        f'width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}">\n'
        f'<title id="title">{safe(title)}</title>\n'
        f'<desc id="desc">{safe(described(scene))}</desc>\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="page" width="{wide:.0f}" height="{high:.0f}"/>\n'
        f'<g transform="translate({_MARGIN:g} {_MARGIN:g})" aria-hidden="true">\n{inner}\n</g>\n'
        "</svg>\n"
    )


def described(scene: Scene) -> str:
    """The picture in words, for those who cannot see it."""
    names = {one.iri: one.label for one in scene.terms}
    said = [
        f"{names[link.below]} is directly below {names[link.above]}"
        f"{' (inferred)' if link.inferred else ''}."
        for link in scene.links
    ]
    said += [_sentence(scene.label, one) for one in scene.relations]
    if scene.left_out:
        said.append(f"{scene.left_out} terms and relations are left out.")
    return " ".join(said) or f"Nothing joins {scene.label} to other terms."


def _sentence(label: str, one: Relation) -> str:
    first, last = (label, one.value) if one.to else (one.value, label)
    return f"{first} {one.name} {last}{' (inferred)' if one.inferred else ''}."


def _foot(scene: Scene) -> str:
    left = f"; {scene.left_out} terms and relations are left out" if scene.left_out else ""
    return f"{scene.kind} {scene.focus} in {scene.source}{left}"


def _box(box: Box) -> str:
    looks = f"{box.look} focus" if box.focus else box.look
    corner = {"class": 9, "property": 0, "individual": 3, "value": 0}[box.look]
    parts = [
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{corner}"/>'
    ]
    if box.look == "individual":
        parts.append(
            f'<rect class="inner" x="{box.x + 4:.1f}" y="{box.y + 4:.1f}" '
            f'width="{box.width - 8:.1f}" height="{box.height - 8:.1f}"/>'
        )
    if box.look == "property":
        parts += [_bar(box.x + 4, box), _bar(box.x + box.width - 4, box)]
    parts += _lines(box)
    return f'<g class="{looks}">{"".join(parts)}</g>'


def _bar(x: float, box: Box) -> str:
    return f'<path class="line" d="M{x:.1f} {box.y:.1f}V{box.y + box.height:.1f}"/>'


def _lines(box: Box) -> Iterator[str]:
    """The text of a box, in its middle."""
    count = len(box.lines) + bool(box.note)
    y = box.middle - LINE * count / 2 + LINE * 0.75
    middle = box.x + box.width / 2
    for line in (*box.lines, *((box.note,) if box.note else ())):
        quiet = ' class="quiet"' if line is box.note else ""
        yield f'<text{quiet} x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{safe(line)}</text>'
        y += LINE


def _path(path: Path) -> str:
    """A curve from a term to one above it, with a hollow triangle there."""
    dash = " inferred" if path.inferred else ""
    end_x, end_y = path.points[-1]
    points = (*path.points[:-1], (end_x + 10, end_y))
    drawn = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for number, (one, other) in enumerate(pairwise(points)):
        drawn += _curve(one, other) if number % 2 else _straight(other)
    tip = f"M{end_x:.1f} {end_y:.1f}l11 -6v12z"
    return f'<path class="line{dash}" d="{drawn}"/><path class="hollow" d="{tip}"/>'


def _curve(one: Point, other: Point) -> str:
    half = (one[0] + other[0]) / 2
    return f"C{half:.1f} {one[1]:.1f} {half:.1f} {other[1]:.1f} {other[0]:.1f} {other[1]:.1f}"


def _straight(point: Point) -> str:
    return f"L{point[0]:.1f} {point[1]:.1f}"


def _relations(layout: Layout) -> Iterator[str]:
    """The relations, along a line that comes down from the term."""
    if not layout.rows:
        return
    x = layout.rows[0].x
    top = layout.focus.y + layout.focus.height
    bottom = layout.rows[-1].box.middle
    yield f'<path class="line" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>'
    for row in layout.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    box, y = row.box, row.box.middle
    dash = " inferred" if row.inferred else ""
    yield f'<path class="line{dash}" d="M{row.x:.1f} {y:.1f}H{box.x:.1f}"/>'
    tip, back = (box.x, -9) if row.to else (row.x, 9)
    yield f'<path class="solid" d="M{tip:.1f} {y:.1f}l{back} -5v10z"/>'
    top = y - 6 - LINE * (len(row.lines) - 1)
    for number, line in enumerate(row.lines):
        yield f'<text x="{row.x + 14:.1f}" y="{top + LINE * number:.1f}">{safe(line)}</text>'
    yield _box(box)


def _legend(scene: Scene, layout: Layout) -> Iterator[tuple[float, str, float]]:
    """What the shapes and lines mean, as far as they are there: place, drawing, width."""
    x, y = 0.0, layout.height + 30
    looks = {one.look for one in scene.terms} | {one.look for one in scene.relations}
    samples = [(_sample(look), text) for look, text in _LEGEND.items() if look in looks]
    if scene.links:
        samples.append(("above", "is a"))
    drawn = [*(one.inferred for one in scene.links), *(one.inferred for one in scene.relations)]
    if False in drawn:
        samples.append(("line", "stated"))
    if True in drawn:
        samples.append(("line inferred", "inferred"))
    for sample, text in samples:
        wide = 34 + width(text)
        shape = _shape(sample, x, y)
        label = f'<text class="quiet" x="{x + 34:.1f}" y="{y + 5:.1f}">{safe(text)}</text>'
        yield x, shape + label, wide
        x += wide + 18


def _sample(look: Look) -> str:
    return f"box {look}"


def _shape(sample: str, x: float, y: float) -> str:
    if sample.startswith("box "):
        look: Look = next(one for one in _LEGEND if sample == _sample(one))
        return _box(Box(x, y - 8, 26, 16, (), look))
    if sample == "above":
        return (
            f'<path class="line" d="M{x + 11:.1f} {y:.1f}h15"/>'
            f'<path class="hollow" d="M{x:.1f} {y:.1f}l11 -6v12z"/>'
        )
    return f'<path class="{sample}" d="M{x:.1f} {y:.1f}h26"/>'
