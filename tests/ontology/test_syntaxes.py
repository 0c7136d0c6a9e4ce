"""One small ontology in every syntax, recognised by content whatever its file is called."""

from pathlib import Path

import pytest

from ontopilot.ontology import Ontology
from tests.ontology.conftest import iri

RDF_XML = """\
<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY owl "http://www.w3.org/2002/07/owl#" >
    <!ENTITY t "http://example.org/t#" > ]>
<rdf:RDF xmlns="http://example.org/t#" xml:base="http://example.org/t"
    xmlns:owl="http://www.w3.org/2002/07/owl#"
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
  <owl:Ontology rdf:about="http://example.org/t"/>
  <owl:Class rdf:about="&t;Product"/>
  <owl:Class rdf:about="&t;Kettle">
    <rdfs:subClassOf rdf:resource="&t;Product"/><rdfs:label xml:lang="en">kettle</rdfs:label>
  </owl:Class>
  <owl:NamedIndividual rdf:about="&t;K1"><rdf:type rdf:resource="&t;Kettle"/></owl:NamedIndividual>
</rdf:RDF>
"""
OWL_XML = """\
<?xml version="1.0"?>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" xml:base="http://example.org/t"
    ontologyIRI="http://example.org/t">
  <Prefix name="" IRI="http://example.org/t#"/>
  <Prefix name="rdfs" IRI="http://www.w3.org/2000/01/rdf-schema#"/>
  <Declaration><Class IRI="#Product"/></Declaration>
  <Declaration><Class IRI="#Kettle"/></Declaration>
  <Declaration><NamedIndividual IRI="#K1"/></Declaration>
  <SubClassOf><Class IRI="#Kettle"/><Class IRI="#Product"/></SubClassOf>
  <ClassAssertion><Class IRI="#Kettle"/><NamedIndividual IRI="#K1"/></ClassAssertion>
  <AnnotationAssertion><AnnotationProperty abbreviatedIRI="rdfs:label"/><IRI>#Kettle</IRI>
    <Literal xml:lang="en">kettle</Literal></AnnotationAssertion>
</Ontology>
"""
TURTLE = """\
# a comment first
@prefix : <http://example.org/t#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/t> a owl:Ontology .
:Product a owl:Class .
:Kettle a owl:Class ; rdfs:subClassOf :Product ; rdfs:label "kettle"@en .
:K1 a owl:NamedIndividual, :Kettle .
"""
FUNCTIONAL = """\
Prefix(:=<http://example.org/t#>)
Prefix(owl:=<http://www.w3.org/2002/07/owl#>)
Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Ontology(<http://example.org/t>
Declaration(Class(:Product)) Declaration(Class(:Kettle)) Declaration(NamedIndividual(:K1))
SubClassOf(:Kettle :Product)
ClassAssertion(:Kettle :K1)
AnnotationAssertion(rdfs:label :Kettle "kettle"@en)
)
"""
MANCHESTER = """\
Prefix: : <http://example.org/t#>
Prefix: owl: <http://www.w3.org/2002/07/owl#>
Prefix: rdfs: <http://www.w3.org/2000/01/rdf-schema#>

Ontology: <http://example.org/t>

Class: :Product

Class: :Kettle
    Annotations: rdfs:label "kettle"@en
    SubClassOf: :Product

Individual: :K1
    Types: :Kettle
"""
N_TRIPLES = """\
<http://example.org/t> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<http://www.w3.org/2002/07/owl#Ontology> .
<http://example.org/t#Kettle> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<http://www.w3.org/2002/07/owl#Class> .
<http://example.org/t#Product> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<http://www.w3.org/2002/07/owl#Class> .
<http://example.org/t#Kettle> <http://www.w3.org/2000/01/rdf-schema#subClassOf> \
<http://example.org/t#Product> .
<http://example.org/t#Kettle> <http://www.w3.org/2000/01/rdf-schema#label> "kettle"@en .
<http://example.org/t#K1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<http://example.org/t#Kettle> .
"""
JSON_LD = """\
{"@context": {"t": "http://example.org/t#", "owl": "http://www.w3.org/2002/07/owl#",
  "rdfs": "http://www.w3.org/2000/01/rdf-schema#"},
 "@graph": [
  {"@id": "http://example.org/t", "@type": "owl:Ontology"},
  {"@id": "t:Product", "@type": "owl:Class"},
  {"@id": "t:Kettle", "@type": "owl:Class", "rdfs:subClassOf": {"@id": "t:Product"},
   "rdfs:label": {"@value": "kettle", "@language": "en"}},
  {"@id": "t:K1", "@type": ["owl:NamedIndividual", "t:Kettle"]}]}
"""

SYNTAXES = {
    "RDF/XML": RDF_XML,
    "OWL/XML": OWL_XML,
    "Turtle": TURTLE,
    "functional": FUNCTIONAL,
    "Manchester": MANCHESTER,
    "N-Triples": N_TRIPLES,
    "JSON-LD": JSON_LD,
}


@pytest.mark.parametrize("name", ["t.owl", "t.txt", "t"])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_content_tells_the_syntax_not_the_name_of_the_file(
    tmp_path: Path, syntax: str, name: str
) -> None:
    path = tmp_path / name
    path.write_text(SYNTAXES[syntax], encoding="utf-8")
    ontology = Ontology.load(path)
    assert ontology.iri == "http://example.org/t"
    assert ontology.label(iri("Kettle")) == "kettle"
    assert ontology.parents(iri("Kettle")) == {iri("Product")}
    assert ontology.types(iri("K1")) == {iri("Kettle"), iri("Product")}
    assert ontology.sources == (path,)


@pytest.mark.parametrize("syntax", ["RDF/XML", "OWL/XML", "Turtle", "functional", "Manchester"])
def test_prefixes_of_the_file_shorten_names(tmp_path: Path, syntax: str) -> None:
    path = tmp_path / "t.owl"
    path.write_text(SYNTAXES[syntax], encoding="utf-8")
    assert Ontology.load(path).resolve(":Kettle") == iri("Kettle")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.ttl"
    path.write_bytes(TURTLE.replace('"kettle"@en', '"Wasserkocher für Öl"@de').encode(encoding))
    assert Ontology.load(path).label(iri("Kettle")) == "Wasserkocher für Öl"


def test_an_encoding_that_the_xml_declares_is_used(tmp_path: Path) -> None:
    path = tmp_path / "t.owl"
    text = RDF_XML.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"')
    path.write_bytes(text.replace(">kettle<", ">théière<").encode("latin-1"))
    assert Ontology.load(path).label(iri("Kettle")) == "théière"
