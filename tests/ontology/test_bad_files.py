"""Files that are no ontology: each is refused in one sentence, with the file and what to do."""

import os
import time
from pathlib import Path

import pytest

from ontopilot.errors import (
    ConfigError,
    InconsistentOntology,
    OntologyError,
    OntologyNotFound,
    OntologySyntaxError,
)
from ontopilot.ontology import Ontology
from tests.ontology.conftest import PREFIXES, SHOP, Load
from tests.ontology.test_syntaxes import (
    FUNCTIONAL,
    JSON_LD,
    MANCHESTER,
    N_TRIPLES,
    OWL_XML,
    RDF_XML,
    TURTLE,
)

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [{}]>\n'
BODY = RDF_XML[RDF_XML.index("<rdf:RDF") :].replace("&t;", "http://example.org/t#")
BOMB = HEAD.format(
    '<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">'
        for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
) + BODY.replace(">kettle<", ">&i;<")

BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t\n", "empty"),
    "zip": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff\xfe\x00\x00", "not text|binary"),
    "nul": (b"Ontology\x00\x00\x00\x01", "binary"),
    "latin-1 without saying so": (RDF_XML.replace("kettle", "thé").encode("latin-1"), "utf-8"),
    "unknown encoding": (RDF_XML.replace('1.0"', '1.0" encoding="x-none"').encode(), "x-none"),
    "prose": (b"Dear customer, thank you for your order.", "none of RDF/XML"),
    "web page": (b"<html><body>Not found</body></html>", "'html'"),
    "cut off RDF/XML": (RDF_XML[:600].encode(), "not well-formed"),
    "cut off at an element": (RDF_XML.rsplit("</rdf:RDF>", 1)[0].encode(), "not well-formed"),
    "cut off OWL/XML": (OWL_XML[:700].encode(), "not well-formed"),
    "cut off Turtle": (TURTLE[:-40].encode(), "not valid Turtle"),
    "cut off functional": (FUNCTIONAL[:-60].encode(), "not valid functional"),
    "bad Manchester": (MANCHESTER.replace("SubClassOf:", "SubClasOf:").encode(), "Manchester"),
    "bad JSON": (b'{"@context": {', "not valid JSON-LD"),
    "bomb": (BOMB.encode(), "refuses to read"),
    "external entity": (
        (
            HEAD.format('<!ENTITY x SYSTEM "file:///etc/passwd">')
            + BODY.replace(">kettle<", ">&x;<")
        ).encode(),
        "points outside the file",
    ),
    "parameter entity": (
        (HEAD.format('<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;') + BODY).encode(),
        "points outside the file",
    ),
    "entity within itself": (
        (
            HEAD.format('<!ENTITY x "&y;"><!ENTITY y "&x;">') + BODY.replace(">kettle<", ">&x;<")
        ).encode(),
        "through itself|not well-formed",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    content, said = BAD[name]
    path = tmp_path / "bad.owl"
    path.write_bytes(content)
    with pytest.raises(OntologySyntaxError, match=said) as caught:
        Ontology.load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 500
    assert "passwd" not in message.replace("file:///etc/passwd", "")


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.85, 0.999])
def test_the_demo_cut_anywhere_is_refused(tmp_path: Path, share: float) -> None:
    content = SHOP.read_bytes()
    path = tmp_path / "shop.owl"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(OntologySyntaxError, match="not well-formed"):
        Ontology.load(path, allow_missing_imports=True)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OntologyNotFound, match=r"no ontology file at .*none\.owl"):
        Ontology.load(tmp_path / "none.owl")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OntologyNotFound, match="not a file"):
        Ontology.load(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "closed.owl"
    path.write_text(RDF_XML, encoding="utf-8")
    if os.geteuid() != 0:
        path.chmod(0)
    else:

        def refuse(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(OntologyNotFound, match="permissions"):
        Ontology.load(path)


def test_an_unknown_reasoner_lists_those_that_there_are(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"reasoner='pellet'.*auto, hermit, none, rules, rustdl"):
        load("", reasoner="pellet")


def test_an_identifier_pattern_that_is_no_regular_expression(load: Load) -> None:
    turtle = ':Order a owl:Class ; rdfs:label "order" ; op:identifierPattern "A-(\\\\d" .'
    with pytest.raises(OntologyError, match=r"pattern 'A-\(\\\\d' of 'order'"):
        load(turtle)


def test_a_list_that_runs_in_a_circle_ends(load: Load) -> None:
    turtle = (
        ":A a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf _:l ] . "
        "_:l rdf:first :B ; rdf:rest _:l . :B a owl:Class ."
    )
    assert load(turtle, reasoner="none").has("http://example.org/t#A")  # type: ignore[arg-type]


CONTRADICTIONS = {
    "disjoint classes": (
        ":A a owl:Class . :B a owl:Class ; owl:disjointWith :A . :i a :A, :B .",
        "i is both an? [ab] and an? [ab], which are declared disjoint",
    ),
    "all disjoint": (
        ":A a owl:Class . :B a owl:Class . :C a owl:Class . "
        "[ a owl:AllDisjointClasses ; owl:members ( :A :B :C ) ] . :i a :A, :C .",
        "disjoint",
    ),
    "disjoint by a domain": (
        ":A a owl:Class . :B a owl:Class ; owl:disjointWith :A . :p a owl:ObjectProperty ; "
        "rdfs:domain :A . :i a :B ; :p :j . :j a owl:NamedIndividual .",
        "i is both",
    ),
    "two values of a functional property": (
        ":p a owl:DatatypeProperty, owl:FunctionalProperty . :i a owl:NamedIndividual ; :p 1, 2 .",
        "2 values of 'p', '1' and '2', and may have 1",
    ),
    "functional and different": (
        ":p a owl:ObjectProperty, owl:FunctionalProperty . :i a owl:NamedIndividual ; :p :j, :k . "
        ":j owl:differentFrom :k .",
        "j|k",
    ),
    "more than a cardinality allows": (
        ":A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; "
        "owl:maxCardinality 1 ] . :p a owl:ObjectProperty . :i a :A ; :p :j, :k . "
        "[ a owl:AllDifferent ; owl:distinctMembers ( :j :k ) ] .",
        "may have 1",
    ),
    "same and different": (
        ":i owl:sameAs :j ; owl:differentFrom :j . :i a owl:NamedIndividual .",
        "declared different",
    ),
    "complement": (
        ":A a owl:Class ; rdfs:subClassOf [ a owl:Class ; owl:complementOf :B ] . "
        ":B a owl:Class . :i a :A, :B .",
        "no B",
    ),
    "irreflexive": (
        ":p a owl:ObjectProperty, owl:IrreflexiveProperty . :i a owl:NamedIndividual ; :p :i .",
        "irreflexive",
    ),
    "asymmetric": (
        ":p a owl:ObjectProperty, owl:AsymmetricProperty . :i :p :j . :j :p :i .",
        "asymmetric",
    ),
    "disjoint properties": (
        ":p a owl:ObjectProperty ; owl:propertyDisjointWith :q . :q a owl:ObjectProperty . "
        ":i :p :j ; :q :j .",
        "by 'p' and by 'q'|by 'q' and by 'p'",
    ),
    "denied": (
        ":p a owl:ObjectProperty . :i :p :j . [ a owl:NegativePropertyAssertion ; "
        "owl:sourceIndividual :i ; owl:assertionProperty :p ; owl:targetIndividual :j ] .",
        "both stated and denied",
    ),
    "a member of an empty class": (
        ":A a owl:Class ; rdfs:subClassOf :B, :C . :B a owl:Class ; owl:disjointWith :C . "
        ":C a owl:Class . :i a :A .",
        "i is",
    ),
    "a number that is none": (
        ':p a owl:DatatypeProperty . :i a owl:NamedIndividual ; :p "x"^^xsd:integer .',
        "'x' of 'p', which is no integer",
    ),
    "a value outside the range": (
        ':p a owl:DatatypeProperty ; rdfs:range xsd:integer . :i a owl:NamedIndividual ; :p "x" .',
        "which is no integer",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_refused_with_its_reason(load: Load, name: str) -> None:
    turtle, said = CONTRADICTIONS[name]
    with pytest.raises(InconsistentOntology, match=said) as caught:
        load(turtle)
    message = str(caught.value)
    assert "contradicts itself" in message
    assert "\n" not in message
    assert "correct one of these axioms" in message
    assert "http://example.org/t#" not in message


def test_a_contradiction_that_needs_case_distinction_is_found_by_the_tableau(load: Load) -> None:
    turtle = (
        ":B a owl:Class . :C a owl:Class . :p a owl:ObjectProperty . "
        ":B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :E ] . "
        ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :E ] . "
        ":D a owl:Class ; owl:disjointWith :E . :E a owl:Class . "
        ":i a [ a owl:Class ; owl:unionOf ( :B :C ) ] ; :p :j . :j a :D ."
    )
    assert load(turtle).reasoning.complete is False
    with pytest.raises(InconsistentOntology, match=r"B or C") as caught:
        load(turtle, reasoner="rustdl")
    assert "these axioms cannot all be true" in str(caught.value)


def test_labels_name_the_things_in_the_reason(load: Load) -> None:
    turtle = (
        ':A a owl:Class ; rdfs:label "kettle"@en . '
        ':B a owl:Class ; owl:disjointWith :A ; rdfs:label "toaster"@en . '
        ':i a :A, :B ; rdfs:label "AquaBoil" .'
    )
    with pytest.raises(InconsistentOntology, match=r"AquaBoil is both a (kettle|toaster) and"):
        load(turtle)


def test_a_snapshot_loaded_before_the_file_broke_stays_usable(tmp_path: Path) -> None:
    path = tmp_path / "t.ttl"
    path.write_text(PREFIXES + ":A a owl:Class .", encoding="utf-8")
    before = Ontology.load(path)
    path.write_text("broken", encoding="utf-8")
    with pytest.raises(OntologySyntaxError):
        Ontology.load(path)
    assert before.terms("class")[0].label == "A"


def test_a_value_too_many_is_blamed_on_whoever_has_it(load: Load) -> None:
    turtle = (
        ':months a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "warranty" . '
        ":added a owl:DatatypeProperty, owl:FunctionalProperty . "
        ':Small a owl:Class ; rdfs:label "small appliance" ; rdfs:subClassOf '
        "[ a owl:Restriction ; owl:onProperty :months ; owl:hasValue 24 ] . "
        ":plan a owl:NamedIndividual ; :added 24 . "
        ':new a :Small ; rdfs:label "AquaBoil 9" ; :months 36 .'
    )
    with pytest.raises(InconsistentOntology) as caught:
        load(turtle)
    message = str(caught.value)
    assert "AquaBoil 9 has 2 values of 'warranty'" in message
    assert "as every small appliance has '24'" in message
    assert "plan" not in message


SPACED = {
    "Turtle": (TURTLE.replace(":Product a", "<http://example.org/t#Pro duct> a"), 6),
    "N-Triples": (N_TRIPLES.replace("t#K1>", "t#K 1>"), 6),
    "RDF/XML": (RDF_XML.replace("&t;Kettle", "&t;Ket tle"), 10),
    "OWL/XML": (OWL_XML.replace("#Kettle", "#Ket tle"), 7),
    "functional": (FUNCTIONAL.replace(":K1)", "<http://example.org/t#K 1>)"), 5),
    "Manchester": (MANCHESTER.replace(": :Product", ": <http://example.org/t#Pro duct>"), 7),
    "JSON-LD": (JSON_LD.replace("t:Kettle", "t:Ket tle"), 6),
}


@pytest.mark.parametrize("syntax", SPACED)
def test_an_iri_with_a_space_is_refused_with_its_line_and_what_to_do(
    tmp_path: Path, syntax: str
) -> None:
    """In OWL/XML and JSON-LD parsers pass over it, and lose or change what is said with it."""
    content, line = SPACED[syntax]
    path = tmp_path / "t.owl"
    path.write_text(content, encoding="utf-8")
    said = rf"t\.owl, line {line}: the IRI .* has a space, .* rename the term"
    with pytest.raises(OntologySyntaxError, match=said):
        Ontology.load(path)


def test_a_file_of_more_than_300_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.ttl"
    with path.open("wb") as file:
        file.truncate(300_000_001)
    began = time.perf_counter()
    with pytest.raises(OntologySyntaxError, match=r"300 MB .*split the ontology or extract"):
        Ontology.load(path)
    assert time.perf_counter() - began < 1
