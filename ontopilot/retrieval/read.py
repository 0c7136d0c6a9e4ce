"""Documents from files: which ones there are, and their text."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import DocumentError
from ontopilot.retrieval import pdf
from ontopilot.retrieval.document import Document
from ontopilot.retrieval.front_matter import without_front_matter
from ontopilot.retrieval.html import as_markdown
from ontopilot.retrieval.tables import csv_as_markdown, jsonl_as_markdown

MAX_BYTES = 10 * 1024 * 1024
"""A larger document is refused: it is an export or a dump, not a page that people read."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file and its name: the path relative to the folder it was found in, with slashes."""

    name: str
    path: Path


def _plain(text: str, name: str) -> Document:
    return Document(name, text, markdown=False)


_READERS: dict[str, Callable[[str, str], Document]] = {
    ".md": without_front_matter,
    ".markdown": without_front_matter,
    ".txt": _plain,
    ".html": as_markdown,
    ".htm": as_markdown,
    ".csv": csv_as_markdown,
    ".jsonl": jsonl_as_markdown,
}
"""What reads a text and its name."""

_PDF = ".pdf"


def find(paths: Iterable[Path]) -> tuple[Found, ...]:
    """Every file under the given files and folders, hidden ones left out, ordered by name.

    Raises:
        DocumentError: a path does not exist, or two files have the same name.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for item in _under(path):
            other = found.setdefault(item.name, item.path)
            if other != item.path:
                raise DocumentError(
                    f"documents {str(other)!r} and {str(item.path)!r} are both named "
                    f"{item.name!r}, which citations use; rename one or index their parent folder"
                )
    return tuple(Found(name, found[name]) for name in sorted(found))


def _under(path: Path) -> Iterator[Found]:
    if path.is_file():
        yield Found(path.name, path)
        return
    if not path.is_dir():
        raise DocumentError(
            f"documents {str(path)!r} do not exist; give a folder or a file that does"
        )
    for folder, folders, files in os.walk(path, onerror=_unreadable_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                file = Path(folder) / name
                yield Found(file.relative_to(path).as_posix(), file)


def _unreadable_folder(error: OSError) -> None:
    raise DocumentError(
        f"documents folder {error.filename!r} cannot be read: {error.strerror}; "
        "give this user the right to read it"
    ) from error


def load(found: Found) -> bytes:
    """The content of a file.

    Raises:
        DocumentError: it is too large, cannot be opened, or has a format that is not read.
    """
    if found.path.suffix.lower() not in (*_READERS, _PDF):
        raise DocumentError(
            f"document {found.name!r}: no reader for {found.path.suffix!r} files; "
            f"convert it to one of {', '.join(sorted((*_READERS, _PDF)))}"
        )
    try:
        size = found.path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(
                f"document {found.name!r} has {size / 2**20:.0f} MB, more than the limit of "
                f"{MAX_BYTES // 2**20} MB; split it into pages"
            )
        return found.path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"document {found.name!r} cannot be read: {error.strerror}; check its permissions"
        ) from error


def parse(found: Found, data: bytes) -> Document:
    """The document in the content of a file.

    Raises:
        DocumentError: it is empty, binary, damaged, or not UTF-8.
    """
    if found.path.suffix.lower() == _PDF:
        return pdf.as_document(data, found.name)
    text = _decode(data, found.name).replace("\r\n", "\n").replace("\r", "\n")
    document = _READERS[found.path.suffix.lower()](text, found.name)
    if not document.text.strip():
        raise DocumentError(f"document {found.name!r} is empty; write something in it or remove it")
    return document


def _decode(data: bytes, name: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data or len(_CONTROL.findall(data.decode("latin-1"))) > len(data) // 100:
            raise DocumentError(
                f"document {name!r} is binary, not text; remove it or export it as Markdown"
            ) from error
        raise DocumentError(
            f"document {name!r} is not UTF-8: byte {data[error.start]:#04x} at offset "
            f"{error.start}; save it again as UTF-8"
        ) from error
    if _CONTROL.search(text):
        raise DocumentError(
            f"document {name!r} is binary, not text; remove it or export it as Markdown"
        )
    return text
