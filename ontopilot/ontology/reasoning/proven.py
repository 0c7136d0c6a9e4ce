"""The constructs on which the engines without Java were seen to find all that HermiT finds.

`tests/ontology/test_differential.py` makes random ontologies out of these and compares; a
construct on which one of them differs does not belong here. `docs/decisions/reasoning.md` tells
what was seen with the others.
"""

from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.reasoning.used import constructs_of

IGNORED = ("SWRL rules", "HasKey")
"""What no engine here reads."""

SATURATED = frozenset(
    """
    SubClassOf EquivalentClasses DisjointClasses ObjectIntersectionOf ObjectSomeValuesFrom
    SubObjectPropertyOf EquivalentObjectProperties ObjectPropertyChain TransitiveObjectProperty
    ObjectPropertyDomain ObjectPropertyRange
    SubDataPropertyOf EquivalentDataProperties DataPropertyDomain DataPropertyRange
    FunctionalDataProperty DataSomeValuesFrom DataHasValue
    """.split()
)
"""Proven by saturation alone for how classes are related, where there are no facts."""

PROVEN = SATURATED | frozenset(
    """
    DisjointUnion ObjectUnionOf ObjectComplementOf ObjectAllValuesFrom
    FunctionalObjectProperty InverseFunctionalObjectProperty InverseObjectProperties
    DisjointObjectProperties SymmetricObjectProperty AsymmetricObjectProperty
    IrreflexiveObjectProperty DataAllValuesFrom DatatypeRestriction
    """.split()
)
"""The same by the tableau."""

PROVEN_BESIDE_FACTS = frozenset(
    """
    SubClassOf EquivalentClasses DisjointClasses ObjectIntersectionOf
    SubObjectPropertyOf EquivalentObjectProperties InverseObjectProperties DisjointObjectProperties
    ObjectPropertyDomain ObjectPropertyRange ObjectPropertyChain TransitiveObjectProperty
    SymmetricObjectProperty AsymmetricObjectProperty IrreflexiveObjectProperty
    SubDataPropertyOf EquivalentDataProperties DataPropertyDomain DataPropertyRange
    FunctionalDataProperty
    ClassAssertion ObjectPropertyAssertion DataPropertyAssertion SameIndividual
    DifferentIndividuals NegativeObjectPropertyAssertion NegativeDataPropertyAssertion
    """.split()
)
"""Proven by saturation and the rules of OWL 2 RL for classes and for what facts imply."""

_FACTS = frozenset(
    """
    ClassAssertion ObjectPropertyAssertion DataPropertyAssertion SameIndividual
    DifferentIndividuals NegativeObjectPropertyAssertion NegativeDataPropertyAssertion
    """.split()
)
_NAMED = 3


def doubt(triples: Triples, *, cases: bool) -> str:
    """Why consequences may be missing without Java, in a sentence; empty where none was seen to.

    `cases` says whether the tableau ran too, which distinguishes cases.
    """
    used = constructs_of(triples)
    ignored = [name for name in IGNORED if name in used]
    open_ = sorted(used - _proven(used, cases=cases) - set(IGNORED))
    told = []
    if ignored:
        told.append(f"not read: {', '.join(ignored)}")
    if open_:
        beside = " beside facts" if used & _FACTS else ""
        more = f" and {len(open_) - _NAMED} more" if len(open_) > _NAMED else ""
        told.append(f"completeness is unproven for {', '.join(open_[:_NAMED])}{more}{beside}")
    return "; ".join(told)


def _proven(used: frozenset[str], *, cases: bool) -> frozenset[str]:
    if used & _FACTS or used <= PROVEN_BESIDE_FACTS:
        return PROVEN_BESIDE_FACTS
    return PROVEN if cases else SATURATED
