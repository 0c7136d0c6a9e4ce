"""Where everything in a picture stands: columns for the tree, rows for what is said beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from ontopilot.ontology.picture.lettering import LINE, width, wrapped
from ontopilot.ontology.picture.scene import Link, Look, Relation, Scene, Shown
from ontopilot.ontology.terms import Iri

ROOM: Final = 200.0
"""How wide the text in a box may be before it is wrapped."""
_WIDE: Final = 420.0
_PAD, _GAP, _BETWEEN, _ROW = 12.0, 14.0, 76.0, 12.0
_SWEEPS = 6

Point = tuple[float, float]
Key = Iri | tuple[Iri, Iri, int]
"""A term, or the place where a link passes a column between its ends."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with lines of text in it; `note` is a smaller line below them."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    look: Look
    focus: bool = False
    note: str = ""

    @property
    def middle(self) -> float:
        """Half its height."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Path:
    """A line from a term to one above it: every second part of it, from the second, is bent."""

    points: tuple[Point, ...]
    inferred: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A relation: the lines of its name, where they stand, the box of its value, the height."""

    lines: tuple[str, ...]
    x: float
    box: Box
    to: bool
    inferred: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of the tree, the links between them, the relations, and how large all of it is."""

    focus: Box
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    rows: tuple[Row, ...]
    width: float
    height: float


def laid_out(scene: Scene) -> Layout:
    """Columns ordered by the middles of their neighbours (Sugiyama et al. 1981)."""
    places, ways = _ordered(scene)
    boxes = {one.iri: _box(one, focus=one.iri == scene.focus) for one in scene.terms}
    boxes, sides = _placed(places, boxes)
    paths = tuple(_path(link, boxes, sides, ways[link]) for link in scene.links)
    bottom = max(box.y + box.height for box in boxes.values())
    focus = boxes[scene.focus]
    rows = _rows(scene.relations, focus.x + _PAD * 2, bottom + _BETWEEN / 2)
    ends = [(box.x + box.width, box.y + box.height) for box in boxes.values()]
    ends += [(row.box.x + row.box.width, row.box.y + row.box.height) for row in rows]
    right, low = max(x for x, _ in ends), max(y for _, y in ends)
    return Layout(focus, tuple(boxes.values()), paths, rows, right, low)


def _box(shown: Shown, *, focus: bool) -> Box:
    note = f"{shown.hidden} more {'above' if shown.column < 0 else 'below'}" if shown.hidden else ""
    return _boxed(shown.label, shown.look, ROOM, focus=focus, note=note)


def _boxed(text: str, look: Look, room: float, *, focus: bool = False, note: str = "") -> Box:
    lines = wrapped(text, room, bold=focus)
    widest = max(*(width(line, bold=focus) for line in lines), width(note), 24.0)
    height = LINE * (len(lines) + bool(note)) + 2 * _PAD - 6
    return Box(0, 0, widest + 2 * _PAD, height, lines, look, focus, note)


def _ordered(scene: Scene) -> tuple[dict[int, list[Key]], dict[Link, list[Key]]]:
    """The columns with what stands in them from top to bottom, and what each link passes."""
    columns: dict[int, list[Key]] = {}
    at = {one.iri: one.column for one in scene.terms}
    for shown in scene.terms:
        columns.setdefault(shown.column, []).append(shown.iri)
    ways: dict[Link, list[Key]] = {}
    near: dict[Key, list[Key]] = {}
    for link in scene.links:
        between = range(at[link.below] - 1, at[link.above], -1)
        way: list[Key] = [(link.below, link.above, column) for column in between]
        for column, key in zip(between, way, strict=True):
            columns.setdefault(column, []).append(key)
        ways[link] = way
        whole: list[Key] = [link.below, *way, link.above]
        for one, other in pairwise(whole):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    for sweep in range(_SWEEPS):
        for column in sorted(columns, reverse=bool(sweep % 2)):
            _sort(columns, column, near)
    return columns, ways


def _sort(columns: Mapping[int, list[Key]], column: int, near: Mapping[Key, list[Key]]) -> None:
    """Bring what stands in a column into the order of its neighbours in the other columns."""
    rank = {
        key: (place + 0.5) / len(keys)
        for other, keys in columns.items()
        if other != column
        for place, key in enumerate(keys)
    }
    own = {key: place for place, key in enumerate(columns[column])}

    def middle(key: Key) -> tuple[float, int]:
        ranks = [rank[one] for one in near.get(key, ()) if one in rank]
        return (sum(ranks) / len(ranks) if ranks else 0.5, own[key])

    columns[column].sort(key=middle)


def _placed(
    columns: Mapping[int, list[Key]], boxes: Mapping[Iri, Box]
) -> tuple[dict[Iri, Box], dict[Key, tuple[Point, Point]]]:
    """The boxes in their places, and the right and left side of the column beside everything."""
    heights = {column: _height(keys, boxes) for column, keys in columns.items()}
    tallest = max(heights.values())
    placed: dict[Iri, Box] = {}
    sides: dict[Key, tuple[Point, Point]] = {}
    x = 0.0
    for column in sorted(columns):
        keys = columns[column]
        wide = max((boxes[key].width for key in keys if isinstance(key, str)), default=0.0)
        y = (tallest - heights[column]) / 2
        for key in keys:
            if isinstance(key, str):
                box = boxes[key]
                left = x + wide - box.width if column < 0 else x
                placed[key] = replace(box, x=left, y=y)
                middle = placed[key].middle
                sides[key] = ((x + wide, middle), (x, middle))
                y += box.height + _GAP
            else:
                sides[key] = ((x + wide, y), (x, y))
                y += _GAP
        x += wide + _BETWEEN
    return placed, sides


def _height(keys: list[Key], boxes: Mapping[Iri, Box]) -> float:
    inner = sum(boxes[key].height if isinstance(key, str) else 0.0 for key in keys)
    return inner + _GAP * (len(keys) - 1)


def _path(
    link: Link,
    boxes: Mapping[Iri, Box],
    sides: Mapping[Key, tuple[Point, Point]],
    way: list[Key],
) -> Path:
    """Straight beside boxes and past columns, so that it bends only between columns."""
    below, above = boxes[link.below], boxes[link.above]
    points: list[Point] = [(below.x, below.middle), sides[link.below][1]]
    for key in way:
        points += sides[key]
    points += [sides[link.above][0], (above.x + above.width, above.middle)]
    return Path(tuple(points), link.inferred)


def _rows(relations: tuple[Relation, ...], x: float, y: float) -> tuple[Row, ...]:
    """One relation below the other, their boxes in one column."""
    named = [wrapped(one.name, ROOM) for one in relations]
    wide = max((width(line) for lines in named for line in lines), default=0.0)
    left = x + wide + 3 * _PAD + 24
    rows: list[Row] = []
    for relation, lines in zip(relations, named, strict=True):
        box = _boxed(relation.value, relation.look, _WIDE)
        height = max(box.height, LINE * (len(lines) + 1))
        placed = replace(box, x=left, y=y + (height - box.height) / 2)
        rows.append(Row(lines, x, placed, relation.to, relation.inferred))
        y += height + _ROW
    return tuple(rows)
