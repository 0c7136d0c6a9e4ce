"""An IRI that is a class and an individual (OWL 2, punning) keeps what is said of either."""

from ontopilot.ontology import Fact
from ontopilot.ontology.vocabulary import RDF_TYPE
from tests.ontology.conftest import Load, iri

EAGLES = """\
:Species a owl:Class ; rdfs:label "species" .
:Animal a owl:Class .
:status a owl:ObjectProperty ; rdfs:label "has status" .
:knows a owl:ObjectProperty ; rdfs:label "knows" .
:endangered a owl:NamedIndividual ; rdfs:label "endangered" .
:Eagle a owl:Class, owl:NamedIndividual, :Species ; rdfs:subClassOf :Animal ;
    rdfs:label "eagle" ; :status :endangered .
:harry a :Eagle ; rdfs:label "Harry" ; :knows :endangered .
"""


def test_the_kind_of_the_term_stays_its_first_kind(load: Load) -> None:
    ontology = load(EAGLES)
    assert ontology.term(iri("Eagle")).kind == "class"
    assert iri("Eagle") not in {term.iri for term in ontology.terms("individual")}


def test_it_has_types_as_an_individual_and_members_and_parents_as_a_class(load: Load) -> None:
    ontology = load(EAGLES)
    assert ontology.types(iri("Eagle")) == {iri("Species")}
    assert ontology.instances(iri("Species")) == {iri("Eagle")}
    assert ontology.instances(iri("Eagle")) == {iri("harry")}
    assert ontology.parents(iri("Eagle")) == {iri("Animal")}
    assert ontology.types(iri("harry")) == {iri("Eagle"), iri("Animal")}


def test_its_own_facts_are_told_of_it_and_not_of_its_members(load: Load) -> None:
    ontology = load(EAGLES)
    (fact,) = ontology.facts(iri("Eagle"), iri("status"))
    assert fact.of_itself
    assert ontology.verbalise(fact) == "Eagle has status endangered."
    (kind,) = ontology.facts(iri("Eagle"), RDF_TYPE)
    assert ontology.verbalise(kind) == "Eagle is a species."
    assert ontology.facts(iri("harry"), iri("status")) == ()
    claims = [Fact(iri(one), iri("status"), iri("endangered")) for one in ("Eagle", "harry")]
    assert [found.status for found in ontology.check(claims)] == ["supported", "unknown"]


def test_a_restriction_of_the_class_still_holds_for_its_members(load: Load) -> None:
    ontology = load(
        EAGLES + ":Eagle rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :knows ; "
        "owl:hasValue :endangered ] . :tom a :Eagle ."
    )
    facts = {f.of_itself: f for f in ontology.facts(iri("Eagle"), iri("knows"))}
    assert ontology.verbalise(facts[False]) == "Every eagle knows endangered."
    assert ontology.facts(iri("tom"), iri("knows"))
    why = ontology.explain(ontology.facts(iri("tom"), iri("knows"))[0]).text
    assert "every eagle" in why


def test_a_class_and_property_of_one_name_keep_their_places(load: Load) -> None:
    ontology = load(
        ":order a owl:Class, owl:ObjectProperty ; rdfs:subClassOf :Thing . :Thing a owl:Class . "
        ":i a owl:NamedIndividual ; :order :j . :j a :order ."
    )
    assert ontology.instances(iri("order")) == {iri("j")}
    assert ontology.facts(iri("i"), iri("order"))
