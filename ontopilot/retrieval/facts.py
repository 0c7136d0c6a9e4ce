"""Facts of the ontology as evidence: those of the terms that a question mentions."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ontopilot.ontology.terms import Fact, Iri, Literal, Mention
from ontopilot.ontology.vocabulary import OWL_THING, RDF_TYPE
from ontopilot.retrieval.asked import spaced
from ontopilot.retrieval.concepts import Concepts, distinct, stands_in
from ontopilot.retrieval.lexical import stems
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Evidence, EvidenceId, Query

ABOUT_IT, ABOUT_MEMBERS, POINTS_TO_IT, ABOUT_ITS_KIND = 1.0, 0.75, 0.75, 0.7
"""How much a fact counts by how it is related to the term that the question mentions."""

UNASKED = 0.25
"""The score of a fact about a mentioned term when the question asks for no such property."""

SURE = 0.6
"""How surely a question asks for a property before it is looked up of things it does not name."""

JOINED, MOST_JOINED = 0.6, 5

_MOST_MEMBERS = 40
_MOST_FACTS = 1000
_STATEMENT_KINDS = frozenset({"object_property", "data_property"})


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact ready to be scored: the words of its property's names and of its value."""

    fact: Fact
    weight: float
    why: str
    names: tuple[frozenset[str], ...]
    value: frozenset[str]


