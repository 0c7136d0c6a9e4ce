"""The snapshot: terms, hierarchies, facts with their explanations, versions, many threads."""

import gc
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ontopilot.errors import OntologySyntaxError, UnknownTerm
from ontopilot.ontology import Fact, Iri, Literal, Ontology
from ontopilot.ontology.claims.phrase import boolean
from ontopilot.ontology.vocabulary import RDF_TYPE
from tests.ontology.conftest import PREFIXES, SHOP, Load, iri, number

KITCHEN = """
:Thing_ a owl:Class ; rdfs:label "thing"@en .
:Appliance a owl:Class ; rdfs:subClassOf :Thing_ ; rdfs:label "appliance"@en, "Gerät"@de .
:Kettle a owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label "kettle"@en, "Wasserkocher"@de ;
    skos:altLabel "water boiler"@en ; skos:definition "Boils water."@en .
:Toaster a owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label "toaster"@en .
:OldKettle a owl:Class ; rdfs:subClassOf :Kettle ; owl:deprecated true .
:hasPart a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:label "has part"@en ;
    owl:inverseOf :isPartOf .
:isPartOf a owl:ObjectProperty ; rdfs:label "is part of"@en .
:hasMainPart a owl:ObjectProperty ; rdfs:subPropertyOf :hasPart ; rdfs:label "has main part"@en .
:shows a owl:ObjectProperty ; rdfs:label "shows"@en .
:indicates a owl:ObjectProperty ; rdfs:label "indicates"@en .
:mayHave a owl:ObjectProperty ; rdfs:label "may have"@en ;
    owl:propertyChainAxiom ( :shows :indicates ) .
:months a owl:DatatypeProperty ; rdfs:label "warranty period"@en ; op:unit "month" .
:Guaranteed a owl:Class ; rdfs:label "guaranteed thing"@en ; owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty :months ; owl:hasValue 24 ] .
:Appliance rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :months ; owl:hasValue 24 ] .
:worksNear a owl:ObjectProperty, owl:SymmetricProperty ; rdfs:label "works near"@en ;
    rdfs:range :Place .
:Place a owl:Class ; rdfs:label "place"@en .
:k1 a :Kettle ; rdfs:label "AquaBoil 1"@en ; :hasMainPart :body ; :shows :leak .
:body a owl:NamedIndividual ; rdfs:label "body"@en ; :hasPart :gasket .
:gasket a owl:NamedIndividual ; rdfs:label "gasket"@en .
:leak a owl:NamedIndividual ; rdfs:label "leak"@en ; :indicates :crack .
:crack a owl:NamedIndividual ; rdfs:label "crack"@en .
:sink a owl:NamedIndividual ; rdfs:label "sink"@en . :k1 :worksNear :sink .
"""


@pytest.fixture
def kitchen(load: Load) -> Ontology:
    return load(KITCHEN)


def why(ontology: Ontology, subject: str, predicate: Iri, value: Iri | Literal) -> str:
    (fact,) = ontology.facts(iri(subject), predicate, value)
    assert fact.inferred
    return ontology.explain(fact).text


def test_terms_have_their_words(kitchen: Ontology) -> None:
    kettle = kitchen.term(iri("Kettle"))
    assert (kettle.kind, kettle.label, kettle.definition) == ("class", "kettle", "Boils water.")
    assert set(kettle.synonyms) == {"Wasserkocher", "water boiler"}
    assert kitchen.term(iri("OldKettle")).deprecated
    assert kitchen.label(iri("OldKettle")) == "OldKettle"
    assert {term.kind for term in kitchen.terms()} >= {"class", "object_property", "individual"}


def test_the_preferred_language_gives_the_label(load: Load) -> None:
    assert load(KITCHEN, languages=("de", "en")).label(iri("Kettle")) == "Wasserkocher"


@pytest.mark.parametrize(
    "name", [":Kettle", "http://example.org/t#Kettle", "Kettle", "kettle", "KETTLE"]
)
def test_a_term_is_resolved_by_any_of_its_names(kitchen: Ontology, name: str) -> None:
    assert kitchen.resolve(name) == iri("Kettle")


def test_an_unknown_name_gets_the_nearest(kitchen: Ontology) -> None:
    with pytest.raises(UnknownTerm, match=r"no term ':Ketle'; did you mean 'Kettle'\?"):
        kitchen.resolve(":Ketle")
    with pytest.raises(UnknownTerm, match="check the spelling"):
        kitchen.term(iri("Nothing_like_it"))


