"""Syntaxes that are not triples (functional, Manchester, OWL/XML, OBO), through py-horned-owl."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.forms import REIFYING
from ontopilot.ontology.lenient import Readied, readied
from ontopilot.ontology.source import Source
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.triples import Triple, is_blank

SYNTAXES: Mapping[str, OneOf["ofn", "omn", "owx", "obo"]] = {
    "functional": "ofn",
    "Manchester": "omn",
    "OWL/XML": "owx",
    "OBO": "obo",
}
_CARRIER = "urn:ontopilot:disjoint:"
_FUNCTIONAL_PREFIX = re.compile(r"Prefix\s*\(\s*([\w.-]*):\s*=\s*<([^>]*)>")
_XML_PREFIX = re.compile(r"<(?:owl:)?Prefix\s[^>]*>")
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_MANCHESTER_PREFIX = re.compile(r"^\s*Prefix:\s*([\w.-]*):\s*<([^>]*)>", re.M)


@dataclass(frozen=True, slots=True)
class Converted:
    """An ontology as RDF/XML, its prefixes, and what was left out, in sentences."""

    data: bytes
    prefixes: Mapping[str, str]
    notes: tuple[str, ...]


def converted(source: Source) -> Converted:
    """The ontology of a source as RDF/XML, from which `restored` must make the triples.

    Raises:
        OntologySyntaxError: the content is malformed or cut off.
    """
    import pyhornedowl

    text = source.data.decode()
    ready = readied(text, source.syntax, source.path.resolve().as_uri())
    try:
        ontology = pyhornedowl.open_ontology_from_string(ready.text, SYNTAXES[source.syntax])
    except ValueError as error:
        raise OntologySyntaxError(
            f"{source.path}: not valid {source.syntax} syntax ({_where(error)}); "
            "correct that place or save the file from the editor again"
        ) from None
    single = _single(ontology) if "SameIndividual" in text or "SameAs" in text else 0
    if "Disjoint" in text or "disjoint" in text:
        _carry(ontology)
    data = ontology.save_to_string("owl").encode()
    return Converted(data, _prefixes(source, ready.text), tuple(_notes(ready, single)))


def restored(triples: list[Triple], number: int) -> list[Triple]:
    """The triples of a converted ontology, with groups of disjoint classes as OWL writes them.

    A group becomes an `owl:AllDisjointClasses` node that holds its annotations itself.
    """
    carriers = {s for s, p, _ in triples if p == v.OWL_DISJOINT_UNION and s.startswith(_CARRIER)}
    if not carriers:
        return triples
    names: dict[Any, Iri] = {
        one: Iri(f"_:{number}.disjoint{place}") for place, one in enumerate(sorted(carriers))
    }
    for subject, predicate, value in triples:
        if predicate == v.OWL_ANNOTATED_SOURCE and value in carriers and is_blank(subject):
            names[subject] = names[value]
    return list(_regrouped(triples, names))


def _regrouped(triples: Iterable[Triple], names: Mapping[Any, Iri]) -> Iterable[Triple]:
    for subject, predicate, value in triples:
        if subject not in names:
            yield subject, predicate, names.get(value, value)
        elif predicate == v.OWL_DISJOINT_UNION:
            yield names[subject], v.RDF_TYPE, v.OWL_ALL_DISJOINT_CLASSES
            yield names[subject], v.OWL_MEMBERS, value
        elif predicate not in REIFYING and predicate != v.RDF_TYPE:
            yield names[subject], predicate, value


def _carry(ontology: Any) -> None:
    """Put each group of three or more disjoint classes into an axiom that is written whole.

    As RDF, the library writes a group as the first class against each of the others: what the
    others have to do with one another would be lost. It does write the list of a disjoint union.
    """
    from pyhornedowl.model import IRI, DisjointClasses, DisjointUnion

    groups = [
        one
        for one in ontology.get_axioms()
        if isinstance(one.component, DisjointClasses) and len(one.component.first) > 2
    ]
    for place, one in enumerate(groups):
        cls = ontology.class_(IRI.parse(f"{_CARRIER}{place:06}"))
        ontology.remove_axiom(one.component)
        ontology.add_axiom(DisjointUnion(cls, one.component.first), one.ann)


def _single(ontology: Any) -> int:
    """How many axioms say of one individual that it is the same as no other."""
    from pyhornedowl.model import SameIndividual

    return sum(
        isinstance(one.component, SameIndividual) and len(one.component.first) < 2
        for one in ontology.get_axioms()
    )


def _notes(ready: Readied, single: int) -> Iterable[str]:
    total = ready.single + single
    if total:
        yield (
            f"{total} axioms that things are the same or different have one member: they say "
            "nothing and were left out"
        )
    if ready.relative:
        yield (
            f"{ready.relative} IRIs are relative, which this syntax does not allow: they were "
            "read as relative to the place of the file"
        )


def _prefixes(source: Source, text: str) -> dict[str, str]:
    found = dict(source.xml.prefixes) if source.xml else {}
    if source.syntax == "OWL/XML":
        for element in _XML_PREFIX.findall(text):
            parts = dict(_ATTRIBUTE.findall(element))
            if {"name", "IRI"} <= parts.keys():
                found[parts["name"]] = parts["IRI"]
        return found
    pattern = _FUNCTIONAL_PREFIX if source.syntax == "functional" else _MANCHESTER_PREFIX
    return found | dict(pattern.findall(text))


def _where(error: ValueError) -> str:
    """The line and the text of it that a parser stopped at, out of its long message."""
    text = str(error)
    at = re.search(r"line_col: Pos\(\((\d+), (\d+)\)\)", text)
    line = re.search(r'line: "((?:[^"\\]|\\.)*)"', text)
    if at and line:
        return f"line {at[1]}, column {at[2]}, in {line[1].strip()[:80]!r}"
    return text.removeprefix("Failed to open ontology: ")[:160]
