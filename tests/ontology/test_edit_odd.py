"""Odd files: each is edited exactly, or refused with one sentence, and nothing is damaged."""

from pathlib import Path

import pytest

from ontopilot.errors import EditError, OntologySyntaxError, UnknownTerm
from ontopilot.ontology import Editor, Iri, Literal
from ontopilot.ontology import vocabulary as v
from tests.ontology.conftest import PREFIXES, iri
from tests.ontology.files import graph_of, write
from tests.ontology.test_edit_files import sweep
from tests.ontology.test_syntaxes import OWL_XML, RDF_XML, TURTLE

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:owl="http://www.w3.org/2002/07/owl#" '
    'xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"'
)


def rdf_xml(inner: str, head: str = "", namespaces: str = NAMESPACES) -> str:
    return f'<?xml version="1.0"?>\n{head}<rdf:RDF {namespaces}>{inner}</rdf:RDF>'


A = '<owl:Class rdf:about="http://example.org/t#A"/>'
NO_LABELS = ":A a owl:Class . :p a owl:ObjectProperty . :i a :A ; :p :i .\n"
ODD = {
    "nothing said": rdf_xml(""),
    "one line": rdf_xml(A),
    "no final newline": rdf_xml(f"\n  {A}\n"),
    "carriage returns only": rdf_xml(f"\n  {A}\n").replace("\n", "\r"),
    "line ends mixed": rdf_xml(f"\r\n  {A}\n  <!-- one -->\r\n\n"),
    "remarks around the document type": rdf_xml(
        '\n <owl:Class rdf:about="&t;A"/>\n',
        "<!-- <rdf:RDF> -->\n"
        '<!DOCTYPE rdf:RDF [ <!-- ]> --> <!ENTITY t "http://example.org/t#"> ]>\n',
    ),
    "other prefixes for RDF and OWL": (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description r:about="http://example.org/t#A">'
        '<r:type r:resource="http://www.w3.org/2002/07/owl#Class"/></r:Description></r:RDF>'
    ),
    "text in CDATA": rdf_xml(
        "<owl:Class rdf:about='http://example.org/t#A'>\n"
        "<rdfs:label><![CDATA[a <b> & c]]></rdfs:label>\n</owl:Class>\n"
    ),
    "instructions and remarks after the end": rdf_xml(A) + "\n<?pi x?>\n<!-- end -->",
    "no labels": PREFIXES + NO_LABELS,
    "no header": "<http://e.org/t#A> a <http://www.w3.org/2002/07/owl#Class> .",
    "prefixes only": PREFIXES.partition("<http://example.org/t>")[0],
    "a prefix declared late": (
        "<http://example.org/t#A> a <http://www.w3.org/2002/07/owl#Class> .\n"
        "@prefix t: <http://example.org/t#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "t:B a <http://www.w3.org/2002/07/owl#Class> .\n"
    ),
    "a prefix declared twice": (
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix a: <http://example.org/1#> .\n"
        "a:A a owl:Class .\n@prefix a: <http://example.org/2#> .\na:A a owl:Class .\n"
    ),
    "blank nodes in a circle": PREFIXES + NO_LABELS + "_:a :p _:b . _:b :p _:a . :i :p _:a .\n",
    "a class made of itself": PREFIXES
    + NO_LABELS
    + ":B a owl:Class ; rdfs:subClassOf _:x .\n_:x a owl:Class ; owl:unionOf ( _:x :A ) .\n",
    "an expression of two classes": PREFIXES
    + NO_LABELS
    + ":B a owl:Class ; rdfs:subClassOf _:x .\n:C a owl:Class ; rdfs:subClassOf _:x .\n"
    + "_:x a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :A .\n",
    "a class that is an individual": PREFIXES
    + NO_LABELS
    + ":A a owl:NamedIndividual, :A ; :p :A .\n",
    "elements with a prefix": OWL_XML.replace("<", "<o:")
    .replace("<o:/", "</o:")
    .replace("<o:?", "<?")
    .replace("xmlns=", "xmlns:o="),
    "no axioms": '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#" '
    'ontologyIRI="http://example.org/t"></Ontology>',
}


