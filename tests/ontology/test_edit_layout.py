"""Where the text of an edit goes, and what it leaves alone."""

from pathlib import Path

import pytest

from ontopilot.errors import (
    EditError,
)
from ontopilot.ontology import Editor, Iri, Literal, Ontology
from ontopilot.ontology import vocabulary as v
from tests.ontology.conftest import iri
from tests.ontology.files import graph_of, lines_of, touched, write
from tests.ontology.test_syntaxes import RDF_XML

S = "http://example.org/shop#"


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


def test_a_remark_stays_behind_its_phrase_when_another_follows(tmp_path: Path) -> None:
    path = write(tmp_path / "t.ttl", TURTLE_WITH_REMARKS)
    editor = Editor.open(path)
    editor.add("A", "subclass_of", "not A")
    editor.deprecate("A")
    editor.save()
    removed, added = lines_of(path, TURTLE_WITH_REMARKS)
    assert removed == []
    assert ":A a owl:Class ; # first" in path.read_text().splitlines()
    assert added == [
        "    rdfs:subClassOf [ a owl:Class ; owl:complementOf :A ] ;",
        "    owl:deprecated true ;",
    ]


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


def test_expressions_of_two_editors_in_n_triples_have_nodes_of_their_own(tmp_path: Path) -> None:
    declared = f"<{v.RDF_TYPE}> <{v.OWL_CLASS}> .\n"
    path = write(tmp_path / "t.nt", "".join(f"<{iri(name)}> {declared}" for name in "ABC"))
    for value in ("not B", "not C", "B or C"):
        editor = Editor.open(path)
        editor.add("A", "subclass_of", value)
        editor.save()
    above = [o for s, p, o in graph_of(path) if (s, p) == (iri("A"), v.RDFS_SUBCLASS)]
    assert len(set(above)) == 3
