"""What documents say of themselves: fields and their values, by which a search can be filtered."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

Metadata = tuple[tuple[str, str], ...]
"""Fields and values; a field that has several values is there several times."""

LONGEST = 200
"""Letters of a value; what is longer is prose, and no value that one filters by."""


def metadata(cells: Iterable[tuple[object, object]]) -> Metadata:
    """The fields of a row or of a document's head, in their order.

    A list gives a value for each of its items; what is nested deeper or empty is left out.
    """
    return tuple(
        (" ".join(str(field).split()), value) for field, cell in cells for value in _told(cell)
    )


def _told(cell: object) -> Iterator[str]:
    cells: Iterable[object] = cell if isinstance(cell, list | tuple) else (cell,)
    for one in cells:
        text = _text(one)
        if text and len(text) <= LONGEST:
            yield text


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:g}"
    if isinstance(cell, int) and cell.bit_length() > LONGEST:
        return ""
    return " ".join(str(cell).split()) if isinstance(cell, str | int) else ""
