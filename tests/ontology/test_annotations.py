"""What ontology editors write beside axioms: names, definitions, languages, what is out of use."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.ontology import Iri, Literal, Ontology
from ontopilot.ontology.snapshot.languages import preferred
from ontopilot.ontology.vocabulary import RDF_LANG_STRING
from tests.ontology.conftest import PREFIXES, SHARED, Load, iri

KETTLE = {
    "en": "kettle",
    "de": "Wasserkocher",
    "fr": "bouilloire électrique",
    "pt-BR": "chaleira elétrica",
    "ru": "чайник",
    "el": "βραστήρας",
    "ar": "غلاية",
    "zh": "电热水壶",
    "ja": "電気ケトル",
    "hi": "केतली",
}
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
CLASS = "http://www.w3.org/2002/07/owl#Class"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUBJECT = "http://example.org/t#Kettle"
SYNTAXES = {
    "Turtle": PREFIXES
    + ":Kettle a owl:Class ; rdfs:label "
    + ", ".join(f'"{text}"@{tag}' for tag, text in KETTLE.items())
    + " .",
    "N-Triples": f"<{SUBJECT}> <{TYPE}> <{CLASS}> .\n"
    + "".join(f'<{SUBJECT}> <{LABEL}> "{text}"@{tag} .\n' for tag, text in KETTLE.items()),
    "JSON-LD": json.dumps(
        {
            "@id": SUBJECT,
            "@type": CLASS,
            LABEL: [{"@value": text, "@language": tag} for tag, text in KETTLE.items()],
        }
    ),
    "RDF/XML": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" '
    f'xmlns:owl="http://www.w3.org/2002/07/owl#"><owl:Class rdf:about="{SUBJECT}">'
    + "".join(f'<rdfs:label xml:lang="{tag}">{text}</rdfs:label>' for tag, text in KETTLE.items())
    + "</owl:Class></rdf:RDF>",
    "functional": "Prefix(:=<http://example.org/t#>)\n"
    "Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)\nOntology(<http://example.org/t>\n"
    "Declaration(Class(:Kettle))\n"
    + "".join(
        f'AnnotationAssertion(rdfs:label :Kettle "{text}"@{tag})\n' for tag, text in KETTLE.items()
    )
    + ")",
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_ten_languages_are_kept_and_the_preferred_one_is_shown(tmp_path: Path, syntax: str) -> None:
    path = tmp_path / "t.owl"
    path.write_text(SYNTAXES[syntax], encoding="utf-8")
    for tag, text in KETTLE.items():
        term = Ontology.load(path, languages=(tag,), reasoner="none").term(iri("Kettle"))
        assert term.label == text
        assert {term.label, *term.synonyms} == set(KETTLE.values())


@pytest.mark.parametrize("text", KETTLE.values())
def test_a_term_is_found_by_its_name_in_each_language(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.ttl"
    path.write_text(SYNTAXES["Turtle"], encoding="utf-8")
    assert [m.iri for m in Ontology.load(path).link(text)] == [iri("Kettle")]


@pytest.mark.parametrize(
    ("languages", "label"),
    [
        (("pt-BR", "en"), "chaleira"),
        (("pt", "en"), "chaleira"),
        (("de-AT", "en"), "Kocher"),
        (("nl", "de"), "Kocher"),
        (("nl", "en-GB"), "kettle"),
        (("",), "K"),
        (("nl",), "K"),
    ],
)
def test_a_region_falls_back_to_its_language(
    load: Load, languages: tuple[str, ...], label: str
) -> None:
    turtle = ':K a owl:Class ; rdfs:label "K", "kettle"@en, "Kocher"@de, "chaleira"@pt-BR .'
    assert load(turtle, languages=languages).label(iri("K")) == label


TAGS = st.sampled_from(["", "en", "en-GB", "de", "de-CH", "pt-BR", "pt", "zh-Hans-CN"])


@given(st.lists(TAGS), st.lists(TAGS, min_size=1, unique=True))
def test_preference_only_reorders_and_an_exact_first_choice_leads(
    tags: list[str], languages: list[str]
) -> None:
    texts = [Literal(str(at), RDF_LANG_STRING, tag) for at, tag in enumerate(tags)]
    found = preferred(texts, languages)
    assert sorted(found, key=lambda one: int(one.value)) == texts
    assert preferred(found, languages) == found
    if languages[0] in tags:
        assert found[0].language == languages[0]


def test_a_definition_comes_before_a_comment_in_any_language(load: Load) -> None:
    turtle = (
        "@prefix obo: <http://purl.obolibrary.org/obo/> . "
        ':A a owl:Class ; rdfs:comment "a remark"@en ; obo:IAO_0000115 "the definition" . '
        ':B a owl:Class ; rdfs:comment "only a remark"@en .'
    )
    ontology = load(turtle)
    assert ontology.term(iri("A")).definition == "the definition"
    assert ontology.term(iri("B")).definition == "only a remark"


def test_skos_names_a_term_like_rdfs_does(load: Load) -> None:
    turtle = (
        ':A a owl:Class ; skos:prefLabel "kettle"@en ; skos:altLabel "water boiler"@en ; '
        'skos:hiddenLabel "kettel"@en ; skos:definition "boils water"@en .'
    )
    ontology = load(turtle)
    term = ontology.term(iri("A"))
    assert (term.label, term.definition) == ("kettle", "boils water")
    assert set(term.synonyms) == {"water boiler", "kettel"}
    assert [m.iri for m in ontology.link("my kettel and a water boiler")] == [iri("A")] * 2


@pytest.mark.parametrize(
    "said",
    [
        "owl:deprecated true",
        'owl:deprecated "1"^^xsd:boolean',
        "a owl:DeprecatedClass",
    ],
)
def test_a_term_out_of_use_is_kept_and_not_linked(load: Load, said: str) -> None:
    ontology = load(f':A a owl:Class ; rdfs:label "samovar" ; {said} .')
    assert ontology.term(iri("A")).deprecated
    assert ontology.link("a samovar") == ()


def term_of(name: str, end: str, **options: object) -> tuple[Ontology, Iri]:
    ontology = Ontology.load(
        SHARED / name,
        reasoner="none",
        allow_missing_imports=True,
        **options,  # type: ignore[arg-type]
    )
    (found,) = [term.iri for term in ontology.terms() if term.iri.endswith(end)]
    return ontology, found


@pytest.mark.shared
def test_exact_synonyms_and_definitions_of_uberon_are_read() -> None:
    ontology, found = term_of("robot-examples/edit.owl", "UBERON_0000061")
    term = ontology.term(found)
    assert term.label == "anatomical structure"
    assert term.synonyms == ("biological structure",)
    assert term.definition.startswith("Material anatomical entity")
    assert [m.iri for m in ontology.link("a biological structure")] == [found]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "end"),
    [("robot-examples/ro-base.owl", "BFO_0000060"), ("ncit-test/NCItTest.owl", "#C14653")],
)
def test_what_an_ontology_took_out_of_use_is_marked(name: str, end: str) -> None:
    ontology, found = term_of(name, end)
    assert ontology.term(found).deprecated


@pytest.mark.shared
@pytest.mark.parametrize(
    ("languages", "label"),
    [
        (("ga", "en"), "Rialtas Phoblacht na hÉireann"),
        (("ga-IE",), "Rialtas Phoblacht na hÉireann"),
        (("en",), "Government of the Republic of Ireland"),
    ],
)
def test_fibo_speaks_irish_to_those_who_prefer_it(languages: tuple[str, ...], label: str) -> None:
    file = (
        "fibo/BE/GovernmentEntities/EuropeanJurisdiction/"
        "NorthernEuropeGovernmentEntitiesAndJurisdictions.rdf"
    )
    ontology, found = term_of(file, "GovernmentOfTheRepublicOfIreland", languages=languages)
    assert ontology.label(found) == label
