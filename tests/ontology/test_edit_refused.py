"""What an edit refuses, with one clear sentence, and nothing changed."""

from pathlib import Path

import pytest

from ontopilot.errors import (
    EditError,
    OntologyNotFound,
    OntologySyntaxError,
    UnknownTerm,
)
from ontopilot.ontology import Editor, Iri, Literal
from ontopilot.ontology import vocabulary as v
from tests.ontology.conftest import iri
from tests.ontology.drawn import UNWRITABLE
from tests.ontology.files import graph_of, write
from tests.ontology.test_syntaxes import FUNCTIONAL, JSON_LD, MANCHESTER, RDF_XML


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


NO_NAMES = ["two words", "<a b>", "none:X", "owl:Thing", "", "a#b", "a<b"]
NO_IRIS = ["http://e.org/%zz", "http://e.org/\x00", "http://e.org/\ud800", "http://[::/a"]


@pytest.mark.parametrize("name", [*NO_NAMES, *NO_IRIS])
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
