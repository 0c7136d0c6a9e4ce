"""What the check of an ontology finds, and what it leaves alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.errors import ConfigError, OntologyNotFound
from ontopilot.ontology.health import Health, examine
from ontopilot.ontology.pitfalls.finding import Finding
from tests.ontology.conftest import PREFIXES, SHARED, SHOP, Load, iri

Examine = Callable[[str], Health]
# what every term of the small ontologies needs, so that only the finding under test is left
QUIET = {"no-label", "no-definition", "no-disjointness", "unconnected", "no-label-in-language"}


@pytest.fixture
def checked(tmp_path: Path) -> Examine:
    """Check an ontology in Turtle."""

    def check(turtle: str) -> Health:
        path = tmp_path / "small.ttl"
        path.write_text(PREFIXES + turtle, encoding="utf-8")
        return examine(path)

    return check


def told(health: Health, *, quiet: bool = True) -> dict[str, Finding]:
    return {f.rule: f for f in health.findings if not quiet or f.rule not in QUIET}


CLASSES = ":A a owl:Class . :B a owl:Class . :C a owl:Class . :D a owl:Class . "
APART = CLASSES + ":A owl:disjointWith :B . "
P = ":p a owl:ObjectProperty . :q a owl:ObjectProperty . "
HAS = ':p a owl:ObjectProperty ; rdfs:label "has part" . '
OF = ':q a owl:ObjectProperty ; rdfs:label "is part of" . '


def some(prop: str, filler: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty {prop} ; owl:someValuesFrom {filler} ]"


def only(prop: str, filler: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty {prop} ; owl:allValuesFrom {filler} ]"


AND = "[ a owl:Class ; owl:intersectionOf ( :A :B ) ]"
OR = "[ a owl:Class ; owl:unionOf ( :A :B ) ]"
LABELS = ':A rdfs:label "tea" . :B rdfs:label "Tea" .'

# the rule, how bad, an ontology with the error, and a like one without it
PITFALLS: list[tuple[str, str, str, str]] = [
    (
        "class-circle",
        "error",
        CLASSES + ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A .",
        CLASSES + ":A rdfs:subClassOf :B, :C . :B rdfs:subClassOf :C .",
    ),
    (
        "property-circle",
        "warning",
        P + ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        P + ":p rdfs:subPropertyOf :q .",
    ),
    (
        "several-domains",
        "warning",
        CLASSES + P + ":p rdfs:domain :A, :B .",
        CLASSES + P + ":p rdfs:domain :A, :B . :C rdfs:subClassOf :A, :B .",
    ),
    (
        "several-domains",
        "error",
        APART + P + ":p rdfs:domain :A, :B .",
        APART + P + f":p rdfs:domain {OR} .",
    ),
    (
        "several-ranges",
        "warning",
        CLASSES + P + ":p rdfs:range :A, :B .",
        CLASSES + P + ":p rdfs:range :A, :B . :A rdfs:subClassOf :B .",
    ),
    (
        "inverse-ends",
        "error",
        APART + P + ":p owl:inverseOf :q ; rdfs:domain :A . :q rdfs:range :B .",
        APART + P + ":p owl:inverseOf :q ; rdfs:domain :A . :q rdfs:range :A .",
    ),
    (
        "inverse-ends",
        "warning",
        CLASSES + P + ":p owl:inverseOf :q ; rdfs:range :A . :q rdfs:domain :B .",
        CLASSES + P + ":p owl:inverseOf :q ; rdfs:range :A . :q rdfs:domain :B ."
        " :A rdfs:subClassOf :B .",
    ),
    ("own-inverse", "warning", P + ":p owl:inverseOf :p .", P + ":p a owl:SymmetricProperty ."),
    (
        "symmetric-ends",
        "warning",
        APART + P + ":p a owl:SymmetricProperty ; rdfs:domain :A ; rdfs:range :B .",
        CLASSES + P + ":p a owl:SymmetricProperty ; rdfs:domain :A ; rdfs:range :A .",
    ),
    (
        "transitive-ends",
        "warning",
        APART + P + ":p a owl:TransitiveProperty ; rdfs:domain :A ; rdfs:range :B .",
        APART + P + ":p a owl:TransitiveProperty ; rdfs:domain :A .",
    ),
    ("inverse-not-stated", "warning", HAS + OF, HAS + OF + ":p owl:inverseOf :q ."),
    (
        "inverse-not-stated",
        "warning",
        ":causes a owl:ObjectProperty . :isCausedBy a owl:ObjectProperty .",
        ":causes a owl:ObjectProperty . :isUsedBy a owl:ObjectProperty .",
    ),
    (
        "kind-as-property",
        "warning",
        ":isA a owl:ObjectProperty .",
        ":isAbout a owl:ObjectProperty .",
    ),
    (
        "and-for-or",
        "warning",
        APART + P + f":C rdfs:subClassOf {only(':p', AND)} .",
        APART + P + f":C rdfs:subClassOf {only(':p', OR)} .",
    ),
    (
        "own-part",
        "warning",
        CLASSES + HAS + f":A rdfs:subClassOf {some(':p', ':A')} .",
        CLASSES + HAS + f":A rdfs:subClassOf {some(':p', ':B')} .",
    ),
    (
        "self-defined",
        "warning",
        CLASSES + P + f":A owl:equivalentClass {some(':p', ':A')} .",
        CLASSES + P + f":A owl:equivalentClass {some(':p', ':B')} .",
    ),
    (
        "synonym-as-class",
        "warning",
        CLASSES + ":A owl:equivalentClass :B .",
        CLASSES + "@prefix o: <http://example.org/other#> . o:A a owl:Class ."
        " :A owl:equivalentClass o:A .",
    ),
    (
        "deprecated-in-use",
        "warning",
        CLASSES + ":B owl:deprecated true . :A rdfs:subClassOf :B .",
        CLASSES + ":A owl:deprecated true . :A rdfs:subClassOf :B .",
    ),
    (
        "untyped-individual",
        "warning",
        ":i a owl:NamedIndividual .",
        CLASSES + ":i a owl:NamedIndividual, :A .",
    ),
    (
        "class-as-member",
        "warning",
        CLASSES + ":A a :B .",
        CLASSES + ":A rdfs:subClassOf :B .",
    ),
    (
        "two-sorts-of-property",
        "error",
        ":p a owl:ObjectProperty, owl:DatatypeProperty .",
        ":p a owl:ObjectProperty .",
    ),
    (
        "undeclared",
        "warning",
        CLASSES + ":A rdfs:subClassOf :Unknown .",
        CLASSES + ":A rdfs:subClassOf :B .",
    ),
    (
        "undeclared",
        "error",
        CLASSES + ":A rdfs:subClassOf owl:thing .",
        CLASSES + ":A rdfs:subClassOf owl:Thing .",
    ),
    (
        "no-such-word",
        "error",
        CLASSES + ":A rdfs:subclassOf :B .",
        CLASSES + ":A rdfs:subClassOf :B ; rdfs:seeAlso :B .",
    ),
    (
        "no-such-word",
        "error",
        P + ":p a owl:AntisymmetricProperty .",
        P + ":p a owl:AsymmetricProperty .",
    ),
    ("same-label", "warning", CLASSES + LABELS, CLASSES + LABELS.replace("Tea", "Tee")),
    (
        "class-and-individual",
        "warning",
        CLASSES + LABELS.replace(":B", ":i") + " :i a :C .",
        CLASSES + LABELS.replace(":B", ":i").replace("Tea", "Tee") + " :i a :C .",
    ),
    (
        "unsatisfiable",
        "error",
        APART + ":C rdfs:subClassOf :A, :B .",
        CLASSES + ":C rdfs:subClassOf :A, :B .",
    ),
    ("inconsistent", "error", APART + ":i a :A, :B .", APART + ":i a :A . :j a :B ."),
    (
        "missing-import",
        "error",
        "<http://example.org/t> owl:imports <http://example.org/gone> .",
        "",
    ),
]


@pytest.mark.parametrize(("rule", "severity", "wrong", "right"), PITFALLS)
def test_an_error_is_found_and_its_correction_is_not(
    checked: Examine, rule: str, severity: str, wrong: str, right: str
) -> None:
    health = checked(wrong)
    found = told(health)[rule]
    assert found.severity == severity
    assert found.message
    assert found.remedy
    assert health.sound == (health.count("error") == 0)
    assert severity != "error" or not health.sound
    assert rule not in told(checked(right))


def test_labels_and_definitions_are_counted_by_kind_and_language(checked: Examine) -> None:
    named = "".join(f':{one} rdfs:label "{one}"@en, "{one}"@de . ' for one in "ABC")
    health = checked(CLASSES + named + ':D rdfs:label "D"@en ; skos:definition "the last"@en .')
    found = told(health, quiet=False)
    assert found["no-label-in-language"].message == (
        "1 of 4 classes has no label in the language 'de': 'D'"
    )
    assert found["no-definition"].message.startswith("3 of 4 classes have no definition: 'A'")
    assert "no-label" not in found
    lacking = told(checked(CLASSES + ':A rdfs:label "a"@en .'), quiet=False)["no-label"]
    assert lacking.terms == (iri("B"), iri("C"), iri("D"))


def test_a_rare_language_is_not_asked_of_every_term(checked: Examine) -> None:
    named = "".join(f':{one} rdfs:label "{one}"@en . ' for one in "ABC")
    assert "no-label-in-language" not in told(checked(CLASSES + named + ':D rdfs:label "D"@fr .'))


def test_terms_that_nothing_is_said_of_are_unconnected(checked: Examine) -> None:
    turtle = CLASSES + P + f":A rdfs:subClassOf {some('[ owl:inverseOf :p ]', ':B')} ."
    found = {f.terms for f in checked(turtle).findings if f.rule == "unconnected"}
    assert found == {(iri("C"), iri("D")), (iri("q"),)}


def test_siblings_without_disjointness_are_noted_where_they_could_have_it(
    checked: Examine,
) -> None:
    tree = CLASSES + ":A rdfs:subClassOf :C . :B rdfs:subClassOf :C . "
    found = [f for f in checked(tree).findings if f.rule == "no-disjointness"]
    assert set(found[0].terms) == {"http://www.w3.org/2002/07/owl#Thing", iri("C")}
    apart = checked(tree + ":A owl:disjointWith :B . :C owl:disjointWith :D .")
    assert "no-disjointness" not in told(apart, quiet=False)
    meeting = checked(tree + ":i a :A, :B . :C owl:disjointWith :D .")
    assert "no-disjointness" not in told(meeting, quiet=False)


def test_an_inconsistent_file_is_explained_and_still_looked_at(checked: Examine) -> None:
    health = checked(CLASSES + ":A owl:disjointWith :C . :B rdfs:subClassOf :C . :i a :A, :B .")
    (found,) = [f for f in health.findings if f.rule == "inconsistent"]
    assert not health.consistent
    assert not health.sound
    assert set(found.axioms) == {"A DisjointWith C", "B SubClassOf C", "i Type A", "i Type B"}
    assert "no-label" in told(health, quiet=False)


def test_unsatisfiable_classes_come_with_the_plainest_reason_first(checked: Examine) -> None:
    below = ":D rdfs:subClassOf :C . :C rdfs:subClassOf :A, :B ."
    found = [f for f in checked(APART + below).findings if f.rule == "unsatisfiable"]
    assert [f.terms for f in found] == [(iri("C"),), (iri("D"),)]
    assert len(found[0].axioms) == 3
    assert len(found[1].axioms) == 4


def test_given_up_and_borrowed_terms_are_left_alone(checked: Examine) -> None:
    turtle = (
        ":A a owl:Class ; owl:deprecated true . "
        "skos:Concept a owl:Class . <http://purl.org/dc/terms/Agent> a owl:Class ."
    )
    assert checked(turtle).findings == ()


def test_a_deprecated_term_names_its_successor(checked: Examine) -> None:
    after = "<http://purl.obolibrary.org/obo/IAO_0100001> :C"
    health = checked(CLASSES + f":B owl:deprecated true ; {after} . :A rdfs:subClassOf :B .")
    found = told(health)["deprecated-in-use"]
    assert found.axioms == ("A SubClassOf B",)
    assert found.remedy.startswith("put 'C' in its place")


def test_the_report_says_which_engine_ran_and_whether_it_is_complete(load: Load) -> None:
    path = load(CLASSES, reasoner="none").path
    assert examine(path).reasoning.engine == "auto"
    assert not examine(path, reasoner="rules").reasoning.complete
    with pytest.raises(ConfigError, match="use one of"):
        examine(path, reasoner="guess")
    with pytest.raises(OntologyNotFound):
        examine(path.with_name("absent.owl"))


@pytest.mark.java
@pytest.mark.slow
def test_hermit_is_complete_and_finds_what_auto_may_miss(checked: Examine, load: Load) -> None:
    cases = f":C rdfs:subClassOf {OR} . :C owl:disjointWith :A, :B ."
    path = load(CLASSES + cases, reasoner="none").path
    health = examine(path, reasoner="hermit")
    assert health.reasoning.complete
    assert told(health)["unsatisfiable"].terms == (iri("C"),)


# --- false alarms -------------------------------------------------------------------------------


def test_the_shop_has_nothing_that_its_editor_would_reject() -> None:
    health = examine(SHOP)
    assert health.sound
    assert told(health, quiet=False).keys() <= {"no-disjointness"}
    assert health.metrics.terms["class"] > 100


# each was looked at by hand: these are mistakes of their authors, the rest is what they left out
REAL = {
    "pizza/pizza.owl": {"unsatisfiable", "same-label"},
    "koala/koala.owl": {"unsatisfiable"},
    "ecommerce-small/ecommerce.owl": set(),
    "robot-examples/edit.owl": set(),
    "uvula-functional/uvula.ofn": set(),
    "jerm-owlxml/JERM.owl": {"kind-as-property"},
}


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_ontologies_have_the_errors_that_were_seen_by_hand(name: str) -> None:
    assert told(examine(SHARED / name)).keys() == REAL[name]
