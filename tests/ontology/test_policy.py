"""Policies: what a proposed action violates, who must say yes, and files that are no policies."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ontopilot.errors import PolicyError
from ontopilot.ontology import Fact, Iri, Ontology, Policies
from ontopilot.ontology.terms import Literal
from tests.ontology.conftest import SHOP, Load, iri, number

PROPOSAL = Iri("urn:ontopilot:proposal")
HEAD = """\
@prefix : <http://example.org/t#> .
@prefix op: <urn:ontopilot:> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix pol: <http://example.org/policies#> .
"""
WORLD = """
:Action a owl:Class . :Refund a owl:Class ; rdfs:subClassOf :Action .
:Cheque a owl:Class ; rdfs:subClassOf :Refund .
:order a owl:ObjectProperty . :amount a owl:DatatypeProperty . :days a owl:DatatypeProperty .
:confirmed a owl:DatatypeProperty . :product a owl:ObjectProperty .
:Hygiene a owl:Class . :Brush a owl:Class ; rdfs:subClassOf :Hygiene . :brush1 a :Brush .
:status a owl:ObjectProperty . :Delivered a owl:NamedIndividual .
"""
SHAPES = """
pol:Window a sh:NodeShape ; rdfs:label "30-day window" ; sh:targetClass :Refund ;
  sh:property [ sh:path ( :order :days ) ; sh:maxInclusive 30 ; sh:message "Too late." ] .
pol:Yes a sh:NodeShape ; rdfs:label "your yes" ; sh:targetClass :Action ; sh:severity op:Confirm ;
  sh:property [ sh:path :confirmed ; sh:hasValue true ; sh:severity op:Confirm ;
    sh:message "Please say yes." ] .
pol:Large a sh:NodeShape ; sh:targetClass :Refund ;
  sh:property [ sh:path :amount ; sh:maxInclusive 500 ; sh:severity op:HandOver ;
    sh:message "A person looks at this." ] .
pol:Hygiene a sh:NodeShape ; sh:targetClass :Refund ;
  sh:property [ sh:path :product ; sh:not [ sh:class :Hygiene ] ; sh:severity sh:Warning ;
    sh:message "Only unopened." ] .