def test_closures_are_transitive_and_leave_out_the_term_itself(kitchen: Ontology) -> None:
    assert kitchen.parents(iri("Kettle")) == {iri("Appliance")}
    assert kitchen.ancestors(iri("Kettle")) >= {iri("Appliance"), iri("Thing_")}
    assert kitchen.descendants(iri("Appliance")) == {
        iri("Kettle"),
        iri("Toaster"),
        iri("OldKettle"),
    }
    assert kitchen.ancestors(iri("hasMainPart")) == {iri("hasPart")}
    assert iri("Kettle") not in kitchen.ancestors(iri("Kettle"))
    assert kitchen.is_a(iri("Kettle"), iri("Kettle"))


def test_classes_that_are_equivalent_are_above_each_other_and_not_above_themselves(
    load: Load,
) -> None:
    ontology = load(":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :A .")
    assert ontology.ancestors(iri("A")) == {iri("B")}
    assert ontology.ancestors(iri("B")) == {iri("A")}


def test_types_and_instances_are_inferred(kitchen: Ontology) -> None:
    assert kitchen.types(iri("k1")) >= {iri("Kettle"), iri("Appliance"), iri("Guaranteed")}
    assert kitchen.instances(iri("Guaranteed")) == {iri("k1")}
    assert kitchen.types(iri("sink")) == {iri("Place")}
    assert kitchen.is_a(iri("k1"), iri("Guaranteed"))


def test_facts_of_a_chain_are_explained(kitchen: Ontology) -> None:
    assert why(kitchen, "k1", iri("mayHave"), iri("crack")) == (
        "AquaBoil 1 may have crack, because AquaBoil 1 shows leak and leak indicates crack."
    )


def test_facts_of_an_inverse_are_explained(kitchen: Ontology) -> None:
    assert why(kitchen, "gasket", iri("isPartOf"), iri("body")) == (
        "Gasket is part of body, because body has part gasket."
    )


def test_facts_of_a_transitive_property_are_explained(kitchen: Ontology) -> None:
    assert why(kitchen, "k1", iri("hasPart"), iri("gasket")) == (
        "AquaBoil 1 has part gasket, because AquaBoil 1 has part body and body has part gasket."
    )


def test_facts_of_a_subproperty_are_explained(kitchen: Ontology) -> None:
    assert "because AquaBoil 1 has main part body" in why(
        kitchen, "k1", iri("hasPart"), iri("body")
    )


def test_facts_of_a_symmetric_property_are_explained(kitchen: Ontology) -> None:
    assert "because AquaBoil 1 works near sink" in why(kitchen, "sink", iri("worksNear"), iri("k1"))


def test_values_of_a_class_are_facts_of_its_members_and_subclasses(kitchen: Ontology) -> None:
    assert why(kitchen, "k1", iri("months"), number(24)) == (
        "The warranty period of AquaBoil 1 is 24 months, because AquaBoil 1 is an appliance and "
        "the warranty period of every appliance is 24 months."
    )
    (of_class,) = kitchen.facts(iri("Kettle"), iri("months"))
    assert of_class.inferred
    assert kitchen.verbalise(of_class) == "The warranty period of every kettle is 24 months."


def test_types_by_definition_and_by_range_are_explained(kitchen: Ontology) -> None:
    assert "is a guaranteed thing, because the warranty period of AquaBoil 1 is 24 months" in why(
        kitchen, "k1", RDF_TYPE, iri("Guaranteed")
    )
    assert why(kitchen, "sink", RDF_TYPE, iri("Place")) == (
        "Sink is a place, because AquaBoil 1 works near sink."
    )


def test_what_the_file_states_is_said_to_be_stated(kitchen: Ontology) -> None:
    (fact,) = kitchen.facts(iri("k1"), iri("shows"))
    assert not fact.inferred
    assert kitchen.explain(fact).text == "AquaBoil 1 shows leak: the ontology states it."


def test_every_inferred_fact_of_the_demo_has_a_reason(shop: Ontology) -> None:
    inferred = [fact for fact in shop.facts() if fact.inferred]
    assert len(inferred) > 1000
    without = [fact for fact in inferred if not shop.explain(fact).axioms]
    assert without == []


def test_facts_are_filtered_by_each_place(kitchen: Ontology) -> None:
    every = kitchen.facts()
    assert set(kitchen.facts(iri("k1"))) == {f for f in every if f.subject == iri("k1")}
    assert set(kitchen.facts(predicate=iri("hasPart"))) == {
        f for f in every if f.predicate == iri("hasPart")
    }
    assert set(kitchen.facts(object=iri("crack"))) == {f for f in every if f.object == iri("crack")}
    assert len({fact.triple for fact in every}) == len(every)


