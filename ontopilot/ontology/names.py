"""The names of terms: labels, synonyms, and what people leave of a name that ends with a code."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Iri, Literal, Term
from ontopilot.ontology.triples import Triples

SYNONYM, SHORT = 0.95, 0.8
"""How surely a synonym names its term, and a name without the code at its end, beside a label."""

SHORTEST = 4
"""Letters of a name without its code; fewer (`AB` of `AB-200`) are the code's own."""

_WORD = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_PROPERTIES = ("object_property", "data_property")
_CODE = re.compile(r"[\s-]+[A-Z]{0,4}\d+[A-Z]?\w?$")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a term; `weight` says how surely it means the term where it stands alone."""

    iri: Iri
    text: str
    weight: float
    language: str = ""
    relates: bool = False
    """Whether it is the name of a property."""
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


def names(terms: Iterable[Term], asserted: Triples) -> Iterator[Name]:
    """The names by which terms are linked; those of deprecated terms are left out."""
    for term in terms:
        if term.deprecated or term.kind in ("annotation_property", "datatype"):
            continue
        tags = dict(_tagged(term.iri, asserted))
        for text in (term.label, *term.synonyms):
            weight = 1.0 if text == term.label else SYNONYM
            language = tags.get(text, "")
            yield Name(term.iri, text, weight, language, term.kind in _PROPERTIES)
            bare = _CODE.sub("", text)
            if term.kind == "individual" and bare != text and len(bare) >= SHORTEST:
                yield Name(term.iri, bare, SHORT, language, short=True)


def _tagged(iri: Iri, asserted: Triples) -> Iterator[tuple[str, str]]:
    for predicate in (*v.LABELS, *v.SYNONYMS):
        for one in asserted.values(iri, predicate):
            if isinstance(one, Literal):
                yield one.value, one.language.split("-")[0]
