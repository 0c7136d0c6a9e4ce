"""Edits of one file: what they mean."""

from pathlib import Path

import pytest

from ontopilot.ontology import Editor, Iri, Literal, Ontology
from ontopilot.ontology import vocabulary as v
from tests.ontology.conftest import iri
from tests.ontology.files import graph_of, lines_of, write
from tests.ontology.test_syntaxes import OWL_XML


def test_a_new_class_is_read_back_with_all_that_was_said(small: Path) -> None:
    editor = Editor.open(small)
    new = editor.create("class", "TravelKettle", label="travel kettle")
    editor.add(new, "subclass_of", "Kettle")
    editor.annotate(new, "synonym", "Reisekocher", language="de")
    assert editor.save()
    ontology = Ontology.load(small)
    assert ontology.label(iri("TravelKettle")) == "travel kettle"
    assert ontology.term(iri("TravelKettle")).synonyms == ("Reisekocher",)
    assert ontology.ancestors(iri("TravelKettle")) == {iri("Kettle"), iri("Product")}


def test_every_kind_of_axiom_is_read_back_and_can_be_removed(small: Path) -> None:
    before = small.read_bytes()
    declared = len(graph_of(small))
    editor = Editor.open(small)
    for kind, name in [
        ("object_property", "hasPart"),
        ("object_property", "partOf"),
        ("data_property", "price"),
        ("data_property", "cost"),
        ("annotation_property", "note"),
        ("class", "Wheel"),
        ("individual", "W1"),
    ]:
        editor.create(kind, name)  # type: ignore[arg-type]
    editor.save()
    middle = small.read_bytes()
    axioms = [
        ("Kettle", "subclass_of", "hasPart some Wheel"),
        ("Kettle", "subclass_of", "price max 1 xsd:decimal"),
        ("Kettle", "subclass_of", "hasPart min 2 Wheel or not (hasPart only Wheel)"),
        ("Kettle", "subclass_of", "hasPart exactly 3"),
        ("Kettle", "subclass_of", "inverse partOf value W1"),
        ("Kettle", "subclass_of", "price some xsd:decimal[>= 0, < 100.50]"),
        ("Kettle", "subclass_of", 'price only {"5"^^xsd:decimal, 007}'),
        ("Kettle", "subclass_of", "hasPart Self"),
        ("Kettle", "equivalent_to", "Product and {K1, W1}"),
        ("Kettle", "disjoint_with", "Wheel"),
        ("hasPart", "subproperty_of", "partOf"),
        ("hasPart", "chain", "hasPart o inverse partOf"),
        ("hasPart", "domain", "Product"),
        ("hasPart", "range", "Product or Wheel"),
        ("hasPart", "inverse_of", "partOf"),
        ("hasPart", "characteristic", "transitive"),
        ("hasPart", "characteristic", "inverse functional"),
        ("hasPart", "disjoint_with", "partOf"),
        ("price", "range", "xsd:decimal"),
        ("price", "domain", "Product"),
        ("price", "characteristic", "functional"),
        ("price", "equivalent_to", "cost"),
        ("note", "subproperty_of", "rdfs:comment"),
        ("note", "range", "xsd:string"),
        ("K1", "type", "hasPart some Wheel"),
        ("K1", "fact", "hasPart W1"),
        ("K1", "fact", "not hasPart W1"),
        ("K1", "fact", "price 007"),
        ("K1", "fact", 'not price "15.0"^^xsd:decimal'),
        ("K1", "same_as", "W1"),
        ("K1", "different_from", "W1"),
        ("K1", "annotation", 'note "free & easy"@en'),
        ("K1", "annotation", "rdfs:seeAlso https://example.org/a?b=1&c=2"),
    ]
    for term, slot, value in axioms:
        editor.add(term, slot, value)  # type: ignore[arg-type]
    editor.save()
    assert len(graph_of(small)) > declared + len(axioms)
    ontology = Ontology.load(small, reasoner="none")
    assert Literal("007", Iri(v.XSD + "integer")) in {f.object for f in ontology.facts(iri("K1"))}
    again = Editor.open(small)
    for term, slot, value in axioms:
        again.remove(term, slot, value)  # type: ignore[arg-type]
    assert again.text == middle.decode()
    for name in ("hasPart", "partOf", "price", "cost", "note", "Wheel", "W1"):
        again.delete(name)
    assert again.text == before.decode()


def test_what_is_removed_is_found_whatever_the_order_of_and_and_or(small: Path) -> None:
    editor = Editor.open(small)
    editor.create("class", "Other")
    text = editor.text
    editor.add("Kettle", "subclass_of", "Product and (Kettle or Other)")
    editor.save()
    editor = Editor.open(small)
    editor.remove("Kettle", "subclass_of", "(Other or Kettle) and Product")
    assert editor.text == text


