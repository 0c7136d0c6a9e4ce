"""The OWL 2 profiles: what the grammar of the W3C recommendation allows, construct by construct."""

import pytest

from ontopilot.ontology import Ontology
from ontopilot.ontology.health import examine
from ontopilot.ontology.look.axioms import Axioms
from ontopilot.ontology.look.metrics import measure
from ontopilot.ontology.look.profile import Profile, profiles
from tests.ontology.conftest import SHARED, Load

TERMS = """
:A a owl:Class . :B a owl:Class . :C a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :d a owl:DatatypeProperty .
:i a owl:NamedIndividual . :j a owl:NamedIndividual .
"""
SOME = "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ]"
ANY = "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ]"
ONLY = "[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ]"
VALUE = "[ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :i ]"
SELF = "[ a owl:Restriction ; owl:onProperty :p ; owl:hasSelf true ]"
NOT = "[ a owl:Class ; owl:complementOf :B ]"
OR = "[ a owl:Class ; owl:unionOf ( :B :C ) ]"
AND = "[ a owl:Class ; owl:intersectionOf ( :B :C ) ]"
ONE = "[ a owl:Class ; owl:oneOf ( :i ) ]"
TWO = "[ a owl:Class ; owl:oneOf ( :i :j ) ]"

FACETS = (
    "[ a rdfs:Datatype ; owl:onDatatype xsd:integer ; "
    "owl:withRestrictions ( [ xsd:minInclusive 1 ] [ xsd:maxInclusive 9 ] ) ]"
)


def at_most(number: int) -> str:
    count = f'"{number}"^^xsd:nonNegativeInteger'
    return (
        "[ a owl:Restriction ; owl:onProperty :p ; owl:onClass :B ; "
        f"owl:maxQualifiedCardinality {count} ]"
    )


# what is in EL, in QL and in RL (OWL 2 Profiles, sections 2.2, 3.2 and 4.2)
CASES = {
    ":A rdfs:subClassOf :B .": "EL QL RL",
    f":A rdfs:subClassOf {SOME} .": "EL QL",
    f"{SOME} rdfs:subClassOf :A .": "EL RL",
    f"{ANY} rdfs:subClassOf :A .": "EL QL RL",
    f":A rdfs:subClassOf {ONLY} .": "RL",
    f"{ONLY} rdfs:subClassOf :A .": "",
    f":A rdfs:subClassOf {VALUE} .": "EL RL",
    f":A rdfs:subClassOf {SELF} .": "EL",
    f":A rdfs:subClassOf {NOT} .": "QL RL",
    f"{NOT} rdfs:subClassOf :A .": "",
    f":A rdfs:subClassOf {OR} .": "",
    f"{OR} rdfs:subClassOf :A .": "RL",
    f":A rdfs:subClassOf {AND} .": "EL QL RL",
    f"{AND} rdfs:subClassOf :A .": "EL RL",
    f"{ONE} rdfs:subClassOf :A .": "EL RL",
    f"{TWO} rdfs:subClassOf :A .": "RL",
    f":A rdfs:subClassOf {at_most(1)} .": "RL",
    f":A rdfs:subClassOf {at_most(2)} .": "",
    ":A rdfs:subClassOf owl:Thing .": "EL QL",
    f":A owl:equivalentClass {AND} .": "EL RL",
    f":A owl:equivalentClass {SOME} .": "EL",
    f":A owl:equivalentClass {VALUE} .": "EL RL",
    ":A owl:disjointWith :B .": "EL QL RL",
    "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .": "EL QL RL",
    ":A owl:disjointUnionOf ( :B :C ) .": "",
    ":A owl:hasKey ( :d ) .": "EL RL",
    ":p rdfs:subPropertyOf :q .": "EL QL RL",
    ":p owl:propertyChainAxiom ( :q :p ) .": "EL RL",
    ":p owl:inverseOf :q .": "QL RL",
    ":p rdfs:subPropertyOf [ owl:inverseOf :q ] .": "QL RL",
    ":p owl:equivalentProperty :q .": "EL QL RL",
    ":p owl:propertyDisjointWith :q .": "QL RL",
    ":p a owl:TransitiveProperty .": "EL RL",
    ":p a owl:SymmetricProperty .": "QL RL",
    ":p a owl:AsymmetricProperty .": "QL RL",
    ":p a owl:ReflexiveProperty .": "EL QL",
    ":p a owl:IrreflexiveProperty .": "QL RL",
    ":p a owl:FunctionalProperty .": "RL",
    ":p a owl:InverseFunctionalProperty .": "RL",
    ":d a owl:FunctionalProperty .": "EL RL",
    ":p rdfs:domain :A ; rdfs:range :B .": "EL QL RL",
    f":p rdfs:domain {SOME} .": "EL QL",
    ":d rdfs:range xsd:integer .": "EL QL RL",
    ":d rdfs:range xsd:boolean .": "RL",
    ":d rdfs:range owl:real .": "EL QL",
    f":d rdfs:range {FACETS} .": "",
    ":i :d true .": "RL",
    ":i :d 1 .": "EL QL RL",
    ':i :d "x"@en .': "EL QL RL",
    ":i a :A ; :p :j .": "EL QL RL",
    f":i a {SOME} .": "EL",
    f":i a {VALUE} .": "EL RL",
    ":i owl:sameAs :j .": "EL RL",
    ":i owl:differentFrom :j .": "EL QL RL",
    ":i :p [ a :A ] .": "RL",
    "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :i ; "
    "owl:assertionProperty :p ; owl:targetIndividual :j .": "EL RL",
}


