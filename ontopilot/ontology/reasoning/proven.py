"""The constructs on which the engines without Java were seen to find all that HermiT finds.

`tests/ontology/test_differential.py` makes random ontologies out of these and compares; a
construct on which one of them differs does not belong here. `docs/decisions/reasoning.md` tells
what was seen with the others.
"""

from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.reasoning.used import constructs_of

IGNORED = ("SWRL rules", "HasKey")
"""What no engine here reads."""

_OF_PROPERTIES = """
    SubObjectPropertyOf EquivalentObjectProperties InverseObjectProperties DisjointObjectProperties
    ObjectPropertyDomain ObjectPropertyRange ObjectPropertyChain TransitiveObjectProperty
    SymmetricObjectProperty AsymmetricObjectProperty IrreflexiveObjectProperty
    SubDataPropertyOf DataPropertyDomain FunctionalDataProperty
"""

PROVEN = frozenset(
    f"""
    SubClassOf EquivalentClasses DisjointClasses DisjointUnion
    ObjectIntersectionOf ObjectUnionOf ObjectComplementOf ObjectSomeValuesFrom ObjectAllValuesFrom
    FunctionalObjectProperty InverseFunctionalObjectProperty {_OF_PROPERTIES}
    """.split()
)
"""Proven for how classes are related, where there are no facts."""

PROVEN_BESIDE_FACTS = frozenset(
    f"""
    SubClassOf EquivalentClasses DisjointClasses ObjectIntersectionOf {_OF_PROPERTIES}
    ClassAssertion ObjectPropertyAssertion DataPropertyAssertion DifferentIndividuals
    """.split()
)
"""Proven for how classes are related and for what is inferred of individuals."""

_FACTS = frozenset(
    """
    SubClassOf EquivalentClasses DisjointClasses ObjectIntersectionOf
    ClassAssertion ObjectPropertyAssertion DataPropertyAssertion DifferentIndividuals
    """.split()
)
"""Proven by that and the rules of OWL 2 RL, where facts are inferred too."""

_FACTS = frozenset(
    """
    ClassAssertion ObjectPropertyAssertion DataPropertyAssertion SameIndividual
    DifferentIndividuals NegativeObjectPropertyAssertion NegativeDataPropertyAssertion
    """.split()
)
_NAMED = 3


def doubt(triples: Triples) -> str:
    """Why consequences may be missing without Java, in a sentence; empty where none was seen to."""
    used = constructs_of(triples)
    ignored = [name for name in IGNORED if name in used]
    proven = PROVEN_BESIDE_FACTS if used & _FACTS else PROVEN
    open_ = sorted(used - proven - set(IGNORED))
    told = []
    if ignored:
        told.append(f"not read: {', '.join(ignored)}")
    if open_:
        beside = " beside facts" if used & _FACTS else ""
        more = f" and {len(open_) - _NAMED} more" if len(open_) > _NAMED else ""
        told.append(f"completeness is unproven for {', '.join(open_[:_NAMED])}{more}{beside}")
    return "; ".join(told)
