"""With the embedding model that ships: which messages ask for an action, and for which."""

from pathlib import Path

import pytest

from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.declared import bind, declare
from ontopilot.orchestrator.recognise import Recogniser

pytestmark = pytest.mark.slow

SHOP = """
@prefix : <http://example.org/t#> .
@prefix op: <urn:ontopilot:> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://example.org/t> a owl:Ontology .
op:identifierPattern a owl:AnnotationProperty .
:Order a owl:Class ; rdfs:label "order" ; op:identifierPattern "A-\\\\d{5}" .
:Exchange a owl:Class ; rdfs:label "exchange" ; skos:altLabel "swap" .
:Cancellation a owl:Class ; rdfs:label "cancellation" ; skos:altLabel "call the order off" .
:Kettle a owl:Class ; rdfs:label "kettle" .
:Aqua a owl:NamedIndividual, :Kettle ; rdfs:label "AquaBoil 2" .
:Cancelled a owl:NamedIndividual ; rdfs:label "cancelled" .
:order a owl:ObjectProperty ; rdfs:label "of order" ; rdfs:range :Order .
"""


def exchange(order: str) -> str:
    """Exchange an order for new goods."""
    return order


def cancel(order: str) -> str:
    """Cancel an order."""
    return order


ACTIONS = (
    declare(exchange, "Exchange", ("Swap it for a new one",)),
    declare(cancel, "Cancellation", ("Cancel my order",)),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ontology, Recogniser]:
    path: Path = tmp_path_factory.mktemp("shop") / "shop.ttl"
    path.write_text(SHOP, encoding="utf-8")
    ontology = Ontology.load(path)
    bound = [bind(action, ontology) for action in ACTIONS]
    return ontology, Recogniser(bound, ontology, SentenceEncoder())


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("Cancel my order", "cancel"),
        ("cancel A-10001 asap, it is the wrong one", "cancel"),
        ("I found it cheaper. Please cancel A-10001 for me. Thanks a lot!", "cancel"),
        ("I'd like you to call the order off", "cancel"),
        ("exchange A-10001 for a fresh one, there's a bubble in the glass", "exchange"),
        ("Please swap the AquaBoil 2 in A-10001 for a new one.", "exchange"),
        ("How long does AquaBoil 2 take to boil?", None),
        ("How long may I exchange something?", None),
        ("What does a cancellation cost?", None),
        ("Hello!", None),
    ],
)
def test_a_message_asks_for_an_action(
    world: tuple[Ontology, Recogniser], message: str, action: str | None
) -> None:
    ontology, recogniser = world
    found = recogniser.recognise(message, ontology.link(message))
    assert (None if found is None else ACTIONS[found[0]].name) == action


def test_an_agent_without_actions_is_asked_for_none(world: tuple[Ontology, Recogniser]) -> None:
    ontology, _ = world
    assert Recogniser((), ontology, SentenceEncoder()).recognise("Cancel my order", ()) is None


def test_a_sentence_that_only_tells_which_record_is_meant_asks_for_nothing(
    world: tuple[Ontology, Recogniser],
) -> None:
    ontology, recogniser = world
    message = "I'd like to swap the kettle. It was order A-10001."
    found = recogniser.recognise(message, ontology.link(message))
    assert found is not None
    assert found[0] == 0
    alone = "A-10001"
    assert recogniser.recognise(alone, ontology.link(alone)) is not None