@pytest.mark.parametrize("seed", [8, 9])
@pytest.mark.parametrize("name", ODD)
def test_random_edits_of_an_odd_file(tmp_path: Path, name: str, seed: int) -> None:
    path = write(tmp_path / "t.owl", ODD[name])
    assert len(sweep(path, seed=seed, count=10, lines=False)) >= 8


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [RDF_XML, OWL_XML, TURTLE], ids=["RDF/XML", "OWL/XML", "Turtle"])
def test_random_edits_with_a_byte_order_mark(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "t.owl"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    mark = path.read_bytes()[:2]
    assert len(sweep(path, seed=10, count=10)) >= 8
    assert path.read_bytes()[:2] == mark


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b" \n ", "the file is empty"),
        (b"# a remark\n", "none of RDF/XML"),
        (b"\xff\xfe\x00", "not text in 'utf-16-le'"),
        (RDF_XML.replace("&t;Product", "a b").encode(), "has a space"),
        (TURTLE.replace(":Kettle", "<http://e.org/a b>", 1).encode(), "has a space"),
        (OWL_XML.replace("#Product", "a b").encode(), "has a space"),
        (rdf_xml(A)[:-5].encode(), "cut off"),
        (b"<html><p>no ontology</p></html>", "neither rdf:RDF nor an OWL Ontology"),
    ],
)
def test_what_is_no_ontology_is_not_opened(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "t.owl"
    path.write_bytes(raw)
    with pytest.raises(OntologySyntaxError, match=said) as caught:
        Editor.open(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == raw


def test_an_xml_literal_that_a_new_prefix_would_change_is_refused(tmp_path: Path) -> None:
    label = '<rdfs:label rdf:parseType="Literal">a <b>x</b></rdfs:label>'
    text = rdf_xml(f"<owl:Class rdf:about='http://example.org/t#A'>{label}</owl:Class>\n")
    path = write(tmp_path / "t.owl", text)
    editor = Editor.open(path)
    editor.annotate("A", "synonym", "another name", language="en")
    with pytest.raises(EditError, match="nothing was changed") as caught:
        editor.save()
    assert "\n" not in str(caught.value)
    with pytest.raises(EditError, match="nothing was changed"):
        editor.save()
    assert path.read_text() == text


def test_what_is_deleted_is_gone_from_circles_and_shared_expressions(tmp_path: Path) -> None:
    for name in ("a class made of itself", "an expression of two classes"):
        path = write(tmp_path / "t.ttl", ODD[name])
        editor = Editor.open(path)
        editor.delete("A")
        editor.save()
        left = graph_of(path)
        assert not any(iri("A") in triple for triple in left)
        assert not any(str(triple[0]).startswith("_:") for triple in left)


def test_facts_of_a_class_that_is_an_individual(tmp_path: Path) -> None:
    path = write(tmp_path / "t.ttl", ODD["a class that is an individual"])
    editor = Editor.open(path)
    editor.add("A", "fact", "p i")
    editor.add("A", "subclass_of", "p value i")
    editor.remove("A", "type", "A")
    editor.save()
    said = graph_of(path)
    assert (iri("A"), iri("p"), iri("i")) in said
    assert (iri("A"), v.RDF_TYPE, iri("A")) not in said


def test_an_expression_twenty_levels_deep_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "t.ttl", PREFIXES + NO_LABELS)
    editor = Editor.open(path)
    text = "A"
    for _ in range(20):
        text = f"p some ({text} or not A)"
    editor.add("A", "subclass_of", text)
    assert editor.changes[0].text.count(" some ") == 20


@pytest.mark.parametrize(
    ("text", "value", "datatype"),
    [(".5", ".5", "decimal"), ("1e3f", "1e3", "float"), ("-007", "-007", "integer")],
)
def test_numbers_of_manchester_syntax(tmp_path: Path, text: str, value: str, datatype: str) -> None:
    path = write(tmp_path / "t.ttl", PREFIXES + NO_LABELS + ":d a owl:DatatypeProperty .\n")
    editor = Editor.open(path)
    editor.add("i", "fact", f"d {text}")
    editor.save()
    assert (iri("i"), iri("d"), Literal(value, Iri(v.XSD + datatype))) in graph_of(path)
    with pytest.raises(EditError, match="expected a number"):
        editor.add("i", "fact", "d 1e3")


def test_a_value_that_is_no_number_is_told_in_quotation_marks(tmp_path: Path) -> None:
    text = PREFIXES + ':d a owl:DatatypeProperty .\n:i :d "no number"^^xsd:integer .\n'
    path = write(tmp_path / "t.ttl", text)
    assert any('"no number"^^xsd:integer' in said for said in Editor.open(path).mentions("d"))


def test_a_name_of_a_missing_import_is_refused_with_that_reason(tmp_path: Path) -> None:
    text = PREFIXES.replace("a owl:Ontology", "a owl:Ontology ; owl:imports <http://e.org/far>")
    editor = Editor.open(write(tmp_path / "t.ttl", text + NO_LABELS))
    with pytest.raises(UnknownTerm, match=r"its import 'http://e.org/far' is not on this disk"):
        editor.add("A", "subclass_of", "far:B")
