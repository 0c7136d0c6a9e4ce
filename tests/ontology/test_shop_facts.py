"""What the demo's ontology says where its pages say it too."""

import pytest

from ontopilot.ontology import Ontology


def related(shop: Ontology, subject: str, predicate: str) -> set[str]:
    """The labels or values that a thing is related to, asserted or inferred."""
    facts = shop.facts(shop.resolve(subject), shop.resolve(predicate))
    return {str(shop.label(f.object)) for f in facts if isinstance(f.object, str)}


def members(shop: Ontology, name: str) -> set[str]:
    return {shop.label(one) for one in shop.instances(shop.resolve(name))}


def test_it_is_large_and_no_class_is_empty_by_contradiction(shop: Ontology) -> None:
    assert len(shop.terms("class")) >= 130
    assert shop.reasoning.empty == ()


def test_each_machine_has_its_own_causes_of_not_draining(shop: Ontology) -> None:
    washer = related(shop, "NoDrain", "indicates")
    dishwasher = related(shop, "DishwasherNoDrain", "indicates")
    assert "blocked pump filter" in washer - dishwasher
    assert {"blocked sieve", "closed waste connection"} <= dishwasher - washer
    assert "rinsing the sieve" in related(shop, "DishwasherNoDrain", "isRemediedBy")
    assert "blocked pump filter" not in related(shop, "DishPearl 60", "mayHaveCause")


@pytest.mark.parametrize("seal", ["DoorSealF1", "DoorSealL1", "DoorSealL2", "LidSealK2"])
def test_every_seal_is_a_wear_part_without_warranty(shop: Ontology, seal: str) -> None:
    assert shop.is_a(shop.resolve(seal), shop.resolve("WearPart"))
    assert not shop.facts(shop.resolve(seal), shop.resolve("warrantyPeriod"))
    assert related(shop, seal, "isExcludedFrom") >= {"standard warranty"}


@pytest.mark.parametrize(
    ("product", "routes"),
    [
        ("SmilePulse 3", {"electrical waste collection"}),
        ("GroomEdge 5", {"electrical waste collection"}),
        ("DustHawk Stick 7", {"electrical waste collection", "battery collection box"}),
        ("robot battery R2", {"battery collection box"}),
    ],
)
def test_only_batteries_that_come_out_go_to_the_battery_box(
    shop: Ontology, product: str, routes: set[str]
) -> None:
    assert related(shop, product, "isRecycledThrough") == routes


def test_what_the_stop_list_names_is_dangerous(shop: Ontology) -> None:
    assert members(shop, "DangerousSymptom") == {
        "burnt smell from the blender",
        "crack in the body of a kettle",
        "damaged mains cable",
        "fuse that blows again",
        "sparks in the microwave",
        "swollen or hot battery",
    }
    assert "cracked body" in related(shop, "KettleLeaks", "indicates")


def test_goods_that_must_stay_sealed(shop: Ontology) -> None:
    assert members(shop, "SealedProduct") >= {"DeLime", "DrumFresh", "gift card of 50 euros"}
    assert related(shop, "DeLime", "isExcludedFrom") >= {"return of opened goods"}


def test_only_a_technician_fits_two_parts(shop: Ontology) -> None:
    assert members(shop, "TechnicianPart") == {"drain pump L1", "waveguide cover W1"}


def test_where_the_money_of_a_refund_goes(shop: Ontology) -> None:
    assert related(shop, "payment on invoice", "isRefundedTo") == {"customer's bank account"}
    assert related(shop, "gift card", "isRefundedTo") == {"new gift card"}


def test_features_are_those_of_the_manuals(shop: Ontology) -> None:
    assert "quick wash" in related(shop, "LaundroMax 10", "hasFeature")
    assert "parental control" in related(shop, "MeshNest Trio", "hasFeature")
    assert "chopper" not in shop.term(shop.resolve("HandyMix 300")).definition
    assert related(shop, "Wi-Fi 5", "usesBand") == {"5 GHz band"}
    assert related(shop, "HomeLink Lite", "supports") >= {"Wi-Fi 4", "Wi-Fi 5"}
