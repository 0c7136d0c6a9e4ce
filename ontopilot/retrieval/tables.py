"""CSV and JSONL to Markdown: every row is a section of its own."""

import csv
import io
import json
from collections.abc import Iterator, Mapping

from ontopilot.errors import DocumentError
from ontopilot.retrieval.document import Document
from ontopilot.retrieval.metadata import Metadata, metadata

_NAMES = ("title", "name", "label", "question", "subject", "id")
"""The columns that say what a row is about, the best first; else the first column does."""

_TEXTS = frozenset({"text", "body", "content", "answer", "description"})
"""The columns that are prose, and stand without their name."""


def csv_as_markdown(text: str, name: str) -> Document:
    """The rows of a CSV file whose first line names its columns; `;` and tabs part them as well.

    Raises:
        DocumentError: a row has more cells than there are columns, or it is no CSV.
    """
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:8192], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    try:
        rows = [_checked(row, reader.line_num, name) for row in reader]
    except csv.Error as error:
        raise DocumentError(f"document {name!r} line {reader.line_num}: {error}") from error
    return _document(rows, name)


def _checked(row: Mapping[str | None, object], line: int, name: str) -> Mapping[str, object]:
    if None in row:
        raise DocumentError(
            f"document {name!r} line {line}: more cells than columns; "
            "quote cells that hold the separator"
        )
    return {str(key): value for key, value in row.items()}


def jsonl_as_markdown(text: str, name: str) -> Document:
    """The rows of a JSONL file, one object a line.

    Raises:
        DocumentError: a line is no JSON object.
    """
    rows: list[Mapping[str, object]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"document {name!r} line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise DocumentError(f"document {name!r} line {number}: {line[:60]!r} is no object")
        rows.append(row)
    return _document(rows, name)


def _document(rows: list[Mapping[str, object]], name: str) -> Document:
    """The rows as sections; what their cells say holds from the line on where each begins."""
    parts: list[str] = []
    marks: list[tuple[int, Metadata]] = []
    line = 0
    for row in rows:
        part = "\n".join(_section(row))
        parts.append(part)
        marks.append((line, metadata(row.items())))
        line += part.count("\n") + 2
    return Document(name, "\n\n".join(parts), metadata=tuple(marks))


def _section(row: Mapping[str, object]) -> Iterator[str]:
    cells = {key.strip(): _said(value) for key, value in row.items()}
    cells = {key: value for key, value in cells.items() if value}
    by_name = {key.lower(): key for key in cells}
    head = next((by_name[one] for one in _NAMES if one in by_name), next(iter(cells), ""))
    yield f"## {cells.pop(head, '')}\n"
    for key in [key for key in cells if key.lower() in _TEXTS]:
        yield cells.pop(key) + "\n"
    for key, value in cells.items():
        yield f"- {key}: {value}"


def _said(value: object) -> str:
    """A cell on one line; what is nested stays JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())
