"""Checking claimed facts: what follows, what something known excludes, what nobody knows."""

import re

import pytest

from ontopilot.ontology import Fact, FactCheck, Iri, Literal, Ontology
from ontopilot.ontology.vocabulary import RDF_TYPE, RDFS_SUBCLASS
from tests.ontology.conftest import PREFIXES, iri, number

WORLD = """
:Product a owl:Class ; rdfs:label "product"@en ; owl:disjointWith :Person .
:Person a owl:Class ; rdfs:label "person"@en .
:Kettle a owl:Class ; rdfs:subClassOf :Product ; rdfs:label "kettle"@en ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :months ; owl:hasValue 24 ] ,
    [ a owl:Restriction ; owl:onProperty :lid ; owl:maxCardinality 1 ] ,
    [ a owl:Restriction ; owl:onProperty :soldWith ; owl:someValuesFrom :Box ] .
:Router a owl:Class ; rdfs:subClassOf :Product ; rdfs:label "router"@en .
:Box a owl:Class ; rdfs:label "box"@en .
:months a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "warranty period"@en ;
  op:unit "month" ; rdfs:range xsd:integer .
:lid a owl:ObjectProperty ; rdfs:label "has lid"@en .
:soldWith a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:label "is sold with"@en .
:speed a owl:DatatypeProperty ; rdfs:label "speed"@en ; rdfs:domain :Router .
:owner a owl:ObjectProperty ; rdfs:label "is owned by"@en ; rdfs:domain :Product ;
  rdfs:range :Person .
:k1 a :Kettle ; rdfs:label "AquaBoil"@en ; :lid :lidA .
:lidA a owl:NamedIndividual ; rdfs:label "lid A"@en . :lidB a owl:NamedIndividual .
:boxA a :Box . :anna a :Person ; rdfs:label "Anna"@en .
:thing a owl:NamedIndividual ; rdfs:label "thing"@en .
[ a owl:NegativePropertyAssertion ; owl:sourceIndividual :k1 ; owl:assertionProperty :owner ;
  owl:targetIndividual :anna ] .
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("check") / "world.ttl"
    path.write_text(PREFIXES + WORLD, encoding="utf-8")
    return Ontology.load(path)


def claim(world: Ontology, subject: str, predicate: Iri | str, value: Iri | Literal) -> FactCheck:
    named = predicate if ":" in predicate else iri(predicate)
    (found,) = world.check([Fact(iri(subject), Iri(named), value)])
    return found


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("k1", RDF_TYPE, iri("Product")),
        ("Kettle", RDFS_SUBCLASS, iri("Product")),
        ("k1", "months", number(24)),
        ("k1", "months", number("24.0", "decimal")),
        ("k1", "lid", iri("lidA")),
    ],
)
def test_what_follows_is_supported(
    world: Ontology, subject: str, predicate: str, value: Iri | Literal
) -> None:
    found = claim(world, subject, predicate, value)
    assert found.status == "supported"
    assert found.explanation.text


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "because"),
    [
        ("k1", RDF_TYPE, iri("Person"), "nothing is both a product and a person"),
        (
            "k1",
            "months",
            number(36),
            "The warranty period of AquaBoil is 24 months, and",
        ),
        ("k1", "months", number("long", "string"), "only one such value|takes a value of type"),
        ("thing", "months", number("long", "string"), "'long' is no value of 'warranty period'"),
        ("k1", "lid", iri("lidB"), "a kettle may have at most 1 of 'has lid'"),
        ("anna", "owner", iri("anna"), "Anna cannot be a product, as 'is owned by' would make it"),
        ("k1", "owner", iri("k1"), "AquaBoil cannot be a person"),
        ("k1", "owner", iri("anna"), "The ontology denies it"),
        (
            "k1",
            "speed",
            number(5),
            "known as a kettle, and .* both that and a router",
        ),
    ],
)
def test_what_something_known_excludes_is_contradicted(
    world: Ontology, subject: str, predicate: str, value: Iri | Literal, because: str
) -> None:
    found = claim(world, subject, predicate, value)
    assert found.status == "contradicted"
    assert re.search(because, found.explanation.text), found.explanation.text
    assert found.explanation.axioms
    assert "\n" not in found.explanation.text


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("thing", "owner", iri("anna")),
        ("thing", RDF_TYPE, iri("Kettle")),
        ("k1", RDF_TYPE, iri("Box")),
        ("k1", "soldWith", iri("boxA")),
        ("thing", "lid", iri("lidB")),
        ("nobody", "owner", iri("anna")),
        ("k1", "unheardOf", number(3)),
    ],
)
def test_what_nothing_excludes_is_unknown(
    world: Ontology, subject: str, predicate: str, value: Iri | Literal
) -> None:
    assert claim(world, subject, predicate, value).status == "unknown"


def test_every_fact_of_the_demo_is_supported(shop: Ontology) -> None:
    wrong = [found for found in shop.check(shop.facts()) if found.status != "supported"]
    assert wrong == []


def test_answers_come_in_the_order_of_the_claims(world: Ontology) -> None:
    claims = [
        Fact(iri("k1"), iri("months"), number(36)),
        Fact(iri("k1"), iri("months"), number(24)),
    ]
    assert [found.fact for found in world.check(claims)] == claims
    assert [found.status for found in world.check(claims)] == ["contradicted", "supported"]
    assert world.check([]) == ()