class Facts:
    """The facts around each term of one ontology, worded once a term."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self._ontology = concepts.ontology
        self._around = lru_cache(maxsize=4096)(self._facts_around)
        self._evidence = lru_cache(maxsize=16384)(self._verbalised)

    def search(
        self,
        query: Query,
        *,
        k: int,
        properties: Mapping[Iri, float] | None = None,
        allowed: Callable[[Fact], bool] = lambda fact: True,
    ) -> tuple[Evidence, ...]:
        """The `k` facts that best match a question, best first.

        A fact counts by how surely the question mentions its term, and by the share of the words
        of its property's label (or a synonym) or of its value that the question has, or by how
        surely the question asks for the property in other words (`properties`). Only what is
        `allowed` is found.
        """
        meant = properties or {}
        mentions = distinct(query.mentions)
        asked = frozenset(mention.iri for mention in mentions)
        best: dict[tuple[Iri, Iri, Iri | Literal], tuple[float, str, Fact]] = {}
        for mention in mentions:
            words = frozenset(stems(_without(query.text, mention)))
            for known in self._around(mention.iri):
                match = max(
                    _match(known, words, asked - {mention.iri}),
                    meant.get(known.fact.predicate, 0.0),
                )
                score = mention.score * known.weight * (UNASKED + (1.0 - UNASKED) * match)
                if score > best.get(known.fact.triple, (0.0,))[0] and allowed(known.fact):
                    best[known.fact.triple] = (score, known.why, known.fact)
        told = self._one_a_pair(best.values(), asked, meant)
        return tuple(self._evidence(fact, score, why) for score, why, fact in told[:k])

    def _one_a_pair(
        self,
        found: Iterable[tuple[float, str, Fact]],
        asked: Collection[Iri],
        meant: Mapping[Iri, float],
    ) -> list[tuple[float, str, Fact]]:
        """Best first, without the facts that join the same two things as another one does.

        "Has the part", "is part of", "is compatible with" say little beside "has the replacement
        part": of a pair the best is kept, of equals what is asked for, then the most special.
        """

        def order(one: tuple[float, str, Fact]) -> tuple[float, float, int, str]:
            iri = one[2].predicate
            sure = 1.0 if iri in asked else meant.get(iri, 0.0)
            return -one[0], -sure, -len(self._ontology.ancestors(iri)), _key(one[2])

        kept: dict[object, tuple[float, str, Fact]] = {}
        for one in sorted(found, key=order):
            fact = one[2]
            joins = isinstance(fact.object, str) and fact.predicate != RDF_TYPE
            kept.setdefault(frozenset((fact.subject, fact.object)) if joins else fact.triple, one)
        return sorted(kept.values(), key=lambda one: (-one[0], _key(one[2])))

    def asked(
        self,
        named: Mapping[Iri, float],
        properties: Mapping[Iri, float],
        *,
        known: Collection[tuple[Iri, Iri, Iri | Literal]],
        allowed: Callable[[Fact], bool] = lambda fact: True,
    ) -> tuple[Evidence, ...]:
        """Facts with one of the properties that a question surely asks for, best first.

        `named` are the things they may be about, with a score each; `known` are left out.
        """
        sure = {iri: match for iri, match in properties.items() if match >= SURE}
        ranked = [
            (score * sure[fact.predicate], fact)
            for iri, score in named.items()
            if sure and self._ontology.has(iri) and self._ontology.term(iri).kind == "individual"
            for fact in self._ontology.facts(subject=iri)
            if fact.predicate in sure and fact.triple not in known and allowed(fact)
        ]
        ranked.sort(key=lambda found: (-found[0], _key(found[1])))
        return tuple(
            self._evidence(fact, JOINED * score, f"asked of {self._ontology.label(fact.subject)}")
            for score, fact in ranked[:MOST_JOINED]
        )

    def _verbalised(self, fact: Fact, score: float, why: str) -> Evidence:
        return fact_evidence(self._ontology, fact, score=score, why=why)

    def _facts_around(self, iri: Iri) -> tuple[_Known, ...]:
        if not self._ontology.has(iri):
            return ()
        return tuple(islice(self._all(iri), _MOST_FACTS))

    def _all(self, iri: Iri) -> Iterator[_Known]:
        ontology, label = self._ontology, self._ontology.label(iri)
        for fact in ontology.facts(subject=iri):
            yield from self._known(fact, ABOUT_IT, f"a fact about {label}")
        for fact in ontology.facts(object=iri):
            if fact.predicate != RDF_TYPE:
                yield from self._known(fact, POINTS_TO_IT, f"a fact that names {label}")
        kind = ontology.term(iri).kind
        if kind == "class":
            yield from self._of_members(iri)
        elif kind == "individual":
            yield from self._of_types(iri)

    def _of_members(self, iri: Iri) -> Iterator[_Known]:
        ontology, label = self._ontology, self._ontology.label(iri)
        for member in sorted(ontology.instances(iri))[:_MOST_MEMBERS]:
            why = f"a fact about {ontology.label(member)}, a {label}"
            for fact in ontology.facts(subject=member):
                # Of what a member is, only that it is a member says something here.
                if fact.predicate != RDF_TYPE or fact.object == iri:
                    yield from self._known(fact, ABOUT_MEMBERS, why)

    def _of_types(self, iri: Iri) -> Iterator[_Known]:
        ontology, label = self._ontology, self._ontology.label(iri)
        for above in sorted(ontology.types(iri)):
            why = f"a fact about every {ontology.label(above)}, which {label} is"
            for fact in ontology.facts(subject=above):
                if fact.predicate != RDF_TYPE and not fact.of_itself:
                    yield from self._known(fact, ABOUT_ITS_KIND, why)

    def _known(self, fact: Fact, weight: float, why: str) -> Iterator[_Known]:
        ontology = self._ontology
        if fact.object == OWL_THING:
            return
        if fact.predicate == RDF_TYPE:
            names: tuple[str, ...] = ("type", "kind", "category")
        elif (
            ontology.has(fact.predicate) and ontology.term(fact.predicate).kind in _STATEMENT_KINDS
        ):
            names = self._concepts.names(fact.predicate)
        else:
            return
        words = (frozenset(stems(spaced(name))) for name in names)
        yield _Known(fact, weight, why, tuple(w for w in words if w), self._value(fact.object))

    def _value(self, value: Iri | Literal) -> frozenset[str]:
        if isinstance(value, Literal):
            return frozenset(stems(value.value))
        if not self._ontology.has(value):
            return frozenset()
        return self._concepts.words(value)


def fact_evidence(ontology: Meaning, fact: Fact, *, score: float = 1.0, why: str) -> Evidence:
    """A fact of an ontology as evidence; `why` says, in words, why it is here."""
    origin = "inferred" if fact.inferred else "stated"
    terms = tuple(iri for iri in (fact.subject, fact.predicate, fact.object) if _is_iri(iri))
    return Evidence(
        id=_id(fact),
        kind="fact",
        text=ontology.verbalise(fact),
        score=score,
        why=f"{why}, {origin} in the ontology",
        title=ontology.label(fact.subject),
        source=ontology.path.name,
        terms=tuple(Iri(str(iri)) for iri in terms),
        facts=(fact,),
    )


def _match(known: _Known, words: frozenset[str], asked: Collection[Iri]) -> float:
    """How well a fact meets what is asked, in [0, 1]."""
    if known.fact.predicate in asked or (
        isinstance(known.fact.object, str) and known.fact.object in asked
    ):
        return 1.0
    named = max((len(name & words) / len(name) for name in known.names), default=0.0)
    valued = len(known.value & words) / len(known.value) if known.value else 0.0
    return max(named, 0.8 * valued)


def _without(text: str, mention: Mention) -> str:
    if not stands_in(mention, text):
        return text
    return f"{text[: mention.start]} {text[mention.end :]}"


def _is_iri(value: Iri | Literal) -> bool:
    return isinstance(value, str)


def _key(fact: Fact) -> str:
    value = fact.object
    if isinstance(value, Literal):
        return f"{fact.subject} {fact.predicate} {value.value!r}^^{value.datatype}@{value.language}"
    return f"{fact.subject} {fact.predicate} {value}"


def _id(fact: Fact) -> EvidenceId:
    return EvidenceId("fact:" + hashlib.sha256(_key(fact).encode()).hexdigest()[:12])
