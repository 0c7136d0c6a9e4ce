"""What a save of the ontology did to the index: passages tagged otherwise, facts to be found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri
from ontopilot.orchestrator.agent import Agent
from ontopilot.retrieval.index import KnowledgeIndex

SHOWN = 20
"""Terms, passages and facts that are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The ontology of an agent and the index that goes with it."""

    ontology: Ontology
    index: KnowledgeIndex

    @classmethod
    def of(cls, agent: Agent) -> "Seen":
        """Those of the next turn; a save in between is seen whole the next time."""
        while True:
            ontology, index = agent.snapshot, agent.knowledge_index
            if agent.snapshot is ontology:
                return cls(ontology, index)


def effect(before: Seen, after: Seen) -> dict[str, Any]:
    """The effect of a save on the index, as plain values.

    `terms` are those that passages mention now and did not, or no longer do, with how many
    passages; `facts` are statements that turns can find now (`gained`) or no longer (`lost`).
    """
    came: Counter[Iri] = Counter()
    went: Counter[Iri] = Counter()
    touched = []
    for passage, old, new in zip(
        after.index.passages, before.index.tagged, after.index.tagged, strict=True
    ):
        if old.keys() != new.keys():
            touched.append(passage.title or passage.id)
            came.update(new.keys() - old.keys())
            went.update(old.keys() - new.keys())
    ours, theirs = _facts(before.ontology), _facts(after.ontology)
    gained = [fact for triple, fact in theirs.items() if triple not in ours]
    lost = [fact for triple, fact in ours.items() if triple not in theirs]
    return {
        "passages": len(after.index.passages),
        "retagged": len(touched),
        "titles": list(dict.fromkeys(touched))[:SHOWN],
        "terms": [
            {
                "label": _label(iri, after.ontology, before.ontology),
                "came": came[iri],
                "went": went[iri],
            }
            for iri, _ in (came + went).most_common(SHOWN)
        ],
        "facts": {
            "gained": _told(gained, after.ontology),
            "lost": _told(lost, before.ontology),
            "gained_count": len(gained),
            "lost_count": len(lost),
        },
    }


def _facts(ontology: Ontology) -> dict[tuple[object, ...], Fact]:
    return {fact.triple: fact for term in ontology.terms() for fact in ontology.facts(term.iri)}


def _told(facts: Iterable[Fact], ontology: Ontology) -> list[str]:
    return [ontology.verbalise(fact) for fact in list(facts)[:SHOWN]]


def _label(iri: Iri, *ontologies: Ontology) -> str:
    return next((one.label(iri) for one in ontologies if one.has(iri)), str(iri))