"""


@pytest.fixture
def world(load: Load) -> Ontology:
    return load(WORLD)


@pytest.fixture
def policies(world: Ontology, tmp_path: Path) -> Policies:
    return write(tmp_path, SHAPES, world)


def write(folder: Path, shapes: str, ontology: Ontology) -> Policies:
    path = folder / "policies.ttl"
    path.write_text(HEAD + shapes, encoding="utf-8")
    return Policies.load(path, ontology)


def case(*, days: int = 3, amount: float = 20, confirmed: bool | None = None) -> list[Fact]:
    order = Iri("urn:order:1")
    facts = [
        Fact(PROPOSAL, iri("order"), order),
        Fact(order, iri("days"), number(days)),
        Fact(PROPOSAL, iri("amount"), number(amount, "decimal")),
    ]
    if confirmed is not None:
        facts.append(Fact(PROPOSAL, iri("confirmed"), number(str(confirmed).lower(), "boolean")))
    return facts


def test_a_case_that_meets_every_policy_passes(policies: Policies) -> None:
    assert policies.decide(iri("Refund"), case(confirmed=True)) == ()


def test_a_violation_names_its_rule_message_and_value(policies: Policies) -> None:
    (found,) = policies.decide(iri("Refund"), case(days=31, confirmed=True))
    assert (found.rule, found.message) == ("30-day window", "Too late.")
    assert (found.severity, found.value) == ("violation", "31")


@pytest.mark.parametrize("confirmed", [None, False])
def test_a_missing_yes_asks_for_it(policies: Policies, confirmed: bool | None) -> None:
    (found,) = policies.decide(iri("Refund"), case(confirmed=confirmed))
    assert (found.rule, found.severity) == ("your yes", "confirm")


def test_a_hand_over_is_told_apart_and_unnamed_rules_take_the_shapes_name(
    policies: Policies,
) -> None:
    (found,) = policies.decide(iri("Refund"), case(amount=900, confirmed=True))
    assert (found.rule, found.severity) == ("Large", "hand_over")


def test_the_gravest_comes_first(policies: Policies) -> None:
    hygiene = Fact(PROPOSAL, iri("product"), iri("brush1"))
    found = policies.decide(iri("Refund"), [*case(days=99, amount=900), hygiene])
    assert [one.severity for one in found] == ["violation", "hand_over", "confirm", "warning"]


def test_what_an_inner_shape_found_is_not_told_beside_its_message(
    world: Ontology, tmp_path: Path
) -> None:
    policies = write(
        tmp_path,
        'pol:Late a sh:NodeShape ; rdfs:label "window" ; sh:targetClass :Refund ; '
        "sh:property [ sh:path :order ; sh:node [ "
        'sh:property [ sh:path :days ; sh:maxInclusive 30 ] ] ; sh:message "Too late." ] .',
        world,
    )
    (found,) = policies.decide(iri("Refund"), case(days=31))
    assert (found.rule, found.message) == ("window", "Too late.")


def test_types_of_named_things_come_from_the_ontology(policies: Policies) -> None:
    hygiene = Fact(PROPOSAL, iri("product"), iri("brush1"))
    (found,) = policies.decide(iri("Refund"), [*case(confirmed=True), hygiene])
    assert found.rule == "Hygiene"


def test_policies_of_a_class_hold_for_its_subclasses_only(policies: Policies) -> None:
    late = case(days=99, confirmed=True)
    assert [one.rule for one in policies.decide(iri("Cheque"), late)] == ["30-day window"]
    assert policies.decide(iri("Action"), late) == ()


def test_decisions_are_the_same_from_many_threads(policies: Policies) -> None:
    def decide(days: int) -> object:
        return policies.decide(iri("Refund"), case(days=days))

    wanted = [decide(days) for days in range(20, 60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(decide, range(20, 60))) == wanted


def test_deciding_leaves_no_trace_of_the_case(policies: Policies) -> None:
    before = policies.decide(iri("Refund"), case(confirmed=True))
    policies.decide(iri("Refund"), case(days=99))
    assert policies.decide(iri("Refund"), case(confirmed=True)) == before == ()


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ("pol:X a sh:NodeShape ; sh:targetClass", "malformed Turtle"),
        ("", "no shape in it has a sh:targetClass"),
        ("pol:X a sh:NodeShape .", "no shape in it has a sh:targetClass"),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refnd .",
            "sh:targetClass names 'http://example.org/t#Refnd', which is not in",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; "
            "sh:property [ sh:path :amuont ; sh:minCount 1 ] .",
            "sh:path names 'http://example.org/t#amuont'",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; "
            "sh:property [ sh:path ( :order :dais ) ; sh:minCount 1 ] .",
            "a list names 'http://example.org/t#dais'",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; "
            "sh:property [ sh:path :status ; sh:in ( :Deliverd ) ] .",
            "a list names 'http://example.org/t#Deliverd'",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; sh:severity op:Confrim ; "
            "sh:property [ sh:path :amount ; sh:minCount 1 ] .",
            "sh:severity 'urn:ontopilot:Confrim' does not exist",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; "
            'sh:property [ sh:path :amount ; sh:minCount "one" ] .',
            "a shape is malformed",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; sh:property [ sh:minCount 1 ] .",
            "a shape is malformed",
        ),
        (
            "pol:X a sh:NodeShape ; sh:targetClass :Refund ; "
            'sh:property [ sh:path :amount ; sh:pattern "(" ] .',
            "a shape is malformed",
        ),
    ],
)
def test_a_wrong_policy_file_is_refused_in_one_sentence(
    world: Ontology, tmp_path: Path, shapes: str, said: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        write(tmp_path, shapes, world)
    message = str(caught.value)
    assert said in message
    assert str(tmp_path / "policies.ttl") in message
    assert "\n" not in message


def test_a_missing_or_binary_policy_file(world: Ontology, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        Policies.load(tmp_path / "none.ttl", world)
    with pytest.raises(PolicyError, match="cannot be read"):
        Policies.load(tmp_path, world)
    (tmp_path / "binary.ttl").write_bytes(b"\xff\xfe\x00\x01\x02")
    with pytest.raises(PolicyError, match="malformed Turtle"):
        Policies.load(tmp_path / "binary.ttl", world)


@pytest.fixture(scope="module")
def rules(shop: Ontology) -> Policies:
    return Policies.load(SHOP.parent / "policies.ttl", shop)


def returned(
    shop: Ontology, *, days: int, by: str = "C-1", status: str = "Delivered"
) -> list[Fact]:
    order, customer = Iri("urn:order:1"), Iri("urn:customer:C-1")

    def term(name: str) -> Iri:
        return shop.resolve(f"shop:{name}")

    return [
        Fact(PROPOSAL, term("order"), order),
        Fact(PROPOSAL, term("requestedBy"), Iri(f"urn:customer:{by}")),
        Fact(order, term("placedBy"), customer),
        Fact(order, term("daysSinceDelivery"), number(days)),
        Fact(order, term("orderStatus"), term(status)),
        Fact(PROPOSAL, term("confirmed"), Literal("true", number(1, "boolean").datatype)),
    ]


@pytest.mark.parametrize(
    ("days", "by", "status", "refused"),
    [
        (3, "C-1", "Delivered", []),
        (31, "C-1", "Delivered", ["30-day return window"]),
        (3, "C-2", "Delivered", ["own orders only"]),
        (3, "C-1", "Returned", ["returns after delivery"]),
    ],
)
def test_the_rules_of_the_demo(
    shop: Ontology, rules: Policies, days: int, by: str, status: str, refused: list[str]
) -> None:
    found = rules.decide(
        shop.resolve("shop:Return"), returned(shop, days=days, by=by, status=status)
    )
    assert [one.rule for one in found] == refused
