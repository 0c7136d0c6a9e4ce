"""IRIs that are none (RFC 3987): where in a file they stand, and what to do."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.source import Source, Syntax

_FORBIDDEN = re.compile(r"[\s<>\"{}|\\^`]")
_IN_XML = re.compile(
    r"\b(?:rdf:(?:about|resource|datatype|ID)|IRI|ontologyIRI|versionIRI|datatypeIRI|xml:base)"
    r"\s*=\s*(?P<quote>[\"'])(?P<iri>.*?)(?P=quote)",
    re.DOTALL,
)
_IN_BRACKETS = re.compile(r"<(?P<iri>[A-Za-z][\w+.-]*:[^<>\"\n]*|#[^<>\"\n]*)>")
_SILENT: tuple[Syntax, ...] = ("OWL/XML", "JSON-LD")
"""Syntaxes whose parsers pass over such an IRI, and lose what is said with it."""


def refuse_faulty(source: Source, *, silent_only: bool = False) -> None:
    """Refuse a source for its first faulty IRI, if it has one.

    With `silent_only`, only where the parser would lose it without an error.

    Raises:
        OntologySyntaxError: an IRI has a space or another character that no IRI may have.
    """
    if silent_only and source.syntax not in _SILENT:
        return
    for line, iri in _written(source):
        found = _FORBIDDEN.search(iri)
        if found:
            what = "a space" if found[0].isspace() else f"the character {found[0]!r}"
            raise OntologySyntaxError(
                f"{source.path}, line {line}: the IRI {iri[:120]!r} has {what}, which no IRI may "
                "have; rename the term without it (write a space as %20 or _)"
            )


def _written(source: Source) -> Iterator[tuple[int, str]]:
    """The lines and IRIs of a source, as written."""
    text = source.data.decode()
    if source.syntax == "JSON-LD":
        with suppress(ValueError, RecursionError):  # what is no JSON is refused by the parser
            for iri in _in_json(json.loads(text)):
                yield text.count("\n", 0, max(text.find(json.dumps(iri)[1:-1]), 0)) + 1, iri
        return
    pattern = _IN_XML if source.xml else _IN_BRACKETS
    for match in pattern.finditer(text):
        if _FORBIDDEN.search(match["iri"]):
            yield text.count("\n", 0, match.start("iri")) + 1, match["iri"]


def _in_json(value: object) -> Iterator[str]:
    """What stands as a name in JSON-LD: identifiers, types and prefixed properties."""
    if isinstance(value, list):
        for one in value:
            yield from _in_json(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            named = key in ("@id", "@type")
            yield from (one for one in _listed(inner) if named and isinstance(one, str))
            if ":" in key:
                yield key
            yield from _in_json(inner)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
