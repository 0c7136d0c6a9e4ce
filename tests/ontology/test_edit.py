"""Edits of one file: what they say, where the text goes, and what they refuse."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from ontopilot.errors import (
    EditConflict,
    EditError,
    OntologyNotFound,
    OntologySyntaxError,
    SaveFailed,
    UnknownTerm,
)
from ontopilot.ontology import Editor, Iri, Literal, Ontology
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.files import save as saving
from tests.ontology.conftest import ROOT, SHOP, iri
from tests.ontology.drawn import UNWRITABLE
from tests.ontology.edits import graph_of, touched
from tests.ontology.test_syntaxes import FUNCTIONAL, JSON_LD, MANCHESTER, OWL_XML, RDF_XML, TURTLE

S = "http://example.org/shop#"
WITH_XSD = RDF_XML.replace("xmlns:owl", 'xmlns:xsd="http://www.w3.org/2001/XMLSchema#" xmlns:owl')
EDITABLE = {"RDF/XML": WITH_XSD, "OWL/XML": OWL_XML, "Turtle": TURTLE}


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    """A copy of the demo's ontology, with what it imports."""
    for name in ("shop.owl", "network.owl", "catalog-v001.xml"):
        shutil.copy(SHOP.parent / name, tmp_path / name)
    return tmp_path / "shop.owl"


@pytest.fixture(params=EDITABLE)
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same small ontology in each syntax that is edited."""
    path = tmp_path / "t.owl"
    path.write_bytes(EDITABLE[request.param].encode())
    return path


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def lines_of(path: Path, before: str) -> tuple[list[str], list[str]]:
    return touched(before, path.read_bytes().decode())


# --- what an edit means ---------------------------------------------------------------------------


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
    assert {"K1 Types Kettle", "Kettle SubClassOf Product", "Class: Kettle"} <= {
        text.replace("t:", "").lstrip(":") for text in listed
    }
    editor.save()
    assert not any(iri("Kettle") in triple for triple in graph_of(small))
    assert Ontology.load(small).has(iri("K1"))


# --- where the text goes --------------------------------------------------------------------------


def test_a_new_class_stands_in_its_section_by_alphabet(shop_file: Path) -> None:
    before = shop_file.read_text()
    editor = Editor.open(shop_file)
    editor.create("class", "TravelKettle", label="travel kettle")
    editor.save()
    removed, added = lines_of(shop_file, before)
    text = shop_file.read_text()
    comments = [line for line in text.splitlines() if line.startswith(f"    <!-- {S}")]
    at = comments.index(f"    <!-- {S}TravelKettle -->")
    assert comments[at - 1] < comments[at] < comments[at + 1]
    assert text.index("// Classes") < text.index("#TravelKettle -->") < text.index("// Individuals")
    assert removed == []
    assert len(added) == 8


def test_an_axiom_about_a_term_of_an_import_stands_in_the_section_of_its_kind(
    shop_file: Path,
) -> None:
    editor = Editor.open(shop_file)
    classes = Ontology.load(shop_file, reasoner="none").terms("class")
    router = next(term.iri for term in classes if "network#" in term.iri)
    editor.add(router, "subclass_of", "Product")
    editor.save()
    text = shop_file.read_text()
    at = text.index(f"<!-- {router} -->")
    assert text.index("// Classes") < at < text.index("// Individuals")


def test_adding_and_deleting_leaves_the_file_as_it_was(shop_file: Path) -> None:
    before = shop_file.read_bytes()
    for kind in ("class", "datatype"):
        editor = Editor.open(shop_file)
        editor.create(kind, "Zzz", label="new")  # type: ignore[arg-type]
        editor.save()
        assert shop_file.read_bytes() != before
        editor.delete("Zzz")
        editor.save()
        assert shop_file.read_bytes() == before


def test_rename_in_a_protege_file_touches_only_lines_that_name_the_term(shop_file: Path) -> None:
    before = shop_file.read_text()
    editor = Editor.open(shop_file)
    editor.rename("Kettle", "ElectricKettle")
    editor.save()
    removed, added = lines_of(shop_file, before)
    assert all("shop#Kettle" in line for line in removed)
    assert added == [line.replace("shop#Kettle", "shop#ElectricKettle") for line in removed]
    assert f"<!-- {S}ElectricKettle -->" in "\n".join(added)


def test_an_entity_of_the_document_type_is_used_where_the_file_uses_it(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RDF_XML)
    editor = Editor.open(path)
    editor.create("class", "Lid")
    editor.add("Kettle", "subclass_of", "Lid")
    assert '+  <owl:Class rdf:about="&t;Lid"/>' in editor.diff()
    assert '<rdfs:subClassOf rdf:resource="&t;Lid"/>' in editor.diff()


RULES = """\
<?xml version="1.0"?>
<rdf:RDF xmlns="http://example.org/t#" xml:base="http://example.org/t"
     xmlns:owl="http://www.w3.org/2002/07/owl#"
     xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
     xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
     xmlns:swrl="http://www.w3.org/2003/11/swrl#">
    <owl:Ontology rdf:about="http://example.org/t/"/>
    <!-- a remark of the editor -->
    <owl:Class rdf:about="http://example.org/t#A"/>
    <owl:Class rdf:about="http://example.org/t#B">
        <rdfs:subClassOf rdf:resource="http://example.org/t#A"/>
    </owl:Class>
    <owl:Axiom>
        <owl:annotatedSource rdf:resource="http://example.org/t#B"/>
        <owl:annotatedProperty rdf:resource="http://www.w3.org/2000/01/rdf-schema#subClassOf"/>
        <owl:annotatedTarget rdf:resource="http://example.org/t#A"/>
        <rdfs:comment xml:lang="de-CH">warum</rdfs:comment>
    </owl:Axiom>
    <owl:DatatypeProperty rdf:about="http://example.org/t#n"/>
    <rdf:Description rdf:about="http://example.org/t#i">
        <rdf:type rdf:resource="http://example.org/t#B"/>
        <n rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">007</n>
        <n rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">15.0</n>
        <n rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">15</n>
    </rdf:Description>
    <swrl:Variable rdf:about="urn:swrl#x"/>
    <swrl:Imp>
        <swrl:body>
            <swrl:AtomList>
                <rdf:first>
                    <swrl:ClassAtom>
                        <swrl:classPredicate rdf:resource="http://example.org/t#A"/>
                        <swrl:argument1 rdf:resource="urn:swrl#x"/>
                    </swrl:ClassAtom>
                </rdf:first>
                <rdf:rest rdf:resource="http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"/>
            </swrl:AtomList>
        </swrl:body>
        <swrl:head rdf:resource="http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"/>
    </swrl:Imp>