def by_name(ontology: Ontology) -> dict[str, Profile]:
    return {one.name: one for one in profiles(Axioms(ontology))}


def asserted(load: Load, turtle: str) -> Ontology:
    return load(TERMS + turtle, reasoner="none")


@pytest.mark.parametrize("turtle", CASES)
def test_an_axiom_is_in_the_profiles_that_allow_it(load: Load, turtle: str) -> None:
    found = by_name(asserted(load, turtle))
    assert {name for name, one in found.items() if one.fits} == {*CASES[turtle].split(), "DL"}


def test_a_departure_names_the_axiom_and_the_construct(load: Load) -> None:
    found = by_name(asserted(load, f":A rdfs:subClassOf {ONLY}, {SOME} ."))["EL"]
    assert found.count == 1
    (departure,) = found.first
    assert departure.axiom == "A SubClassOf p only B"
    assert departure.reason.startswith("'only' may not stand on the right of SubClassOf")


def test_a_chain_to_a_property_with_a_range_leaves_el_unless_its_end_has_it(load: Load) -> None:
    chain = ":p owl:propertyChainAxiom ( :q :q ) ; rdfs:range :B . "
    assert not by_name(asserted(load, chain))["EL"].fits
    assert by_name(asserted(load, f"{chain} :q rdfs:range :B ."))["EL"].fits


COUNTED = f":A rdfs:subClassOf {at_most(1)} . "
BEYOND = {
    ":A rdfs:subClassOf :Unknown .": "'Unknown' is used as a class and not declared as one",
    ":r rdfs:domain :A .": "'r' is used as a property and not declared as one",
    ":d rdfs:range :Size .": "'Size' is used as a datatype and not declared as one",
    ":d rdfs:range xsd:date .": "'date' of the language is no datatype of OWL 2",
    ":A rdfs:subClassOf owl:thing .": "'thing' of the language is no class of OWL 2",
    ":p a owl:DatatypeProperty .": "p is declared as an object property and a data property",
    ":A a rdfs:Datatype .": "A is declared as a class and a datatype",
    f"{COUNTED} :p a owl:TransitiveProperty .": "'p' is transitive or implied by a chain",
    f"{COUNTED} :q a owl:TransitiveProperty ; rdfs:subPropertyOf :p .": "'p' is transitive or",
    f"{COUNTED} :p owl:inverseOf :q . :q a owl:TransitiveProperty .": "'p' is transitive or",
    ":p a owl:FunctionalProperty ; owl:propertyChainAxiom ( :q :q ) .": "'p' is transitive or",
    ":p owl:propertyChainAxiom ( :q :p :q ) .": "depend on one another in a circle",
    ":p owl:propertyChainAxiom ( :q :q ) . :q owl:propertyChainAxiom ( :p :p ) .": "in a circle",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ] .": "cut off or malformed",
    ":A owl:isSubsumedBy :B .": "'isSubsumedBy' in this place makes no axiom of OWL 2",
}


