"""An ontology on disk: the files that it depends on, when they changed, and what they hold."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.imports import candidates, catalogs, folders_below
from ontopilot.ontology.files.source import digest_of, version_of

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

State = tuple[int, int, int, int] | None
"""When a file was written, when it was written or renamed, its size, its number; nothing where
there is no file."""

_XML = (b"<?xml", b"<!DOCTYPE", b"<rdf:RDF", b"<Ontology")


class Disk:
    """The files of one ontology as they are now.

    Their states are cheap to read and change with every save; their contents are read again only
    where the state changed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: tuple[Path, ...] = (root,)
        self._read: dict[Path, tuple[State, str]] = {}

    def follow(self, ontology: "Ontology", *, more: bool = False) -> None:
        """Look at the sources of a snapshot and at their catalogs.

        With `more`, also at everything by which an import may come to be resolved.
        """
        found = dict.fromkeys((self._root, *ontology.sources))
        found.update(dict.fromkeys(_catalogs({path.resolve().parent for path in found})))
        if more:
            with suppress(OSError, OntologySyntaxError):
                found.update(dict.fromkeys(_searched(self._root)))
        self._paths = tuple(found)

    def states(self) -> dict[Path, State]:
        """The state of every file; they differ after every save."""
        return {path: _state(path) for path in self._paths}

    def contents(self) -> dict[Path, str]:
        """The digest of what every file holds, "" where none can be read."""
        found: dict[Path, str] = {}
        for path, state in self.states().items():
            known = self._read.get(path)
            if known is None or known[0] != state:
                known = self._read[path] = (state, _digest(path))
            found[path] = known[1]
        self._read = {path: known for path, known in self._read.items() if path in found}
        return found

    def may_be_cut(self, before: Mapping[Path, State]) -> bool:
        """Whether a file is shorter than before and could be read though it is half written.

        XML could not; Turtle can be, up to the end of any statement.
        """
        for path, now in self.states().items():
            old = before.get(path)
            if old is not None and now is not None and now[2] < old[2] and not _is_xml(path):
                return True
        return False

    def holds(self, ontology: "Ontology") -> bool:
        """Whether the files hold what a snapshot was made from."""
        contents = self.contents()
        return version_of(contents.get(path, "") for path in ontology.sources) == ontology.version


def _catalogs(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in sorted(folders):
        with suppress(OSError, OntologySyntaxError):
            yield from catalogs(folder)


def _searched(root: Path) -> Iterator[Path]:
    """The folders where imports are looked for, which change with every new name, and the files."""
    yield from candidates(root)
    folder = root.resolve().parent
    yield folder
    yield from folders_below(folder)


def _state(path: Path) -> State:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _digest(path: Path) -> str:
    try:
        return digest_of(path.read_bytes())
    except (OSError, ValueError):
        return ""


def _is_xml(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_XML)
    except OSError:
        return False