</rdf:RDF>
"""


def test_rules_notes_numbers_and_remarks_stay_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RULES)
    editor = Editor.open(path)
    editor.create("class", "C")
    editor.add("A", "subclass_of", "C")
    editor.save()
    removed, added = lines_of(path, RULES)
    assert removed == ['    <owl:Class rdf:about="http://example.org/t#A"/>']
    assert added == [
        '    <owl:Class rdf:about="http://example.org/t#A">',
        '        <rdfs:subClassOf rdf:resource="http://example.org/t#C"/>',
        "    </owl:Class>",
        '    <owl:Class rdf:about="http://example.org/t#C"/>',
    ]


def test_removing_an_axiom_takes_its_notes_along_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RULES)
    editor = Editor.open(path)
    editor.remove("B", "subclass_of", "A")
    editor.save()
    removed, added = lines_of(path, RULES)
    assert added == ['    <owl:Class rdf:about="http://example.org/t#B"/>']
    assert len(removed) == 9
    assert "warum" in "".join(removed)


def test_a_rule_goes_as_a_whole_with_a_class_that_it_mentions(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RULES)
    editor = Editor.open(path)
    assert "a rule (SWRL)" in editor.delete("A")
    assert "swrl:Imp" not in editor.text
    assert "swrl:Variable" in editor.text
    assert "a remark of the editor" in editor.text


def test_rename_reaches_notes_and_rules(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RULES)
    editor = Editor.open(path)
    editor.rename("A", "Alpha")
    removed, added = touched(RULES, editor.text)
    assert len(removed) == 4
    assert added == [line.replace("t#A", "t#Alpha") for line in removed]


def test_a_description_nested_in_what_goes_gets_a_place_of_its_own(tmp_path: Path) -> None:
    text = RULES.replace(
        '        <rdfs:subClassOf rdf:resource="http://example.org/t#A"/>\n',
        '        <rdfs:subClassOf><owl:Class rdf:about="http://example.org/t#A">'
        "<rdfs:label>kept</rdfs:label></owl:Class></rdfs:subClassOf>\n",
    )
    path = write(tmp_path / "t.owl", text)
    editor = Editor.open(path)
    editor.remove("B", "subclass_of", "A")
    editor.save()
    assert (iri("A"), v.RDFS_LABEL, Literal("kept", Iri(v.XSD + "string"))) in graph_of(path)


TURTLE_WITH_REMARKS = """\
@prefix : <http://example.org/t#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/t> a owl:Ontology .

