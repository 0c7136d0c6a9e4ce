"""A file and all that it imports, from the local disk only."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from xml.etree import ElementTree

from ontopilot.errors import OntologyImportError, OntologySyntaxError
from ontopilot.ontology.parse import Parsed, parse, path_of
from ontopilot.ontology.source import MAX_BYTES, read
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.triples import Triples

CATALOG = "catalog-v001.xml"
_EXTENSIONS = {".owl", ".rdf", ".ttl", ".owx", ".ofn", ".omn", ".xml", ".nt", ".jsonld", ".obo"}
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Loaded:
    """The import closure of an ontology file.

    `missing` holds the imports that were not found, `version` is a hash over every file.
    """

    path: Path
    iri: Iri
    version: str
    sources: tuple[Path, ...]
    syntaxes: tuple[str, ...]
    prefixes: Mapping[str, str]
    triples: Triples
    missing: tuple[Iri, ...]


def load(path: Path, *, allow_missing_imports: bool = False) -> Loaded:
    """Read an ontology and, transitively, its imports.

    An import is looked for in `catalog-v001.xml` beside the file, then among the files of the
    folder by ontology IRI and version IRI. Nothing is fetched from a network.

    Raises:
        OntologyNotFound: no file at `path`.
        OntologySyntaxError: a file is malformed, cut off, empty, binary or too large.
        OntologyImportError: an import is not on this disk.
    """
    root = parse(read(path))
    files = {path.resolve(): root}
    missing: list[Iri] = []
    waiting = deque((root, iri) for iri in root.imports)
    while waiting:
        importer, iri = waiting.popleft()
        if any(iri in (known.iri, known.version_iri) for known in files.values()):
            continue
        target = _find(iri, root.source.path, importer.source.path)
        if target is None:
            if iri not in missing:
                missing.append(iri)
            continue
        if target in files:
            continue
        files[target] = parse(read(target), number=len(files))
        waiting.extend((files[target], inner) for inner in files[target].imports)
    if missing and not allow_missing_imports:
        raise _not_found(path, root, missing)
    return _join(path, list(files.values()), missing)


def _join(path: Path, files: list[Parsed], missing: list[Iri]) -> Loaded:
    prefixes: dict[str, str] = {}
    digest = blake2b(digest_size=8)
    for file in files:
        digest.update(file.source.digest.encode())
        for name, iri in file.prefixes.items():
            prefixes.setdefault(name, iri)
    return Loaded(
        path=path,
        iri=files[0].iri,
        version=digest.hexdigest(),
        sources=tuple(file.source.path for file in files),
        syntaxes=tuple(file.source.syntax for file in files),
        prefixes=prefixes,
        triples=Triples.of(triple for file in files for triple in file.triples),
        missing=tuple(missing),
    )


def _not_found(path: Path, root: Parsed, missing: list[Iri]) -> OntologyImportError:
    folder = path.resolve().parent
    named = ", ".join(repr(str(iri)) for iri in missing[:3])
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return OntologyImportError(
        f"{path}: cannot resolve the import of {named}{more}; looked in {folder / CATALOG} and "
        f"for a file with that ontology IRI or version IRI in {folder}; put the file there or name "
        "it in the catalog (ontopilot never fetches imports from the network)"
    )


def _find(iri: Iri, root: Path, importer: Path) -> Path | None:
    folders = dict.fromkeys((importer.resolve().parent, root.resolve().parent))
    for folder in folders:
        for name, target in _catalog(folder / CATALOG, depth=0):
            if _same(name, iri) and target.is_file():
                return target.resolve()
    local = path_of(iri)
    if local is not None and local.is_file():
        return local.resolve()
    for folder in folders:
        for candidate in sorted(folder.iterdir()):
            if candidate.suffix.lower() in _EXTENSIONS and _declares(candidate, iri):
                return candidate.resolve()
    return None


def _same(name: str, iri: str) -> bool:
    return name.rstrip("#/") == iri.rstrip("#/")


def _catalog(path: Path, *, depth: int) -> Iterator[tuple[str, Path]]:
    """Names and local files of an OASIS XML catalog, with the catalogs that it goes on to."""
    if depth > 5 or not path.is_file() or path.stat().st_size > MAX_BYTES // 10:
        return
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise OntologySyntaxError(
            f"{path}: the catalog declares a document type, which ontopilot refuses to read; "
            "remove the DOCTYPE"
        )
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no document type, so no entities
    except ElementTree.ParseError as error:
        raise OntologySyntaxError(
            f"{path}: the catalog is not well-formed XML ({error}); correct or delete it"
        ) from None
    for element in root.iter():
        kind = element.tag.rsplit("}", 1)[-1]
        if kind in {"uri", "public", "system"}:
            name = element.get("name") or element.get("publicId") or element.get("systemId")
            target = _local(path, element.get("uri"))
            if name and target is not None:
                yield name, target
        elif kind == "nextCatalog":
            following = _local(path, element.get("catalog"))
            if following is not None:
                yield from _catalog(following, depth=depth + 1)


def _local(catalog: Path, uri: str | None) -> Path | None:
    """The path that a catalog entry means, if it is on this disk."""
    from urllib.parse import unquote

    if not uri:
        return None
    if uri.startswith("file:"):
        return path_of(Iri(uri))
    if re.match(r"[A-Za-z][\w+.-]+:", uri):
        return None
    return catalog.parent / unquote(uri)


def _declares(path: Path, iri: str) -> bool:
    """Whether the head of a file declares an ontology with that IRI or version IRI."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode(errors="replace")
    except OSError:
        return False
    wanted = re.escape(iri.rstrip("#/")) + "[#/]?"
    return any(
        re.search(pattern.replace("IRI", wanted), head)
        for pattern in (
            r"Ontology\s[^>]*?(?:rdf:about|ontologyIRI|versionIRI)\s*=\s*[\"']IRI[\"']",
            r"versionIRI\s[^>]*?rdf:resource\s*=\s*[\"']IRI[\"']",
            r"Ontology\s[^>]*?rdf:about\s*=\s*[\"'][\"'][\s\S]*?xml:base\s*=\s*[\"']IRI[\"']",
            r"xml:base\s*=\s*[\"']IRI[\"'][\s\S]*?Ontology\s[^>]*?rdf:about\s*=\s*[\"'][\"']",
            r"<IRI>\s+(?:a|rdf:type|<[^>]*#type>)\s+(?:owl:Ontology|<[^>]*#Ontology>)",
            r"Ontology\s*[(:]\s*(?:<[^>]*>\s*)?<IRI>",
        )
    )
