"""Concepts: the terms that a question is about, and those that the ontology puts beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ontopilot.ontology.terms import Iri, Mention
from ontopilot.ontology.vocabulary import OWL_NOTHING, OWL_THING, RDF_TYPE
from ontopilot.retrieval.lexical import stems
from ontopilot.retrieval.meaning import Meaning

SAME, BELOW, FAR_BELOW, MEMBER, RELATED, ABOVE, FAR_ABOVE = 1.0, 0.85, 0.7, 0.7, 0.5, 0.5, 0.25
"""How much a passage that mentions such a term counts, beside one that mentions the term itself."""

_MOST_RELATED = 32


@dataclass(frozen=True, slots=True)
class Concept:
    """A term worth looking for; `why` completes "mentions …"."""

    iri: Iri
    weight: float
    why: str


class Concepts:
    """The concepts around each term of one ontology, worked out once a term."""

    def __init__(self, ontology: Meaning) -> None:
        self.ontology = ontology
        self.around = lru_cache(maxsize=4096)(self._around)
        self.names = lru_cache(maxsize=4096)(self._names)
        self.words = lru_cache(maxsize=4096)(self._words)

    def _names(self, iri: Iri) -> tuple[str, ...]:
        """The label and the synonyms of a term."""
        term = self.ontology.term(iri)
        return (term.label, *term.synonyms)

    def _words(self, iri: Iri) -> frozenset[str]:
        """The stems of a term's label and synonyms; none of a term that is unknown."""
        names = self.names(iri) if self.ontology.has(iri) else ()
        return frozenset(word for name in names for word in stems(name))

    def is_thing(self, iri: Iri) -> bool:
        """Whether a term is a class or an individual, not a property."""
        return self.ontology.has(iri) and self.ontology.term(iri).kind in ("class", "individual")

    def _around(self, iri: Iri) -> tuple[Concept, ...]:
        """The term and the concepts around it, each once with its best weight, best first."""
        if not self.ontology.has(iri):
            return ()
        best: dict[Iri, Concept] = {}
        for concept in self._all(iri):
            known = best.get(concept.iri)
            if known is None or known.weight < concept.weight:
                best[concept.iri] = concept
        return tuple(sorted(best.values(), key=lambda c: (-c.weight, c.iri)))

    def _all(self, iri: Iri) -> Iterator[Concept]:
        kind = self.ontology.term(iri).kind
        yield Concept(iri, SAME, self.ontology.label(iri))
        if kind == "individual":
            yield from self._types(iri)
        else:
            yield from self._hierarchy(iri)
        if kind == "class":
            yield from self._members(iri)
        if kind in ("class", "individual"):
            yield from self._related(iri)

    def _hierarchy(self, iri: Iri) -> Iterator[Concept]:
        label = self.ontology.label
        children, parents = self.ontology.children(iri), self.ontology.parents(iri)
        for below in _named(self.ontology.descendants(iri)):
            weight = BELOW if below in children else FAR_BELOW
            yield Concept(below, weight, f"{label(below)}, a kind of {label(iri)}")
        for above in _named(self.ontology.ancestors(iri)):
            weight = ABOVE if above in parents else FAR_ABOVE
            yield Concept(above, weight, f"{label(above)}, of which {label(iri)} is a kind")

    def _members(self, iri: Iri) -> Iterator[Concept]:
        label = self.ontology.label
        for member in sorted(self.ontology.instances(iri)):
            yield Concept(member, MEMBER, f"{label(member)}, a {label(iri)}")

    def _types(self, iri: Iri) -> Iterator[Concept]:
        label = self.ontology.label
        types = self.ontology.types(iri)
        for kind in _named(types):
            specific = self.ontology.descendants(kind).isdisjoint(types)
            weight = ABOVE if specific else FAR_ABOVE
            yield Concept(kind, weight, f"{label(kind)}, which {label(iri)} is")

    def _related(self, iri: Iri) -> Iterator[Concept]:
        found = 0
        for fact in (*self.ontology.facts(subject=iri), *self.ontology.facts(object=iri)):
            other = fact.object if fact.subject == iri else fact.subject
            if (
                not isinstance(other, str)
                or fact.predicate == RDF_TYPE
                or other == iri
                or not self.ontology.has(other)
            ):
                continue
            sentence = self.ontology.verbalise(fact).rstrip(".")
            yield Concept(other, RELATED, f"{self.ontology.label(other)} ({sentence})")
            found += 1
            if found == _MOST_RELATED:
                return


def _named(iris: Iterable[Iri]) -> list[Iri]:
    return sorted(iri for iri in iris if iri not in (OWL_THING, OWL_NOTHING))


def stands_in(mention: Mention, text: str) -> bool:
    """Whether a mention is of this text: a query may carry terms from earlier turns."""
    return text[mention.start : mention.end] == mention.text


def distinct(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """The mentions, one a term: the surest of each, in the order of the text."""
    best: dict[Iri, Mention] = {}
    for mention in mentions:
        known = best.get(mention.iri)
        if known is None or known.score < mention.score:
            best[mention.iri] = mention
    return tuple(sorted(best.values(), key=lambda m: (m.start, m.iri)))