:A a owl:Class ; # first
    rdfs:label "one"@en, # said; twice
        "two"@en-GB ;
    # what it is
    rdfs:comment '''it's "so"'''@en ; # last
    .
:n a owl:DatatypeProperty .
:i a :A ; :n 007, 15.0, 15 , 1.5e3 .
"""


def test_remarks_in_turtle_survive_what_is_removed_beside_them(tmp_path: Path) -> None:
    path = write(tmp_path / "t.ttl", TURTLE_WITH_REMARKS)
    editor = Editor.open(path)
    editor.remove_annotation("A", "rdfs:label", "one", language="en")
    editor.remove_annotation("A", "rdfs:comment", 'it\'s "so"', language="en")
    editor.remove("i", "fact", "n 15")
    editor.save()
    text = path.read_text()
    for remark in ("# first", "# said; twice", "# what it is", "# last"):
        assert remark in text
    assert ":i a :A ; :n 007, 15.0, 1.5e3 ." in text
    assert '"two"@en-GB' in text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_stay(small: Path, newline: str, mark: str) -> None:
    text = mark + small.read_text().replace("\n", newline)
    small.write_bytes(text.encode())
    editor = Editor.open(small)
    new = editor.create("class", "TravelKettle", label="travel kettle")
    editor.add(new, "subclass_of", "Kettle")
    editor.save()
    raw = small.read_bytes()
    assert raw.startswith(mark.encode())
    assert raw.count(b"\r\n") == (raw.count(b"\n") if newline == "\r\n" else 0)
    removed, added = lines_of(small, text)
    assert (removed, bool(added)) == ([], True)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16"])
def test_the_encoding_stays(tmp_path: Path, encoding: str) -> None:
    text = RDF_XML.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    path = tmp_path / "t.owl"
    path.write_bytes(text.replace(">kettle<", ">théière<").encode(encoding))
    editor = Editor.open(path)
    editor.annotate("Kettle", "label", "Kännchen", language="de")
    editor.save()
    assert ">Kännchen<" in path.read_bytes().decode(encoding)
    assert path.read_bytes()[:2] == text.encode(encoding)[:2]


def test_a_letter_that_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.owl"
    path.write_bytes(
        RDF_XML.replace('version="1.0"', 'version="1.0" encoding="iso-8859-1"').encode("latin-1")
    )
    editor = Editor.open(path)
    editor.annotate("Kettle", "label", "やかん", language="ja")
    with pytest.raises(EditError, match="'iso-8859-1', which has no 'や'"):
        editor.save()


def test_a_property_of_an_undeclared_prefix_gets_one(tmp_path: Path) -> None:
    path = write(tmp_path / "t.owl", RDF_XML)
    editor = Editor.open(path)
    editor.annotate("Kettle", "synonym", "boiler", language="en")
    editor.save()
    removed, _ = lines_of(path, RDF_XML)
    assert removed == []
    assert 'xmlns:skos="http://www.w3.org/2004/02/skos/core#"' in path.read_text()


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("syntax", "text"),
    [("functional", FUNCTIONAL), ("Manchester", MANCHESTER), ("JSON-LD", JSON_LD)],
)
def test_other_syntaxes_are_refused_by_name(tmp_path: Path, syntax: str, text: str) -> None:
    path = write(tmp_path / "t.owl", text)
    with pytest.raises(EditError, match=f"in {syntax} syntax, and ontopilot edits RDF/XML"):
        Editor.open(path)


def test_a_missing_and_a_malformed_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OntologyNotFound):
        Editor.open(tmp_path / "none.owl")
    with pytest.raises(OntologySyntaxError):
        Editor.open(write(tmp_path / "t.owl", RDF_XML[:700]))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hasPart sum Product", "expected some, only, value"),
        ("Product and", "expected more, where the text ends"),
        ("Prodct", "no term 'Prodct'; did you mean 'Product'"),
        ("(Product", r"expected '\)'"),
        ('"Product', "cannot be read from"),
        ("hasPart min two Product", "a whole number"),
        ("Product Kettle", "the end of the text"),
        ("not " + "(" * 80 + "Product" + ")" * 80, "brackets deep"),
        ("", "expected more"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place(small: Path, value: str, said: str) -> None:
    editor = Editor.open(small)
    editor.create("object_property", "hasPart")
    with pytest.raises((EditError, UnknownTerm), match=said) as caught:
        editor.add("Kettle", "subclass_of", value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("term", "slot", "value", "said"),
    [
        ("K1", "subclass_of", "Product", "'subclass of' is for: class"),
        ("Kettle", "characteristic", "functional", "object property, data property"),
        ("hasPart", "characteristic", "shiny", "no characteristic"),
        ("hasPart", "chain", "hasPart", "two properties or more"),
        ("hasPart", "subproperty_of", "Product", "a property is needed"),
        ("K1", "fact", "Product K1", "a property is needed"),
        ("K1", "annotation", "rdfs:comment", "a property and a value"),
    ],
)
def test_an_axiom_that_cannot_be_is_refused(
    small: Path, term: str, slot: str, value: str, said: str
) -> None:
    editor = Editor.open(small)
    editor.create("object_property", "hasPart")
    with pytest.raises(EditError, match=said):
        editor.add(term, slot, value)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["two words", "<a b>", "none:X", "owl:Thing", "", "a#b", "a<b", "http://e.org/%zz", "http://e.org/\x00", "http://e.org/\ud800", "http://[::/a"])
def test_a_name_that_is_no_iri_is_refused(small: Path, name: str) -> None:
    with pytest.raises(EditError):
        Editor.open(small).create("class", name)


def test_a_term_that_exists_is_not_made_again_nor_renamed_onto(small: Path) -> None:
    editor = Editor.open(small)
    with pytest.raises(EditError, match="exists already"):
        editor.create("class", "Kettle")
    with pytest.raises(EditError, match="would make two terms one"):
        editor.rename("Kettle", "Product")


def test_an_axiom_that_is_not_there_is_not_removed(small: Path) -> None:
    editor = Editor.open(small)
    with pytest.raises(EditError, match=r"it has: .*Kettle SubClassOf .*Product"):
        editor.remove("Kettle", "subclass_of", "K1")
    with pytest.raises(EditError, match=r"it has: .*kettle"):
        editor.remove_annotation("Kettle", "label", "pot", language="en")


def test_a_label_of_two_terms_is_refused(small: Path) -> None:
    editor = Editor.open(small)
    editor.create("class", "Urn", label="kettle")
    editor.save()
    with pytest.raises(EditError, match="may mean"):
        Editor.open(small).delete("KETTLE")


@pytest.mark.parametrize("text", UNWRITABLE)
def test_characters_that_xml_cannot_hold_are_refused_in_every_syntax(
    small: Path, text: str
) -> None:
    editor = Editor.open(small)
    with pytest.raises(EditError, match="control character"):
        editor.annotate("Kettle", "label", text, language="en")
    with pytest.raises(EditError, match="control character"):
        editor.add("Kettle", "annotation", f'rdfs:comment "{text}"')
    assert not editor.save()


@pytest.mark.parametrize("tag", ["en_US", 'en" x="', "en-", "-", "日本", "a language"])
def test_what_is_no_language_tag_is_refused(small: Path, tag: str) -> None:
    with pytest.raises(EditError, match="no language tag; write one such as 'en'"):
        Editor.open(small).annotate("Kettle", "label", "kettle", language=tag)


@pytest.mark.parametrize("name", ["rdf:PlainLiteral", "owl:Thing", "Kettle"])
def test_a_value_of_what_is_no_datatype_is_refused(small: Path, name: str) -> None:
    with pytest.raises(EditError, match="no datatype that a value may have"):
        Editor.open(small).annotate("Kettle", "label", "kettle", datatype=name)


@pytest.mark.parametrize("text", ["<b>bold</b>", "<not", 'https://e.org/"x"', "urn:", "http://%zz"])
def test_what_only_looks_like_a_link_is_a_text(small: Path, text: str) -> None:
    editor = Editor.open(small)
    editor.add("Kettle", "annotation", f"rdfs:comment {text}")
    editor.save()
    wanted = (iri("Kettle"), v.RDFS_COMMENT, Literal(text, Iri(v.XSD + "string")))
    assert wanted in graph_of(small)


def test_a_layout_without_room_is_refused_unless_it_may_be_lost(tmp_path: Path) -> None:
    text = RDF_XML.replace("<rdfs:subClassOf ", '<rdfs:subClassOf rdf:ID="s" ')
    path = write(tmp_path / "t.owl", text)
    with pytest.raises(EditError, match="rdf:ID of its own"):
        Editor.open(path)
    editor = Editor.open(path, allow_relayout=True)
    editor.annotate("Kettle", "label", "Kessel", language="de")
    assert editor.relaid
    before = graph_of(path)
    editor.save()
    assert len(graph_of(path)) == len(before) + 1


# --- the file on disk -----------------------------------------------------------------------------


def test_a_file_that_changed_since_it_was_loaded_is_not_overwritten(small: Path) -> None:
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    theirs = small.read_bytes() + b"\n"
    small.write_bytes(theirs)
    with pytest.raises(EditConflict, match="changed on disk since it was loaded"):
        editor.save()
    assert small.read_bytes() == theirs


def test_a_file_that_was_deleted_since_is_not_made_anew(small: Path) -> None:
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    small.unlink()
    with pytest.raises(EditConflict):
        editor.save()
    assert not small.exists()


def test_of_two_editors_at_once_one_wins_and_the_other_is_told(small: Path) -> None:
    editors = [Editor.open(small) for _ in range(4)]
    told: list[Exception] = []

    def save(number: int, editor: Editor) -> None:
        editor.annotate("Kettle", "label", f"label {number}", language="en")
        try:
            editor.save()
        except EditConflict as error:
            told.append(error)

    threads = [Thread(target=save, args=pair) for pair in enumerate(editors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    assert sum("label " in str(triple) for triple in graph_of(small)) == 1


def test_another_program_that_saves_is_waited_for(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "LOCK_SECONDS", 0.2)
    program = (
        "import sys\nfrom pathlib import Path\nfrom ontopilot.ontology.files import save\n"
        "with save.locked(Path(sys.argv[1])):\n    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(small.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        editor = Editor.open(small)
        editor.deprecate("Kettle")
        with pytest.raises(EditConflict, match="another editor is saving it"):
            editor.save()
    finally:
        other.communicate()
    editor.save()
    assert Ontology.load(small).term(iri("Kettle")).deprecated


def test_a_read_only_file_is_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    before = small.read_bytes()
    with pytest.raises(SaveFailed, match="read-only"):
        editor.save()
    assert small.read_bytes() == before


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_file_and_no_leftovers(
    small: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    before = small.read_bytes()
    with pytest.raises(SaveFailed, match=r"No space left on device.*the file is as it was"):
        editor.save()
    assert small.read_bytes() == before
    assert [path.name for path in small.parent.iterdir()] == [small.name]


def test_a_symbolic_link_is_followed_and_permissions_are_kept(small: Path, tmp_path: Path) -> None:
    small.chmod(0o640)
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.owl"
    link.symlink_to(small)
    editor = Editor.open(link)
    editor.deprecate("Kettle")
    editor.save()
    assert link.is_symlink()
    assert stat.S_IMODE(small.stat().st_mode) == 0o640
    assert Ontology.load(small).term(iri("Kettle")).deprecated
    assert [path.name for path in folder.iterdir()] == ["link.owl"]


def test_nothing_is_written_before_save(small: Path) -> None:
    before = small.read_bytes()
    editor = Editor.open(small)
    editor.delete("Kettle")
    assert editor.diff()
    assert small.read_bytes() == before
