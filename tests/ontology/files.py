"""Files that tests write and edit: what they say, and which of their lines change."""

from pathlib import Path

from ontopilot.ontology.files.line_diff import changed
from ontopilot.ontology.files.parse import parse
from ontopilot.ontology.files.source import read
from ontopilot.ontology.rdf.triples import Triple


def write(path: Path, text: str) -> Path:
    """Write a file, its line ends as they are."""
    path.write_bytes(text.encode())
    return path


def graph_of(path: Path) -> list[Triple]:
    """The triples of a file, by the bulk parser."""
    return parse(read(path)).triples


def touched(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that a change of text removed and added."""
    before, after = old.split("\n"), new.split("\n")
    removed, added = [], []
    for a, b, c, d in changed(before, after):
        removed += before[a:b]
        added += after[c:d]
    return removed, added


def lines_of(path: Path, before: str) -> tuple[list[str], list[str]]:
    """The lines that a file lost and got since."""
    return touched(before, path.read_bytes().decode())
