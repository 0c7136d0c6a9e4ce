"""Where an imported ontology lies on this disk."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.parse import path_of
from ontopilot.ontology.terms import Iri

CATALOG = "catalog-v001.xml"
MAX_SCANNED = 2_000
"""The most files of a folder whose beginnings are read in search of an ontology IRI."""

_EXTENSIONS = {".owl", ".rdf", ".ttl", ".owx", ".ofn", ".omn", ".xml", ".nt", ".jsonld", ".obo"}
_HEAD_BYTES = 65_536
_CATALOG_BYTES = 30_000_000
_BASE = re.compile(r"xml:base\s*=\s*[\"']([^\"']+)[\"']")
_DECLARED = tuple(
    re.compile(pattern)
    for pattern in (
        r"Ontology\s[^>]*?(?:rdf:about|ontologyIRI)\s*=\s*[\"']([^\"']*)[\"']",
        r"versionIRI(?:\s[^>]*?rdf:resource)?\s*=\s*[\"']([^\"']+)[\"']",
        r"<([^<>\s]+)>\s+(?:a|rdf:type|<[^<>\s]*#type>)\s+(?:owl:Ontology|<[^<>\s]*#Ontology>)",
        r"(?:owl:versionIRI|#versionIRI>)\s+<([^<>\s]+)>",
        r"Ontology\s*[(:]\s*<([^<>\s]+)>",
        r"Ontology\s*[(:]\s*<[^<>\s]+>\s*<([^<>\s]+)>",
    )
)
_SHORT = re.compile(r"^\s*([\w.-]*):([\w.-]*)\s+(?:a|rdf:type)\s+owl:Ontology\b", re.MULTILINE)


class Locator:
    """Finds the files of imports; every catalog and every folder is read once.

    An import is looked for in the catalogs beside the importing file and beside the root file, by
    the name in the catalog and then by the ontology IRI and version IRI of the files that it names
    (a catalog may give the IRI where the import gives the version); then among the ontology IRIs
    and version IRIs that the files of these folders, and of the folders in the root file's folder,
    declare.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root.resolve().parent
        self._catalogs: dict[Path, dict[str, Path]] = {}
        self._declared: dict[Path, dict[str, Path]] = {}
        self._targets: dict[Path, dict[str, Path]] = {}

    def find(self, iri: Iri, importer: Path) -> Path | None:
        """The file of an import, if it is on this disk."""
        folders = tuple(dict.fromkeys((importer.resolve().parent, self.folder)))
        wanted = _key(iri)
        for folder in folders:
            target = self._catalog(folder).get(wanted)
            if target is not None:
                return target
        local = path_of(iri)
        if local is not None and local.is_file():
            return local.resolve()
        for folder in folders:
            target = self._of_targets(folder).get(wanted)
            if target is not None:
                return target
        for folder in (*folders, *folders_below(self.folder)):
            target = self._declarations(folder).get(wanted)
            if target is not None:
                return target
        return None

    def _catalog(self, folder: Path) -> dict[str, Path]:
        if folder not in self._catalogs:
            entries = _entries(folder / CATALOG, depth=0)
            found: dict[str, Path] = {}
            for name, target in entries:
                if target.is_file():
                    found.setdefault(_key(name), target.resolve())
            self._catalogs[folder] = found
        return self._catalogs[folder]

    def _of_targets(self, folder: Path) -> dict[str, Path]:
        """What the files that a catalog names declare themselves to be."""
        if folder not in self._targets:
            found: dict[str, Path] = {}
            for target in dict.fromkeys(self._catalog(folder).values()):
                for name in _names(target):
                    found.setdefault(_key(name), target)
            self._targets[folder] = found
        return self._targets[folder]

    def _declarations(self, folder: Path) -> dict[str, Path]:
        if folder not in self._declared:
            found: dict[str, Path] = {}
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            for file in islice(files, MAX_SCANNED):
                if file.suffix.lower() in _EXTENSIONS and file.is_file():
                    for name in _names(file):
                        found.setdefault(_key(name), file.resolve())
            self._declared[folder] = found
        return self._declared[folder]


def catalogs(folder: Path) -> Iterator[Path]:
    """The catalog of a folder and those that it goes on to, whether or not they exist.

    Raises:
        OntologySyntaxError: one of them is damaged; those before it have been given.
    """
    waiting, seen = [folder / CATALOG], set[Path]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        yield path
        for element in _elements(path):
            following = _local(path, element.get("catalog"))
            if element.tag.endswith("nextCatalog") and following is not None:
                waiting.append(following)


def candidates(root: Path) -> Iterator[Path]:
    """Files by which an import of a root file may come to be resolved.

    They are the targets of the catalog beside it, and the files of its folder and of the folders
    in it that end like an ontology.
    """
    folder = root.resolve().parent
    yield from (target for _, target in _entries(folder / CATALOG, depth=0))
    for place in (folder, *folders_below(folder)):
        for file in islice(sorted(place.iterdir()), MAX_SCANNED):
            if file.suffix.lower() in _EXTENSIONS and file.is_file():
                yield file


def folders_below(folder: Path) -> Iterator[Path]:
    """The folders in a folder that are searched for imports too."""
    for inner in sorted(folder.iterdir()) if folder.is_dir() else ():
        if inner.is_dir() and not inner.is_symlink() and not inner.name.startswith("."):
            yield inner


def _key(iri: str) -> str:
    return iri.rstrip("#/")


def _names(path: Path) -> Iterator[str]:
    """The ontology IRIs and version IRIs that the beginning of a file declares."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode(errors="replace")
    except OSError:
        return
    base = _BASE.search(head)
    for pattern in _DECLARED:
        for match in pattern.finditer(head):
            name = match[1] or (base[1] if base else "")
            if name:
                yield name
    for match in _SHORT.finditer(head):
        prefix = re.search(rf"prefix\s+{re.escape(match[1])}:\s*<([^<>]+)>", head, re.IGNORECASE)
        if prefix:
            yield prefix[1] + match[2]


def _entries(path: Path, *, depth: int) -> Iterator[tuple[str, Path]]:
    """Names and local files of an OASIS XML catalog, with the catalogs that it goes on to."""
    for element in _elements(path) if depth <= 5 else ():
        kind = element.tag.rsplit("}", 1)[-1]
        if kind in {"uri", "public", "system"}:
            name = element.get("name") or element.get("publicId") or element.get("systemId")
            target = _local(path, element.get("uri"))
            if name and target is not None:
                yield name, target
        elif kind == "nextCatalog":
            following = _local(path, element.get("catalog"))
            if following is not None:
                yield from _entries(following, depth=depth + 1)


def _elements(path: Path) -> Iterator[ElementTree.Element]:
    """The elements of a catalog; none if there is no such file."""
    if not path.is_file() or path.stat().st_size > _CATALOG_BYTES:
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
    yield from root.iter()


def _local(catalog: Path, uri: str | None) -> Path | None:
    """The path that a catalog entry means, if it is on this disk."""
    if not uri:
        return None
    if uri.startswith("file:"):
        return path_of(Iri(uri))
    if re.match(r"[A-Za-z][\w+.-]+:", uri):
        return None
    return catalog.parent / unquote(uri)
