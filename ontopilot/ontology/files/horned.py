"""Syntaxes that are not triples (functional, Manchester, OWL/XML, OBO), through py-horned-owl."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.carried import Carried, carry
from ontopilot.ontology.files.iris import refuse_faulty
from ontopilot.ontology.files.lenient import Readied, readied
from ontopilot.ontology.files.source import Source
from ontopilot.ontology.terms import Iri

SYNTAXES: Mapping[str, OneOf["ofn", "omn", "owx", "obo"]] = {
    "functional": "ofn",
    "Manchester": "omn",
    "OWL/XML": "owx",
    "OBO": "obo",
}
_LISTED = re.compile(r"[Dd]isjoint|HasKey|Chain|\bo\b|Different")
"""What stands in a text that has axioms with lists."""
_FUNCTIONAL_PREFIX = re.compile(r"Prefix\s*\(\s*([\w.-]*):\s*=\s*<([^>]*)>")
_XML_PREFIX = re.compile(r"<(?:owl:)?Prefix\s[^>]*>")
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_MANCHESTER_PREFIX = re.compile(r"^\s*Prefix:\s*([\w.-]*):\s*<([^>]*)>", re.M)


@dataclass(frozen=True, slots=True)
class Converted:
    """An ontology as RDF/XML with carriers in it, its prefixes, and remarks on the reading."""

    data: bytes
    carriers: Mapping[Iri, Carried]
    prefixes: Mapping[str, str]
    notes: tuple[str, ...]


def converted(source: Source) -> Converted:
    """The ontology of a source as RDF/XML, from which `carried.restored` makes the triples.

    Raises:
        OntologySyntaxError: the content is malformed or cut off.
    """
    import pyhornedowl

    text = source.data.decode()
    ready = readied(text, source.syntax, source.path.resolve().as_uri())
    try:
        ontology = pyhornedowl.open_ontology_from_string(ready.text, SYNTAXES[source.syntax])
    except ValueError as error:
        refuse_faulty(source)
        raise OntologySyntaxError(
            f"{source.path}: not valid {source.syntax} syntax ({_where(error)}); "
            "correct that place or save the file from the editor again"
        ) from None
    single = _single(ontology) if "SameIndividual" in text or "SameAs" in text else 0
    carriers = carry(ontology) if _LISTED.search(text) else {}
    data = ontology.save_to_string("owl").encode()
    return Converted(data, carriers, _prefixes(source, ready.text), tuple(_notes(ready, single)))


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
            "left out as they say nothing: SameIndividual and DifferentIndividuals axioms with one "
            f"member ({total})"
        )
    if ready.relative:
        yield (
            "relative IRIs, which this syntax does not allow, were read as relative to the place "
            f"of the file ({ready.relative})"
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
