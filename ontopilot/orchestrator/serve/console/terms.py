"""Terms of the ontology as the console shows them: found, described, and joined to others."""

from collections.abc import Iterable
from typing import Any

from ontopilot.errors import UnknownTerm
from ontopilot.ontology.look.portrait import portrait
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Iri, Literal

FOUND = 20
"""Terms that a search gives."""

AROUND = 60
"""Terms that one graph shows."""


def found(ontology: Ontology, text: str) -> list[dict[str, Any]]:
    """The terms that a text names, then those whose names contain it."""
    wanted = text.casefold().strip()
    named = [mention.iri for mention in ontology.link(text)]
    for term in ontology.terms():
        names = (term.label, *term.synonyms)
        if wanted and any(wanted in name.casefold() for name in names):
            named.append(term.iri)
    return [brief(ontology, iri) for iri in list(dict.fromkeys(named))[:FOUND]]


def brief(ontology: Ontology, iri: Iri) -> dict[str, Any]:
    """A term in a list."""
    if not ontology.has(iri):
        return {"iri": iri, "label": iri, "kind": "unknown"}
    term = ontology.term(iri)
    return {"iri": iri, "label": term.label, "kind": term.kind}


def described(ontology: Ontology, iri: str) -> dict[str, Any]:
    """All about a term: what is asserted, what follows and why, and what is around it.

    Raises:
        UnknownTerm: the ontology does not have it.
    """
    name = Iri(iri)
    if not ontology.has(name):
        raise UnknownTerm(f"term {iri!r:.200}: the ontology does not have it; search for its label")
    term = ontology.term(name)
    told = portrait(ontology, name)
    return {
        **brief(ontology, name),
        "synonyms": list(term.synonyms),
        "definition": term.definition,
        "axioms": [{"heading": one.heading, "text": one.text} for one in told.axioms],
        "usage": list(told.usage[:FOUND]),
        "inferred": [
            {"text": ontology.verbalise(fact), "why": ontology.explain(fact).text}
            for fact in ontology.facts(name)
            if fact.inferred
        ][:FOUND],
        "graph": graph(ontology, [name]),
    }


def graph(ontology: Ontology, lit: Iterable[Iri]) -> dict[str, Any]:
    """Some terms, lit up, with what is next to them."""
    centre = [iri for iri in dict.fromkeys(lit) if ontology.has(iri)]
    edges: dict[tuple[Iri, Iri], str] = {}
    for iri in centre:
        for parent in _above(ontology, iri):
            edges.setdefault((iri, parent), "is a")
        for child in sorted(_below(ontology, iri))[:8]:
            edges.setdefault((child, iri), "is a")
        for fact in ontology.facts(iri):
            if not isinstance(fact.object, Literal) and ontology.has(fact.object):
                edges.setdefault((iri, fact.object), ontology.label(fact.predicate))
    nodes = list(dict.fromkeys([*centre, *(end for pair in edges for end in pair)]))[:AROUND]
    shown = set(nodes)
    return {
        "nodes": [{**brief(ontology, iri), "lit": iri in centre} for iri in nodes],
        "edges": [
            {"from": one, "to": other, "label": label}
            for (one, other), label in edges.items()
            if one in shown and other in shown and one != other
        ],
    }


def _above(ontology: Ontology, iri: Iri) -> list[Iri]:
    if ontology.term(iri).kind != "individual":
        return sorted(ontology.parents(iri))
    types = ontology.types(iri)
    return sorted(kind for kind in types if not types & ontology.descendants(kind) - {kind})


def _below(ontology: Ontology, iri: Iri) -> frozenset[Iri]:
    if ontology.term(iri).kind == "individual":
        return frozenset()
    return ontology.children(iri) or ontology.instances(iri)
