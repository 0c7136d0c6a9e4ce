"""What names terms have: labels, synonyms, other spellings, and what people leave of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ontopilot.errors import OntologyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.linking.names import Name
from ontopilot.ontology.linking.spellings import RESPELT, Above, spellings, with_synonyms
from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.terms import Iri, Literal, Term

SYNONYM, SHORT = 0.95, 0.8
"""How surely a synonym names its term, and a name without the code at its end, beside a label."""

_CODE = re.compile(
    r"[\s-]+(?:size |Größe )?([A-Z]{0,4}\d+(?:[.,]\d+)?[A-Z]?\w?)(?: (?:mm|cm|m|V|W|l|kg|g))?$"
)
_MEMBER = re.compile(r"(\w*[a-z][A-Z]\w*) ([A-Z]\w*)")
"""A thing of a family of models: `HomeLink Lite`."""


def names(terms: Iterable[Term], asserted: Triples, above: Above) -> Iterator[Name]:
    """The names by which terms are linked; those of deprecated terms are left out."""
    return with_synonyms(_names(terms, asserted), above)


def _names(terms: Iterable[Term], asserted: Triples) -> Iterator[Name]:
    for term in terms:
        if term.deprecated or term.kind in ("annotation_property", "datatype"):
            continue
        labels = _tagged(term.iri, v.LABELS, asserted)
        tags = _tagged(term.iri, v.SYNONYMS, asserted) | labels
        for text in (term.label, *term.synonyms):
            weight = 1.0 if text == term.label else SYNONYM
            name = Name(term.iri, text, weight, tags.get(text, ""), kind=term.kind)
            yield name
            for other in spellings(text):
                yield replace(name, text=other, weight=RESPELT * weight, made=True)
            bare, code = _shortened(text)
            if _CODE.search(text) and term.kind == "individual":
                for other in _by_code(bare, code):
                    yield replace(name, text=other, weight=RESPELT * weight, made=True)
            if code and term.kind == "individual" and text in labels:
                yield replace(name, text=bare, weight=SHORT, code=code)


def _by_code(bare: str, code: str) -> Iterator[str]:
    """How else people say a name with a code: `K2 lid seal`, `seal K2`."""
    yield f"{code} {bare}"
    head = bare.rsplit(maxsplit=1)[-1]
    if head != bare and head.islower() and head.isalpha():
        yield f"{head} {code}"


def _shortened(text: str) -> tuple[str, str]:
    """A name without its end, and that end; nothing if none can be left out."""
    code, member = _CODE.search(text), _MEMBER.fullmatch(text)
    if code and code.start():
        return text[: code.start()], code[1]
    return (member[1], member[2]) if member else ("", "")


def _tagged(iri: Iri, predicates: Iterable[Iri], asserted: Triples) -> dict[str, str]:
    """The texts of a term and their languages."""
    found = (one for predicate in predicates for one in asserted.values(iri, predicate))
    return {one.value: one.language.split("-")[0] for one in found if isinstance(one, Literal)}


def patterns(
    asserted: Triples, label: Callable[[Iri], str], path: Path
) -> Iterator[tuple[Iri, re.Pattern[str]]]:
    """What the identifiers of the members of classes look like, as annotations declare it.

    Raises:
        OntologyError: an annotation is no regular expression.
    """
    for iri, value in asserted.pairs(v.OP_IDENTIFIER_PATTERN):
        if not isinstance(value, Literal):
            continue
        try:
            yield iri, re.compile(rf"\b(?:{value.value})\b")
        except re.error as error:
            raise OntologyError(
                f"{path}: the identifier pattern {value.value!r} of {label(iri)!r} is no regular "
                f"expression ({error}); correct that annotation in Protégé"
            ) from None
