"""How large an ontology is: axioms by kind, terms by kind, how deep its trees are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ontopilot.ontology.look.axioms import Axioms
from ontopilot.ontology.owl.axioms import axiom_counts, logical
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts over a file and its imports, named as Protégé names them.

    `depth` is the longest way from a class at the top down to one at the bottom, both counted, in
    the inferred hierarchy; `property_depth` the same for properties.
    """

    triples: int
    axioms: int
    logical: int
    by_kind: Mapping[str, int]
    terms: Mapping[str, int]
    depth: int
    property_depth: int


def measure(ontology: "Ontology", axioms: Axioms) -> Metrics:
    """The metrics of a snapshot."""
    counts = axiom_counts(ontology.asserted)
    of_kind = Counter(kind for kinds in axioms.kinds.values() for kind in kinds)
    return Metrics(
        triples=len(ontology.asserted),
        axioms=counts.total(),
        logical=logical(counts).total(),
        by_kind=dict(sorted(counts.items())),
        terms=dict(sorted(of_kind.items())),
        depth=_depth(ontology, [term.iri for term in ontology.terms("class")]),
        property_depth=_depth(
            ontology,
            [t.iri for t in ontology.terms() if t.kind in ("object_property", "data_property")],
        ),
    )


def _depth(ontology: "Ontology", terms: list[Iri]) -> int:
    """The longest chain of terms, each above the next; equal terms are one step (Kahn 1962)."""
    group = {
        one: min((one, *(ontology.ancestors(one) & ontology.descendants(one)))) for one in terms
    }
    below: dict[Iri, set[Iri]] = {}
    waiting: Counter[Iri] = Counter()
    for one in terms:
        for parent in ontology.parents(one):
            upper = group.get(parent)
            if upper not in (None, group[one]) and group[one] not in below.setdefault(upper, set()):
                below[upper].add(group[one])
                waiting[group[one]] += 1
    level = [one for one in set(group.values()) if not waiting[one]]
    depth = 0
    while level:
        depth += 1
        following: list[Iri] = []
        for one in level:
            for lower in below.get(one, ()):
                waiting[lower] -= 1
                if not waiting[lower]:
                    following.append(lower)
        level = following
    return depth