def test_a_snapshot_cannot_be_changed(kitchen: Ontology) -> None:
    with pytest.raises(AttributeError, match="load it again"):
        kitchen.version = "other"
    with pytest.raises(TypeError):
        kitchen.prefixes["x"] = "y"  # type: ignore[index]
    with pytest.raises(AttributeError):
        kitchen.term(iri("Kettle")).label = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        kitchen.ancestors(iri("Kettle")).add(iri("x"))  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        kitchen.asserted.by_subject[iri("x")] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        kitchen.asserted.about(iri("Kettle"))[iri("p")] = ()  # type: ignore[index]
    with pytest.raises(AttributeError):
        kitchen.asserted.pairs(RDF_TYPE).append((iri("x"), iri("y")))  # type: ignore[attr-defined]


def test_the_collector_is_as_it_was_after_a_load_and_after_a_failed_one(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("@prefix : <", encoding="utf-8")
    for switch in (gc.enable, gc.disable):
        switch()
        before = gc.isenabled()
        try:
            Ontology.load(SHOP, reasoner="none")
            with pytest.raises(OntologySyntaxError):
                Ontology.load(path)
            assert gc.isenabled() == before
        finally:
            gc.enable()


def test_a_snapshot_that_nobody_needs_is_freed_at_once(load: Load) -> None:
    gone = weakref.ref(load(KITCHEN))
    assert gone() is None


def test_many_threads_read_the_same(shop: Ontology) -> None:
    texts = [
        f"The {term.label} leaks, says order A-1000{n}."
        for n, term in enumerate(shop.terms("individual")[:9])
    ]
    probe = Fact(shop.resolve("AquaBoil 2"), shop.resolve("warranty period"), number(24))

    def read(place: int) -> object:
        text = texts[place % len(texts)]
        return text, shop.link(text), shop.check([probe]), shop.facts(shop.resolve("AquaBoil 2"))

    alone = [read(place) for place in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(200))) == alone


def test_several_ontologies_are_loaded_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: Ontology.load(SHOP), range(4)))
    assert len({(one.version, len(one.facts())) for one in loaded}) == 1


def test_the_version_follows_content_not_place_or_time(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        for name in ("shop.owl", "network.owl", "catalog-v001.xml"):
            shutil.copyfile(SHOP.parent / name, folder / name)
    first, second = (Ontology.load(folder / "shop.owl") for folder in folders)
    assert first.version == second.version
    assert len(first.version) == 16
    int(first.version, 16)
    (folders[1] / "shop.owl").touch()
    assert Ontology.load(folders[1] / "shop.owl").version == first.version
    imported = folders[1] / "network.owl"
    imported.write_text(
        imported.read_text(encoding="utf-8").replace("Wi-Fi 6", "Wi-Fi six", 1), encoding="utf-8"
    )
    assert Ontology.load(folders[1] / "shop.owl").version != first.version


def test_a_saved_edit_is_read_and_the_old_snapshot_keeps_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "t.ttl"
    path.write_text(PREFIXES + ":Kettle a owl:Class . :k1 a :Kettle .", encoding="utf-8")
    before = Ontology.load(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(' :k2 a :Kettle ; rdfs:label "new one" .')
    after = Ontology.load(path)
    assert before.instances(iri("Kettle")) == {iri("k1")}
    assert after.instances(iri("Kettle")) == {iri("k1"), iri("k2")}
    assert before.version != after.version


def test_the_demo_reasons_as_its_readme_promises(shop: Ontology) -> None:
    assert len(shop.terms("class")) >= 40
    assert len(shop.terms("object_property")) + len(shop.terms("data_property")) >= 20
    assert len(shop.terms("individual")) >= 50
    kettle = shop.resolve("AquaBoil 2")
    causes = {
        shop.label(Iri(str(f.object)))
        for f in shop.facts(kettle, shop.resolve("shop:mayHaveCause"))
    }
    assert causes
    assert shop.reasoning.engine == "auto"
    assert shop.reasoning.empty == ()


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("gets hot outside", "true", "It gets hot outside."),
        ("gets hot outside", "false", "It does not get hot outside."),
        ("carries a plug", "false", "It does not carry a plug."),
        ("is waterproof", "false", "It is not waterproof."),
        ("has a lid", "true", "It has a lid."),
        ("confirmed", "true", "It: confirmed, yes."),
    ],
)
def test_yes_or_no_facts_read_as_sentences(label: str, value: str, sentence: str) -> None:
    said = boolean("it", label, Literal(value, Iri("xsd:boolean")), every=False)
    assert said == sentence
