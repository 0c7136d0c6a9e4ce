"""A file and all that it imports, from the local disk only."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import OntologyImportError
from ontopilot.ontology.files.imports import CATALOG, Locator
from ontopilot.ontology.files.parse import Parsed, parse
from ontopilot.ontology.files.source import read, version_of
from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.terms import Iri


@dataclass(frozen=True, slots=True)
class Loaded:
    """The import closure of an ontology file.

    `missing` holds the imports that were not found, `version` is a hash over every file, `notes`
    what was left out or read leniently.
    """

    path: Path
    iri: Iri
    version: str
    sources: tuple[Path, ...]
    prefixes: Mapping[str, str]
    triples: Triples
    missing: tuple[Iri, ...]
    notes: tuple[str, ...] = ()


def load(path: Path, *, allow_missing_imports: bool = False, content: Path | None = None) -> Loaded:
    """Read an ontology and, transitively, its imports.

    An import is looked for in `catalog-v001.xml` beside the file, then among the files of the
    folder and the folders in it by ontology IRI and version IRI. Nothing is fetched from a network.
    `content` is a file to read in place of the one at `path`, such as an earlier version of it.

    Raises:
        OntologyNotFound: no file at `path`.
        OntologySyntaxError: a file is malformed, cut off, empty, binary or too large.
        OntologyImportError: an import is not on this disk.
    """
    root = parse(read(path, content=content))
    files = {path.resolve(): root}
    known = {root.iri, root.version_iri}
    locator = Locator(path)
    missing: list[Iri] = []
    waiting = deque((root, iri) for iri in root.imports)
    while waiting:
        importer, iri = waiting.popleft()
        if iri in known:
            continue
        target = locator.find(iri, importer.source.path)
        if target is None:
            if iri not in missing:
                missing.append(iri)
            continue
        if target in files:
            continue
        found = files[target] = parse(read(target), number=len(files))
        known |= {found.iri, found.version_iri}
        waiting.extend((found, inner) for inner in found.imports)
    if missing and not allow_missing_imports:
        raise _not_found(path, root, missing)
    return _join(path, list(files.values()), missing)


def _join(path: Path, files: list[Parsed], missing: list[Iri]) -> Loaded:
    prefixes: dict[str, str] = {}
    for file in files:
        for name, iri in file.prefixes.items():
            prefixes.setdefault(name, iri)
    return Loaded(
        path=path,
        iri=files[0].iri,
        version=version_of(file.source.digest for file in files),
        sources=tuple(file.source.path for file in files),
        prefixes=prefixes,
        triples=Triples.of(triple for file in files for triple in file.triples),
        missing=tuple(missing),
        notes=tuple(f"{file.source.path}: {note}" for file in files for note in file.notes),
    )


def _not_found(path: Path, root: Parsed, missing: list[Iri]) -> OntologyImportError:
    folder = path.resolve().parent
    named = ", ".join(repr(str(iri)) for iri in missing[:3])
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return OntologyImportError(
        f"{path}: cannot resolve the import of {named}{more}; looked in {folder / CATALOG} and "
        f"for a file with that ontology IRI or version IRI in {folder} and the folders in it; put "
        "the file there or name it in the catalog (imports are never fetched from a network)"
    )
