"""What a model may claim in a turn, as a JSON schema, and reading back what it claimed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ontopilot.errors import ConfigError
from ontopilot.ontology.decoding.claims import MOST_PER_CLAIM, StatedClaim, read_claims
from ontopilot.ontology.decoding.combine import combined
from ontopilot.ontology.decoding.spoken import names_of
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Fact, Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

MOST_CLAIMS = 12

Schema = dict[str, Any]


Allowed = Mapping[tuple[Iri, Iri], frozenset[Node]]
"""The objects that a subject and a property may be stated with."""


@dataclass(frozen=True, slots=True)
class ClaimGrammar:
    """A JSON schema (draft 2020-12) for the claims of a turn, and the way back from its names.

    The schema uses `type`, `properties`, `required`, `additionalProperties`, `items`, `maxItems`,
    `enum` and `anyOf` alone, which every compiler for constrained decoding knows. `things` are the
    names of subjects and objects, `predicates` those of properties. The same context gives the
    same schema, whatever order it comes in.
    """

    schema: Schema
    evidence: frozenset[str]
    things: Mapping[str, Node]
    predicates: Mapping[str, Iri]
    allowed: Allowed
    facts: Mapping[tuple[Iri, Iri, Node], Fact]
    max_claims: int

    def parse(self, text: str) -> tuple[StatedClaim, ...]:
        """The claims that a model wrote, with their evidence ids and facts.

        What the schema forbids is refused, so that an engine without constrained decoding does no
        harm either.

        Raises:
            ClaimsMalformed: the text is no JSON, is cut off, or states what the schema forbids.
        """
        return read_claims(text, self)


def claim_grammar(
    ontology: "Ontology",
    *,
    evidence: Iterable[str],
    facts: Iterable[Fact] = (),
    terms: Iterable[Iri] = (),
    max_claims: int = MOST_CLAIMS,
) -> ClaimGrammar:
    """The grammar of what can be claimed from a context.

    A claim is free text, ids of `evidence`, and facts. It may state each of `facts`; and of
    `terms`, classes and individuals may be put together with properties as far as the ontology
    allows it (see `combined`). Its JSON reads

        {"claims": [{"text": "…", "evidence": ["1"], "facts": [
            {"subject": "AquaBoil 2", "predicate": "warranty period", "object": "24"}]}]}

    Raises:
        ConfigError: `max_claims` is less than one.
        UnknownTerm: the ontology does not have one of the terms.
    """
    if max_claims < 1:
        raise ConfigError(f"claim_grammar: max_claims={max_claims!r} must be at least 1")
    known = {fact.triple: fact for fact in sorted(facts, key=lambda fact: not fact.inferred)}
    allowed = _allowed(ontology, terms, known.values())
    nodes = (node for (subject, _), objects in allowed.items() for node in (subject, *objects))
    things = names_of(ontology, nodes)
    predicates = names_of(ontology, (predicate for _, predicate in allowed))
    ids = frozenset(evidence)
    claim = _object(
        text={"type": "string"},
        evidence=_list(_one_of(ids), min(MOST_PER_CLAIM, len(ids))),
        facts=_list(_statement(allowed, things, predicates), MOST_PER_CLAIM),
    )
    return ClaimGrammar(
        schema=_object(claims=_list(claim, max_claims)),
        evidence=ids,
        things={name: node for node, name in things.items()},
        predicates={name: Iri(str(node)) for node, name in predicates.items()},
        allowed=allowed,
        facts=known,
        max_claims=max_claims,
    )


def _allowed(ontology: "Ontology", terms: Iterable[Iri], facts: Collection[Fact]) -> Allowed:
    allowed = {(one, predicate): at for one, predicate, at in combined(ontology, terms, facts)}
    stated: dict[tuple[Iri, Iri], set[Node]] = {}
    for fact in facts:
        stated.setdefault((fact.subject, fact.predicate), set()).add(fact.object)
    for place, objects in stated.items():
        allowed[place] = allowed.get(place, frozenset()) | objects
    return allowed


def _statement(
    allowed: Allowed, things: Mapping[Node, str], predicates: Mapping[Node, str]
) -> Schema:
    """One of the statements: those that differ only in the subject, or property, share a branch."""
    owners: dict[tuple[Iri, frozenset[Node]], set[Iri]] = {}
    for (subject, predicate), objects in allowed.items():
        owners.setdefault((predicate, objects), set()).add(subject)
    said: dict[tuple[frozenset[Iri], frozenset[Node]], set[Iri]] = {}
    for (predicate, objects), subjects in owners.items():
        said.setdefault((frozenset(subjects), objects), set()).add(predicate)
    branches = sorted(
        (
            sorted(things[one] for one in subjects),
            sorted(predicates[one] for one in properties),
            sorted(things[one] for one in objects),
        )
        for (subjects, objects), properties in said.items()
    )
    return {
        "anyOf": [
            _object(
                subject=_one_of(subjects), predicate=_one_of(properties), object=_one_of(values)
            )
            for subjects, properties, values in branches
        ]
    }


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema, most: int) -> Schema:
    """A list; one that can hold nothing says so by its length, since an enum may not be empty."""
    if not (items.get("enum", True) and items.get("anyOf", True)):
        return {"type": "array", "items": {"type": "string"}, "maxItems": 0}
    return {"type": "array", "items": items, "maxItems": most}


def _one_of(names: Iterable[str]) -> Schema:
    return {"enum": sorted(names)}
