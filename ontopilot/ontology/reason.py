"""Reasoning: facts that follow from an ontology, and whether it contradicts itself."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol

from ontopilot.errors import ConfigError, MissingExtra
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Iri, Literal
from ontopilot.ontology.triples import Node, Triple, Triples

_NOISE = (v.OWL_THING, v.OWL_NOTHING, v.RDFS_LITERAL)


@dataclass(frozen=True, slots=True)
class ReasoningReport:
    """Which engine ran, whether it finds every consequence, and how long it took."""

    engine: str
    complete: bool
    seconds: float
    note: str


@dataclass(frozen=True, slots=True)
class Inference:
    """What a reasoner found: consequences, and why the ontology is inconsistent ("" if not)."""

    triples: tuple[Triple, ...]
    contradiction: str
    report: ReasoningReport


class Reasoner(Protocol):
    """Finds the consequences of an ontology."""

    def infer(self, triples: Triples) -> Inference:
        """Every class membership and property assertion that follows."""
        ...


class RuleReasoner:
    """OWL 2 RL rules (W3C OWL 2 Profiles, section 4.3), without Java; sound, not complete."""

    def infer(self, triples: Triples) -> Inference:
        """Materialise facts by rules, and look for contradictions among them."""
        import reasonable

        began = time.perf_counter()
        engine = reasonable.PyReasoner()
        engine.from_graph([_to_rdf(triple) for triple in triples])
        given = set(triples)
        found = [one for raw in engine.reason() if (one := _from_rdf(raw)) is not None]
        new = tuple(one for one in dict.fromkeys(found) if one not in given and _says_much(one))
        seconds = time.perf_counter() - began
        note = "OWL 2 RL rules: facts that need case distinction or invented things are not found"
        report = ReasoningReport("reasonable", False, seconds, note)
        return Inference(new, contradiction(triples, new), report)


_ENGINES: Mapping[str, type[Reasoner]] = {"auto": RuleReasoner, "rl": RuleReasoner}


def reasoner(name: str) -> Reasoner:
    """The reasoner of a name.

    Raises:
        ConfigError: there is no reasoner of that name.
        MissingExtra: its package is not installed.
    """
    if name not in _ENGINES:
        raise ConfigError(f"reasoner={name!r}: use one of {', '.join(sorted(_ENGINES))}")
    try:
        return _ENGINES[name]()
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), extra="reasoning", purpose="reasoning") from error


def _says_much(triple: Triple) -> bool:
    subject, predicate, value = triple
    if subject == value or value in _NOISE or subject in _NOISE:
        return False
    if isinstance(subject, Literal) or subject.startswith("_:"):
        return False
    if isinstance(value, str) and value.startswith("_:"):
        return False
    return predicate not in (v.OWL_SAME_AS, v.OWL_DIFFERENT_FROM)


def contradiction(triples: Triples, inferred: Iterable[Triple]) -> str:
    """Why the types and values contradict each other, in one sentence, or ""."""
    types: dict[Iri, set[Iri]] = {}
    for subject, predicate, value in (*triples, *inferred):
        if predicate == v.RDF_TYPE and isinstance(value, str):
            types.setdefault(subject, set()).add(Iri(value))
    pairs = disjoint_pairs(triples)
    for thing, classes in types.items():
        for one in classes:
            for other in pairs.get(one, ()):
                if other in classes:
                    return (
                        f"{_short(thing)} is both a {_short(one)} and a {_short(other)}, "
                        "which are declared disjoint"
                    )
    return _two_values(triples)


def disjoint_pairs(triples: Triples) -> dict[Iri, set[Iri]]:
    """Every class with the classes that are declared disjoint from it."""
    pairs: dict[Iri, set[Iri]] = {}
    for one, other in triples.pairs(v.OWL_DISJOINT_WITH):
        if isinstance(other, str):
            _pair(pairs, one, Iri(other))
    for group in _of_type(triples, v.OWL_ALL_DISJOINT_CLASSES):
        listed = members_of(triples, triples.one(group, v.OWL_MEMBERS))
        members = [Iri(member) for member in listed if isinstance(member, str)]
        for one, other in combinations(members, 2):
            _pair(pairs, one, other)
    return pairs


def members_of(triples: Triples, head: Node | None) -> Iterable[Node]:
    """The members of an RDF list."""
    seen: set[Node] = set()
    at = head
    while at is not None and at != v.RDF_NIL and at not in seen:
        seen.add(at)
        first = triples.one(at, v.RDF_FIRST)
        if first is not None:
            yield first
        at = triples.one(at, v.RDF_REST)


def _of_type(triples: Triples, kind: Iri) -> list[Iri]:
    return [s for s, o in triples.pairs(v.RDF_TYPE) if o == kind]


def _pair(pairs: dict[Iri, set[Iri]], one: Iri, other: Iri) -> None:
    pairs.setdefault(one, set()).add(other)
    pairs.setdefault(other, set()).add(one)


def _two_values(triples: Triples) -> str:
    for predicate in _of_type(triples, v.OWL_FUNCTIONAL):
        values: dict[Iri, Node] = {}
        for subject, value in triples.pairs(predicate):
            held = values.setdefault(subject, value)
            if isinstance(held, Literal) and isinstance(value, Literal) and held != value:
                return (
                    f"{_short(subject)} has two values of {_short(predicate)}, {held.value!r} and "
                    f"{value.value!r}, but may have one"
                )
    return ""


def _short(iri: Iri) -> str:
    return iri.rstrip("#/").rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _to_rdf(triple: Triple) -> tuple[Any, Any, Any]:
    subject, predicate, value = triple
    return _node(subject), _node(predicate), _node(value)


def _node(node: Node) -> Any:
    from rdflib import BNode, URIRef
    from rdflib import Literal as RdfLiteral

    if isinstance(node, Literal):
        if node.language:
            return RdfLiteral(node.value, lang=node.language)
        return RdfLiteral(node.value, datatype=URIRef(node.datatype), normalize=False)
    return BNode(node[2:]) if node.startswith("_:") else URIRef(node)


def _from_rdf(raw: tuple[Any, Any, Any]) -> Triple | None:
    subject, predicate, value = _back(raw[0]), _back(raw[1]), _back(raw[2])
    if isinstance(subject, Literal) or isinstance(predicate, Literal):
        return None
    return Iri(subject), Iri(predicate), value


def _back(node: Any) -> Node:
    from rdflib import BNode
    from rdflib import Literal as RdfLiteral

    if isinstance(node, RdfLiteral):
        datatype = Iri(str(node.datatype)) if node.datatype else Iri(v.XSD + "string")
        return Literal(str(node), datatype, node.language or "")
    return Iri(f"_:{node}") if isinstance(node, BNode) else Iri(str(node))
