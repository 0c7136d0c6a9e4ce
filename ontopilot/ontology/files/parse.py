"""Sources to triples, through the bulk parser of each syntax."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.carried import restored
from ontopilot.ontology.files.horned import SYNTAXES, converted
from ontopilot.ontology.files.iris import refuse_faulty
from ontopilot.ontology.files.source import Source
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.terms import Iri, Literal
from ontopilot.ontology.vocabulary import OWL_IMPORTS, OWL_ONTOLOGY, OWL_VERSION_IRI, RDF_TYPE


@dataclass(frozen=True, slots=True)
class Parsed:
    """The triples of one file and what its header says."""

    source: Source
    triples: list[Triple]
    iri: Iri
    version_iri: Iri | None
    imports: tuple[Iri, ...]
    prefixes: Mapping[str, str]
    notes: tuple[str, ...] = ()


def parse(source: Source, *, number: int = 0) -> Parsed:
    """Parse one source; blank nodes carry `number`, so that files do not share them.

    Raises:
        OntologySyntaxError: the content is malformed or cut off.
    """
    refuse_faulty(source, silent_only=True)
    if source.syntax in SYNTAXES:
        found = converted(source)
        triples, _ = _rdf(source, found.data, "RDF/XML", number)
        triples = restored(triples, found.carriers, number)
        return _with_header(source, triples, found.prefixes, found.notes)
    triples, prefixes = _rdf(source, source.data, source.syntax, number)
    return _with_header(source, triples, source.xml.prefixes if source.xml else prefixes)


def _with_header(
    source: Source,
    triples: list[Triple],
    prefixes: Mapping[str, str],
    notes: tuple[str, ...] = (),
) -> Parsed:
    headers = [s for s, p, o in triples if p == RDF_TYPE and o == OWL_ONTOLOGY]
    versions = {s: o for s, p, o in triples if p == OWL_VERSION_IRI and isinstance(o, str)}
    imports = [o for _, p, o in triples if p == OWL_IMPORTS and isinstance(o, str)]
    named = [iri for iri in headers if not iri.startswith("_:")]
    iri = named[0] if named else Iri(source.path.resolve().as_uri())
    version, closure = versions.get(iri), tuple(dict.fromkeys(imports))
    return Parsed(source, triples, iri, version, closure, prefixes, notes)


def _rdf(
    source: Source, data: bytes, syntax: str, number: int
) -> tuple[list[Triple], dict[str, str]]:
    import pyoxigraph

    formats = {
        "RDF/XML": pyoxigraph.RdfFormat.RDF_XML,
        "Turtle": pyoxigraph.RdfFormat.TURTLE,
        "JSON-LD": pyoxigraph.RdfFormat.JSON_LD,
    }
    base = source.path.resolve().as_uri()
    try:
        parser = pyoxigraph.parse(data, format=formats[syntax], base_iri=base)
        triples = list(_convert(parser, number))
        return triples, dict(parser.prefixes)
    except SyntaxError as error:
        if "IRI" in str(error):
            refuse_faulty(source)
        raise OntologySyntaxError(
            f"{source.path}: not valid {source.syntax} ({str(error).rstrip('.')}); "
            "correct that place or save the file from the editor again"
        ) from None


def _convert(parser: object, number: int) -> Iterator[Triple]:
    from pyoxigraph import BlankNode, NamedNode

    cache: dict[object, Node] = {}

    def node(value: object) -> Node:
        known = cache.get(value)
        if known is None:
            known = cache[value] = _node(value, number, NamedNode, BlankNode)
        return known

    for quad in parser:  # type: ignore[attr-defined]
        yield node(quad.subject), Iri(quad.predicate.value), node(quad.object)  # type: ignore[misc]


def _node(value: object, number: int, named: type, blank: type) -> Node:
    if isinstance(value, named):
        return Iri(value.value)  # type: ignore[attr-defined]
    if isinstance(value, blank):
        return Iri(f"_:{number}.{value.value}")  # type: ignore[attr-defined]
    return Literal(value.value, Iri(value.datatype.value), value.language or "")  # type: ignore[attr-defined]


def path_of(iri: Iri) -> Path | None:
    """The local path that a `file:` IRI names."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(iri)
    return Path(unquote(parts.path)) if parts.scheme == "file" and not parts.netloc else None