def test_what_is_said_already_is_not_said_twice(small: Path) -> None:
    editor = Editor.open(small)
    editor.add("Kettle", "subclass_of", "Product")
    assert not editor.changes
    assert not editor.save()


def test_set_replaces_what_a_slot_had(small: Path) -> None:
    editor = Editor.open(small)
    editor.create("class", "Appliance")
    editor.set("Kettle", "subclass_of", "Appliance")
    editor.set_annotations("Kettle", "label", ["electric kettle", "kettle jug"], language="en")
    editor.save()
    ontology = Ontology.load(small)
    assert ontology.parents(iri("Kettle")) == {iri("Appliance")}
    assert {*ontology.term(iri("Kettle")).synonyms, ontology.label(iri("Kettle"))} == {
        "electric kettle",
        "kettle jug",
    }
    editor.set("Kettle", "subclass_of")
    editor.save()
    assert Ontology.load(small).parents(iri("Kettle")) == frozenset()


def test_a_label_of_another_language_stays_when_one_is_set(shop_file: Path) -> None:
    editor = Editor.open(shop_file)
    editor.set_annotations("Kettle", "label", ["electric kettle"], language="en")
    before = shop_file.read_text()
    editor.save()
    assert lines_of(shop_file, before) == (
        ['        <rdfs:label xml:lang="en">kettle</rdfs:label>'],
        ['        <rdfs:label xml:lang="en">electric kettle</rdfs:label>'],
    )


def test_an_emptied_slot_takes_nothing_of_another_slot_along(small: Path) -> None:
    editor = Editor.open(small)
    for name in ("hasPart", "madeOf"):
        editor.create("object_property", name)
    editor.add("hasPart", "chain", "hasPart o hasPart")
    kept = editor.text
    editor.add("hasPart", "subproperty_of", "madeOf")
    editor.set("hasPart", "subproperty_of")
    assert editor.text == kept
    editor.set("hasPart", "chain")
    assert [text for text in editor.mentions("hasPart") if " o " in text] == []


def test_set_replaces_all_characteristics(small: Path) -> None:
    editor = Editor.open(small)
    editor.create("object_property", "hasPart")
    for word in ("functional", "symmetric", "inverse-functional"):
        editor.add("hasPart", "characteristic", word)
    editor.set("hasPart", "characteristic", "transitive", "irreflexive")
    editor.save()
    said = {value for s, p, value in graph_of(small) if (s, p) == (iri("hasPart"), v.RDF_TYPE)}
    assert said == {v.OWL_OBJECT_PROPERTY, v.OWL_TRANSITIVE, v.OWL_IRREFLEXIVE}


@pytest.mark.parametrize("name", ["DisjointClasses", "DisjointUnion"])
def test_set_leaves_axioms_over_several_terms(tmp_path: Path, name: str) -> None:
    members = "".join(f'<Class IRI="#{one}"/>' for one in ("Kettle", "Product", "Lid"))
    group = f"  <{name}>{members}</{name}>\n"
    lid = '  <Declaration><Class IRI="#Lid"/></Declaration>\n'
    text = OWL_XML.replace("</Ontology>", f"{lid}{group}</Ontology>")
    editor = Editor.open(write(tmp_path / "t.owl", text))
    editor.add("Kettle", "disjoint_with", "Lid")
    editor.set("Kettle", "disjoint_with", "Product")
    editor.set("Kettle", "disjoint_with")
    assert editor.text == text


def test_deprecation_is_set_and_taken_away(small: Path) -> None:
    before = small.read_bytes()
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    editor.save()
    assert Ontology.load(small).term(iri("Kettle")).deprecated
    editor.deprecate("Kettle", deprecated=False)
    editor.save()
    assert small.read_bytes() == before


def test_rename_changes_the_iri_everywhere_and_back(small: Path) -> None:
    before = small.read_bytes()
    editor = Editor.open(small)
    assert editor.rename("Kettle", "Boiler") == iri("Boiler")
    editor.save()
    assert not any(iri("Kettle") in triple for triple in graph_of(small))
    assert Ontology.load(small).types(iri("K1")) == {iri("Boiler"), iri("Product")}
    editor.rename("Boiler", "Kettle")
    editor.save()
    assert small.read_bytes() == before


def test_delete_removes_and_names_every_axiom_that_mentions_the_term(small: Path) -> None:
    editor = Editor.open(small)
    listed = editor.mentions("Kettle")
    assert set(editor.delete("Kettle")) == set(listed)
    assert {"K1 Type Kettle", "Kettle SubClassOf Product", "Class: Kettle"} <= {
        text.replace("t:", "").lstrip(":") for text in listed
    }
    editor.save()
    assert not any(iri("Kettle") in triple for triple in graph_of(small))
    assert Ontology.load(small).has(iri("K1"))
