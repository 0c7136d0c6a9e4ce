"""The names of terms: labels, synonyms, and what people leave of a name that ends with a code."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import OntologyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.terms import Iri, Literal, Term

SYNONYM, SHORT = 0.95, 0.8
"""How surely a synonym names its term, and a name without the code at its end, beside a label."""

_WORD = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_CODE = re.compile(r"[\s-]+[A-Z]{0,4}\d+[A-Z]?\w?$")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a term; `weight` says how surely it means the term where it stands alone."""

    iri: Iri
    text: str
    weight: float
    language: str = ""
    short: bool = False
    """Whether the code at its end was left out: `lid seal` for `lid seal K2`."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name, in lower case."""
        return tuple(lower(word) for word in _WORD.findall(self.text))


def lower(word: str) -> str:
    """A word in lower case, with the plain apostrophe."""
    return word.lower().replace("’", "'")


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text."""
    return _WORD.finditer(text)


def said_in(text: str) -> list[str]:
    """The words of a text without their places."""
    return _WORD.findall(text)


def names(terms: Iterable[Term], asserted: Triples) -> Iterator[Name]:
    """The names by which terms are linked; those of deprecated terms are left out."""
    for term in terms:
        if term.deprecated or term.kind in ("annotation_property", "datatype"):
            continue
        labels = _tagged(term.iri, v.LABELS, asserted)
        tags = _tagged(term.iri, v.SYNONYMS, asserted) | labels
        for text in (term.label, *term.synonyms):
            weight = 1.0 if text == term.label else SYNONYM
            yield Name(term.iri, text, weight, tags.get(text, ""))
            bare = _CODE.sub("", text)
            if term.kind == "individual" and text in labels and bare != text:
                yield Name(term.iri, bare, SHORT, tags[text], short=True)


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
