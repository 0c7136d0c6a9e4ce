"""Linking: names in texts, inflected and misspelt, at word boundaries, longest first."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ontopilot.ontology import Mention, Ontology
from tests.ontology.conftest import PREFIXES, Load, iri

NAMES = """
:Kettle a owl:Class ; rdfs:label "kettle"@en, "Wasserkocher"@de ; skos:altLabel "water boiler"@en .
:LidGasket a owl:Class ; rdfs:label "lid gasket"@en .
:Gasket a owl:Class ; rdfs:label "gasket"@en .
:Battery a owl:Class ; rdfs:label "battery"@en .
:Return a owl:Class ; rdfs:label "return"@en .
:Returned a owl:NamedIndividual ; rdfs:label "returned"@en .
:Refund a owl:Class ; rdfs:label "refund"@en .
:ReturnPolicy a owl:Class ; rdfs:label "return policy"@en ; skos:altLabel "returns policy"@en .
:Policy a owl:Class ; rdfs:label "policy"@en .
:Stop a owl:Class ; rdfs:label "stop"@en .
:Old a owl:Class ; rdfs:label "fax machine"@en ; owl:deprecated true .
:Order a owl:Class ; rdfs:label "order"@en ; op:identifierPattern "A-\\\\d{5}" .
:wifi a owl:NamedIndividual ; rdfs:label "Wi-Fi 6"@en ; skos:altLabel "WiFi 6" .
:aq a owl:NamedIndividual ; rdfs:label "AquaBoil 2"@en .
:aq2 a owl:NamedIndividual ; rdfs:label "AquaBoil 2 Pro"@en .
:one a owl:Class ; rdfs:label "plug"@en . :two a owl:Class ; rdfs:label "plug"@en .
"""


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("link") / "names.ttl"
    path.write_text(PREFIXES + NAMES, encoding="utf-8")
    return Ontology.load(path)


def linked(ontology: Ontology, text: str) -> dict[str, str]:
    return {m.iri.rsplit("#", 1)[-1]: m.text for m in ontology.link(text)}


def only(ontology: Ontology, text: str) -> Mention:
    (mention,) = ontology.link(text)
    return mention


@pytest.mark.parametrize(
    ("text", "term", "said"),
    [
        ("My KETTLE is new", "Kettle", "KETTLE"),
        ("two kettles here", "Kettle", "kettles"),
        ("the kettle's colour", "Kettle", "kettle's"),
        ("the kettle’s colour", "Kettle", "kettle’s"),
        ("a water boiler", "Kettle", "water boiler"),
        ("ein Wasserkocher", "Kettle", "Wasserkocher"),
        ("flat batteries", "Battery", "batteries"),
        ("our policies", "Policy", "policies"),
        ("does it do wi-fi 6?", "wifi", "wi-fi 6"),
        ("(gasket)", "Gasket", "gasket"),
        ("gasket/none", "Gasket", "gasket"),
    ],
)
def test_names_are_found_in_case_plural_and_possessive(
    names: Ontology, text: str, term: str, said: str
) -> None:
    mention = only(names, text)
    assert (mention.iri, mention.text) == (iri(term), said)
    assert text[mention.start : mention.end] == said
    assert mention.score >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "kettledrum",
        "unkettle",
        "gasketed42x",
        "police came",
        "orderly",
        "reorder",
        "",
        "…",
        "12345",
    ],
)
def test_parts_of_words_and_other_words_are_not_linked(names: Ontology, text: str) -> None:
    assert [m for m in names.link(text) if m.score > 0.6] == []


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("my ketle", "Kettle"),
        ("my kettel", "Kettle"),
        ("my keettle", "Kettle"),
        ("a new batery", "Battery"),
        ("the gaskett", "Gasket"),
    ],
)
def test_typos_are_seen_through_with_less_certainty(names: Ontology, text: str, term: str) -> None:
    mention = only(names, text)
    assert mention.iri == iri(term)
    assert 0.8 < mention.score < 1.0


@pytest.mark.parametrize("text", ["settle the bill", "a nettle", "kale", "refuted", "bakery"])
def test_words_that_only_look_alike_are_not_typos(names: Ontology, text: str) -> None:
    assert names.link(text) == ()


def test_the_longest_name_wins(names: Ontology) -> None:
    assert linked(names, "the lid gasket leaks") == {"LidGasket": "lid gasket"}
    assert linked(names, "AquaBoil 2 Pro or AquaBoil 2") == {
        "aq2": "AquaBoil 2 Pro",
        "aq": "AquaBoil 2",
    }
    assert linked(names, "your returns policy") == {"ReturnPolicy": "returns policy"}


def test_an_exact_name_wins_over_an_inflected_one(names: Ontology) -> None:
    assert linked(names, "I returned it") == {"Returned": "returned"}
    assert linked(names, "two returns") == {"Return": "returns"}


def test_the_form_of_a_verb_is_a_weaker_hint(names: Ontology) -> None:
    noun, verb = only(names, "a refund"), only(names, "they refunded me")
    assert noun.iri == verb.iri == iri("Refund")
    assert noun.score == 1.0
    assert verb.score < 0.9
    assert only(names, "it stopped").score < 0.9


def test_a_name_of_two_terms_gives_both(names: Ontology) -> None:
    assert linked(names, "the plug").keys() == {"one", "two"}


def test_synonyms_count_a_little_less(names: Ontology) -> None:
    assert only(names, "kettle").score > only(names, "water boiler").score


def test_deprecated_terms_are_not_linked(names: Ontology) -> None:
    assert names.link("the fax machine") == ()


def test_identifiers_name_their_class_and_carry_their_value(names: Ontology) -> None:
    mention = only(names, "Where is A-10432?")
    assert (mention.iri, mention.value, mention.text) == (iri("Order"), "A-10432", "A-10432")
    assert names.link("XA-10432 A-1043 A-104321") == ()


def test_mentions_come_in_order_and_do_not_overlap(shop: Ontology) -> None:
    text = "Is the HomeLink AX3 compatible with Wi-Fi 6, and where is my order A-10432?"
    found = shop.link(text)
    assert [m.start for m in found] == sorted(m.start for m in found)
    spans = sorted({(m.start, m.end) for m in found})
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_every_label_of_the_demo_links_to_its_term(shop: Ontology) -> None:
    for term in shop.terms():
        if term.kind in ("class", "individual") and not term.deprecated:
            assert term.iri in {m.iri for m in shop.link(f"About the {term.label}.")}, term.label


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_text_is_linked_with_true_offsets(shop: Ontology, text: str) -> None:
    for mention in shop.link(text):
        assert text[mention.start : mention.end] == mention.text
        assert 0.0 < mention.score <= 1.0
        assert shop.has(mention.iri)


def test_an_ontology_without_names_links_nothing(load: Load) -> None:
    assert load("").link("a kettle") == ()


CONTEXT = """
:Machine a owl:Class ; rdfs:label "machine"@en .
:Seal a owl:Class ; rdfs:label "seal"@en .
:hasPart a owl:ObjectProperty ; rdfs:label "has part"@en .
:owns a owl:ObjectProperty ; rdfs:label "owns"@en .
:m8 a owl:NamedIndividual, :Machine ; rdfs:label "LaundroMax 8"@en ; :hasPart :s1 .
:m10 a owl:NamedIndividual, :Machine ; rdfs:label "LaundroMax 10"@en ; :hasPart :s2 .
:s1 a owl:NamedIndividual, :Seal ; rdfs:label "door seal L1"@en, "Türdichtung L1"@de .
:s2 a owl:NamedIndividual, :Seal ; rdfs:label "door seal L2"@en .
:s3 a owl:NamedIndividual, :Seal ; rdfs:label "lid seal K2"@en .
"""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("context") / "machines.ttl"
    path.write_text(PREFIXES + CONTEXT, encoding="utf-8")
    return Ontology.load(path)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the door seal of my LaundroMax 10", {"s2": "door seal", "m10": "LaundroMax 10"}),
        ("my LaundroMax 8: its seal leaks", {"m8": "LaundroMax 8", "s1": "seal"}),
        ("a new lid seal", {"s3": "lid seal"}),
        ("meine Türdichtungen", {"s1": "Türdichtungen"}),
        ("my own seal", {"Seal": "seal"}),
    ],
)
def test_what_a_name_leaves_open_is_settled_by_what_else_is_named(
    machines: Ontology, text: str, meant: dict[str, str]
) -> None:
    assert linked(machines, text) == meant


def test_a_name_that_nothing_settles_means_each_less_surely(machines: Ontology) -> None:
    found = machines.link("my LaundroMax")
    assert {m.iri.rsplit("#", 1)[-1] for m in found} == {"m8", "m10"}
    assert all(m.score <= 0.5 for m in found)


@pytest.mark.parametrize(
    ("text", "found"), [("the machnie", 1), ("the maschine", 1), ("he sealt it", 0)]
)
def test_letters_in_other_places_are_typos(machines: Ontology, text: str, found: int) -> None:
    assert len(machines.link(text)) == found


@pytest.mark.parametrize(
    ("text", "term", "said"),
    [
        ("it keeps on: the lids really leak", "leaks", "lids really leak"),
        ("the lid is not cold any more", "warm", "lid is not cold"),
        ("pump of my boiler hums", "pump", "pump of my boiler"),
        ("the boiller pump", "pump", "boiller pump"),
        ("a smal pipe", "pipe", "smal pipe"),
        ("the smallpipe", "pipe", "smallpipe"),
        ("our MX200 and an MX-200", "mx", "MX200"),
    ],
)
def test_names_are_said_in_other_ways(load: Load, text: str, term: str, said: str) -> None:
    ontology = load("""
        :leaks a owl:Class ; rdfs:label "lid leaks"@en .
        :warm a owl:Class ; rdfs:label "lid not cold"@en .
        :pump a owl:Class ; rdfs:label "boiler pump"@en .
        :pipe a owl:Class ; rdfs:label "small pipe"@en .
        :mx a owl:Class ; rdfs:label "MX-200"@en .
    """)
    first = ontology.link(text)[0]
    assert (first.iri, first.text) == (iri(term), said)


@pytest.mark.parametrize(
    "text", ["the lid, and it leaks", "the lid does not leak", "lid and leak", "it leaks, the lid"]
)
def test_words_apart_or_denied_are_no_name(load: Load, text: str) -> None:
    assert load(':leaks a owl:Class ; rdfs:label "lid leaks"@en .').link(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a fan of your shop", 0),
        ("we switch banks", 0),
        ("please seal it", 0),
        ("our club owns a boat", 0),
        ("the price of fame", 0),
        ("the fan", 1),
        ("what is the price", 1),
        ("does the fan have a seal?", 2),
    ],
)
def test_everyday_senses_are_not_linked(load: Load, text: str, found: int) -> None:
    ontology = load("""
        :Fan a owl:Class ; rdfs:label "fan"@en . :Seal a owl:Class ; rdfs:label "seal"@en .
        :Switch a owl:Class ; rdfs:label "switch"@en .
        :owns a owl:ObjectProperty ; rdfs:label "owns"@en .
        :price a owl:DatatypeProperty ; rdfs:label "price"@en .
    """)
    assert len(ontology.link(text)) == found


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the seal of my LaundroMax 10, the 8 is fine", {"m10": "LaundroMax 10", "s2": "seal"}),
        ("the LaundroMax that takes eight kilos", {"m8": "LaundroMax"}),
        ("a machine door seal", {"s1": "machine door seal", "s2": "machine door seal"}),
    ],
)
def test_codes_and_kinds_elsewhere_in_the_text_settle_names(
    machines: Ontology, text: str, meant: dict[str, str]
) -> None:
    assert linked(machines, text) == meant


class Watery:
    """An encoder for which texts are near where they speak of water."""

    name = "water"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "water" in text else [0.0, 1.0] for text in texts],
                        dtype=np.float32)  # fmt: skip


def test_an_encoder_chooses_by_meaning(load: Load) -> None:
    ontology = load("""
        :tap a owl:Class ; rdfs:label "valve"@en ; skos:definition "It lets water through."@en .
        :organ a owl:Class ; rdfs:label "valve"@en ; skos:definition "It lets blood through."@en .
    """)
    assert len(ontology.link("the valve for water")) == 2
    (mention,) = ontology.link("the valve for water", encoder=Watery())
    assert mention.iri == iri("tap")
    (mention,) = ontology.link("the valve of the heart", encoder=Watery())
    assert mention.iri == iri("organ")


FORMS = """
:Trap a owl:Class ; rdfs:label "lint trap"@en .
:has a owl:ObjectProperty .
:s2 a owl:NamedIndividual ; rdfs:label "lid seal S2"@en .
:slow a owl:NamedIndividual ; rdfs:label "kettle is slow"@en, "kettle won't boil"@en .
:wipe a owl:NamedIndividual ; rdfs:label "wiping the dock contacts"@en .
:Wifi a owl:Class ; rdfs:label "wrong Wi-Fi band"@en .
:Vacuum a owl:Class ; rdfs:label "vacuum cleaner"@en, "vacuum"@en .
:Robot a owl:Class ; rdfs:label "robot vacuum"@en ; rdfs:subClassOf :Vacuum .
:Toaster a owl:Class ; rdfs:label "bread toaster"@en, "toaster"@en, "Toaster"@de .
:Exchanger a owl:Class ; rdfs:label "heat exchanger"@en .
:Switch a owl:Class ; rdfs:label "switch"@en .
:Router a owl:Class ; rdfs:label "router"@en .
:excluded a owl:ObjectProperty ; rdfs:label "is excluded from"@en .
:Fridge a owl:Class ; rdfs:label "Kühlschrank"@de .
:f1 a owl:NamedIndividual, :Fridge ; rdfs:label "Frosty"@en ; :has :d1 .
:d1 a owl:NamedIndividual ; rdfs:label "Türdichtung D1"@de .
:leak a owl:NamedIndividual ; rdfs:label "undichte Kühlschrankdichtung"@de .
"""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("an S2 lid seal", {"s2": "S2 lid seal"}),
        ("the seal S2", {"s2": "seal S2"}),
        ("lid seal S2's colour", {"s2": "lid seal S2"}),
        ("my kettle wont boil", {"slow": "kettle wont boil"}),
        ("the kettle has become terribly slow", {"slow": "kettle has become terribly slow"}),
        ("we wiped the contacts of the dock", {"wipe": "wiped the contacts of the dock"}),
        ("the wrong wifi band", {"Wifi": "wrong wifi band"}),
        ("two ruoters", {"Router": "ruoters"}),
        ("a robot vacuum cleaner", {"Robot": "robot vacuum cleaner"}),
        ("routers excluded from it", {"Router": "routers", "excluded": "excluded from"}),
        ("die Kühlschrankdichtung", {"d1": "Kühlschrankdichtung"}),
        ("eine undichte Kühlschrankdichtung", {"leak": "undichte Kühlschrankdichtung"}),
        ("a toast to the driver", {}),
        ("a heated exchange", {}),
        ("we switched from gas", {}),
        ("we switched it", {"Switch": "switched"}),
        ("the bread in my toaster", {"Toaster": "toaster"}),
    ],
)
def test_what_people_make_of_names(load: Load, text: str, meant: dict[str, str]) -> None:
    assert linked(load(FORMS), text) == meant


def test_a_kind_behind_an_indefinite_article_is_the_kind(load: Load) -> None:
    ontology = load("""
        :has a owl:ObjectProperty . :Kettle a owl:Class ; rdfs:label "kettle"@en .
        :a a :Kettle ; rdfs:label "Alpha"@en ; :has :steam .
        :b a :Kettle ; rdfs:label "Beta"@en . :c a :Kettle ; rdfs:label "Gamma"@en .
        :steam a owl:NamedIndividual ; rdfs:label "steam stop"@en .
    """)
    assert linked(ontology, "the kettle with steam stop")["a"] == "kettle"
    assert linked(ontology, "a kettle with steam stop")["Kettle"] == "kettle"
