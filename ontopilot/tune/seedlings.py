"""What an agent's ontology, documents and past interactions can be asked, with the answers."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Literal
from ontopilot.ontology.vocabulary import RDF_TYPE
from ontopilot.orchestrator.drafting import is_trouble
from ontopilot.prose import statements
from ontopilot.retrieval.facts import fact_evidence
from ontopilot.retrieval.index import KnowledgeIndex
from ontopilot.retrieval.passage import Evidence, Passage, Query
from ontopilot.tune.example import Kind, Task
from ontopilot.tune.pages import can_be_claimed
from ontopilot.tune.wording import about_property, about_sentence, about_trouble, names_of

NEAR = 0.45
"""How near to what a customer wrote a sentence of the reply must be, to be its answer."""

MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Seedling:
    """A question, the evidence that answers it and the sentences that do, in their order.

    `thing` and `document` are the keys by which examples are split.
    """

    kind: Kind
    task: Task
    question: str
    gold: tuple[Evidence, ...]
    told: tuple[str, ...]
    thing: str
    document: str


def from_facts(ontology: Ontology, rng: random.Random) -> Iterator[Seedling]:
    """A question for each stated fact of each individual."""
    for term in ontology.terms("individual"):
        for fact in ontology.facts(term.iri):
            if fact.inferred or fact.predicate == RDF_TYPE or _odd(ontology, fact):
                continue
            evidence = fact_evidence(ontology, fact, why="what is asked")
            if not can_be_claimed(evidence.text):
                continue
            named = rng.choice(names_of(term.label, term.synonyms))
            what = ontology.term(fact.predicate)
            asked = about_property(rng, rng.choice(names_of(what.label, what.synonyms)), named)
            yield Seedling(
                "answer", "draft", asked, (evidence,), (evidence.text,), thing(term.iri), ""
            )


def _odd(ontology: Ontology, fact: Fact) -> bool:
    """Whether a fact leads to what has no name."""
    return not isinstance(fact.object, Literal) and not ontology.has(fact.object)


def from_documents(index: KnowledgeIndex, rng: random.Random) -> Iterator[Seedling]:
    """A question in key words for each sentence of each document."""
    for passage in index.passages:
        if passage.kind != "passage":
            continue
        for one in statements(passage.text):
            if one.kind in ("prose", "item") and can_be_claimed(one.text):
                asked = about_sentence(rng, one.text, title=passage.title)
                gold = (evidence_of(passage),)
                where = document(passage.source)
                yield Seedling("answer", "draft", asked, gold, (one.text,), where, where)


def from_interactions(index: KnowledgeIndex) -> Iterator[Seedling]:
    """What customers wrote, answered by the sentence of the reply that is nearest to it."""
    for passage in index.passages:
        if passage.kind != "interaction" or not passage.heading:
            continue
        evidence = evidence_of(passage)
        told = [one.text for one in statements(passage.text)]
        (near,) = index.relevance(Query(passage.heading), (evidence,))
        ranked = sorted(zip(near, told, strict=True), reverse=True)
        if ranked and ranked[0][0] >= NEAR and can_be_claimed(ranked[0][1]):
            key = str(passage.id)
            yield Seedling(
                "answer", "draft", passage.heading, (evidence,), (ranked[0][1],), key, key
            )


def from_troubles(ontology: Ontology, rng: random.Random) -> Iterator[Seedling]:
    """A question for each trouble from which two steps and more lead on: cause, then fix."""
    for term in ontology.terms("individual"):
        if not is_trouble(ontology, term.iri):
            continue
        chain = _chain(ontology, term.iri)
        if len(chain) < 2:
            continue
        gold = tuple(fact_evidence(ontology, fact, why="a step") for fact in chain)
        told = tuple(item.text for item in gold)
        if all(can_be_claimed(text) for text in told):
            named = rng.choice(names_of(term.label, term.synonyms))
            asked = about_trouble(rng, named)
            yield Seedling("chain", "reason", asked, gold, told, thing(term.iri), "")


def _chain(ontology: Ontology, start: Iri) -> list[Fact]:
    """The facts that lead from one individual to the next, the first stated one each time."""
    steps: list[Fact] = []
    at, seen = start, {start}
    while len(steps) < MOST_STEPS:
        onward = [
            fact
            for fact in ontology.facts(at)
            if not fact.inferred
            and not isinstance(fact.object, Literal)
            and ontology.has(fact.object)
            and ontology.term(fact.object).kind == "individual"
            and fact.object not in seen
        ]
        if not onward:
            break
        steps.append(onward[0])
        at = Iri(str(onward[0].object))
        seen.add(at)
    return steps


def thing(iri: str) -> str:
    """The key of an individual."""
    return f"thing:{iri}"


def document(source: str) -> str:
    """The key of a document."""
    return f"document:{source}"


def keys(item: Evidence) -> tuple[str, ...]:
    """The keys that a piece of evidence must share a part with."""
    if item.kind == "fact":
        return tuple(thing(fact.subject) for fact in item.facts)
    return (document(item.source),) if item.kind == "passage" else (str(item.id),)


def linked(
    seedlings: Sequence[Seedling], index: KnowledgeIndex, ontology: Ontology
) -> Iterator[tuple[str, ...]]:
    """Keys that belong together: a chain's things, and a document with the things of its title."""
    for one in seedlings:
        yield tuple(dict.fromkeys([one.thing, *(key for item in one.gold for key in keys(item))]))
    for passage in index.passages:
        if passage.kind == "passage":
            named = [m.iri for m in ontology.link(passage.title) if ontology.has(m.iri)]
            things = [iri for iri in named if ontology.term(iri).kind == "individual"]
            yield (document(passage.source), *(thing(iri) for iri in things))


def evidence_of(passage: Passage) -> Evidence:
    """A passage as a search gives it."""
    return Evidence(
        passage.id,
        passage.kind,
        passage.text,
        1.0,
        "what is asked",
        title=passage.place,
        source=passage.source,
    )