@pytest.mark.parametrize("turtle", BEYOND)
def test_what_is_not_in_owl_2_dl_is_told(load: Load, turtle: str) -> None:
    found = by_name(asserted(load, turtle))
    assert any(BEYOND[turtle] in one.reason for one in found["DL"].first)
    assert not any(one.fits for one in found.values())


REGULAR = [
    ":p owl:propertyChainAxiom ( :p :q ) .",
    ":p owl:propertyChainAxiom ( :q :p ) .",
    ":p owl:propertyChainAxiom ( :p :p ) .",
    ":p owl:propertyChainAxiom ( :q :q :q ) .",
    f"{COUNTED} :p rdfs:subPropertyOf :q . :q a owl:TransitiveProperty .",
]


@pytest.mark.parametrize("turtle", REGULAR)
def test_what_dl_allows_is_in_dl(load: Load, turtle: str) -> None:
    assert by_name(asserted(load, turtle))["DL"].fits


# --- real ontologies ----------------------------------------------------------------------------

# axioms and profiles as the OWL API 3.4.3 gives them; it keeps HasKey out of EL, irreflexive
# properties out of QL and equivalent data properties out of RL, which the recommendation allows
REAL = {
    "owl2bench/UNIV-BENCH-OWL2DL.owl": (793, "DL"),
    "owl2bench/UNIV-BENCH-OWL2EL.owl": (703, "EL DL"),
    "owl2bench/UNIV-BENCH-OWL2QL.owl": (761, "QL DL"),
    "owl2bench/UNIV-BENCH-OWL2RL.owl": (787, "RL DL"),
    "pizza/pizza.owl": (939, "DL"),
    "robot-examples/nucleus.ttl": (71, "EL DL"),
    "cognee-basic/basic_ontology.owl": (163, "EL QL RL DL"),
    "ecommerce-small/ecommerce.owl": (116, "DL"),
    "robot-examples/ro-base.owl": (None, "DL"),
    "bao/bao_core.owl": (None, ""),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_axioms_and_profiles_of_real_ontologies(name: str) -> None:
    count, fitting = REAL[name]
    ontology = Ontology.load(SHARED / name, reasoner="none")
    axioms = Axioms(ontology)
    assert {one.name for one in profiles(axioms) if one.fits} == set(fitting.split())
    if count is not None:
        assert measure(ontology, axioms).axioms == count


def test_the_language_is_the_smallest_that_holds_the_ontology(load: Load) -> None:
    for turtle, language in ((":A rdfs:subClassOf :B .", "EL and QL and RL"), (OR_SUP, "DL")):
        path = load(TERMS + turtle, reasoner="none").path
        assert examine(path).language == language
    assert examine(load(":A rdfs:subClassOf :B .", reasoner="none").path).language == "Full"


OR_SUP = f":A rdfs:subClassOf {OR} ."


def test_depth_counts_the_longest_way_down_and_a_circle_once(load: Load) -> None:
    tree = ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :B ."
    ontology = load(TERMS + tree)
    assert measure(ontology, Axioms(ontology)).depth == 2
    straight = load(TERMS + ":A rdfs:subClassOf :B, :C . :B rdfs:subClassOf :C .")
    assert measure(straight, Axioms(straight)).depth == 3
