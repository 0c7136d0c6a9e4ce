"""The semantic difference of two versions: each kind of change, and what is no change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.errors import ConfigError, OntologyNotFound, OntologySyntaxError
from ontopilot.ontology import Ontology
from ontopilot.ontology.compare.difference import Change, Diff
from ontopilot.ontology.diff import diff
from tests.ontology.conftest import PREFIXES, SHARED, E, iri
from tests.ontology.test_syntaxes import SYNTAXES

SWRL = "@prefix swrl: <http://www.w3.org/2003/11/swrl#> .\n"
BASE = """
:Thing_ a owl:Class . :Appliance a owl:Class ; rdfs:subClassOf :Thing_ .
:Kettle a owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label "kettle"@en, "Kessel"@de .
:Toaster a owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label "toaster"@en .
:hasPart a owl:ObjectProperty ; rdfs:label "has part"@en .
:isPartOf a owl:ObjectProperty . :months a owl:DatatypeProperty .
:Lid a owl:Class ; rdfs:label "lid"@en . :Cord a owl:Class ; rdfs:label "power cord"@en .
:k1 a owl:NamedIndividual, :Kettle ; :months 24 . :k2 a owl:NamedIndividual, :Toaster .
"""
SOME_LID = "[ a owl:Restriction ; owl:onProperty :hasPart ; owl:someValuesFrom :Lid ]"
LIDS = f":Kettle rdfs:subClassOf {SOME_LID} ."
AN_ATOM = "[ a swrl:ClassAtom ; swrl:classPredicate :{} ; swrl:argument1 :x ]"
RULE = (
    f"{SWRL} :x a swrl:Variable . [] a swrl:Imp ; swrl:body ( {AN_ATOM.format('{}')} ) ; "
    f"swrl:head ( {AN_ATOM.format('Appliance')} ) ."
)
OF_TWO = (
    f"{SWRL} _:x a swrl:Variable . _:y a swrl:Variable . [] a swrl:Imp ; swrl:body ( "
    "[ swrl:propertyPredicate :hasPart ; swrl:argument1 _:x ; swrl:argument2 _:y ] ) ; "
    "swrl:head ( [ swrl:propertyPredicate :isPartOf ; swrl:argument1 {} ; swrl:argument2 {} ] ) ."
)

Told = tuple[str, str, str, str, tuple[str, ...], tuple[str, ...]]
Compare = Callable[..., Diff]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """Compare two texts in Turtle, the prefixes and header added."""

    def compared(old: str, new: str, reasoner: str = "none") -> Diff:
        paths = []
        for folder, text in (("old", old), ("new", new)):
            path = tmp_path / folder / "t.ttl"
            path.parent.mkdir(exist_ok=True)
            path.write_text(PREFIXES + text, encoding="utf-8")
            paths.append(path)
        return diff(*paths, reasoner=reasoner)

    return compared


def told(found: Diff) -> list[Told]:
    """Every change, short: status, term, aspect, language, what was said, what is said."""
    rows = [
        (term.status, term.term.iri.removeprefix(E), *_row(change))
        for term in found.terms
        for change in term.changes or (Change("declaration", iri(""), "", "", (), ()),)
    ]
    return rows + [("", "", *_row(change)) for change in found.axioms]


def _row(change: Change) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    removed = tuple(one.text for one in change.removed)
    return change.aspect, change.language, removed, tuple(one.text for one in change.added)


ADDED: dict[str, tuple[str, Told]] = {
    "class": (":Pan a owl:Class .", ("added", "Pan", "declaration", "", (), ())),
    "class that is disjoint with one before it in the alphabet": (
        ":Pan a owl:Class ; owl:disjointWith :Kettle .",
        ("added", "Pan", "disjoint", "", (), ("kettle",)),
    ),
    "second superclass": (
        ":Kettle rdfs:subClassOf :Lid .",
        ("changed", "Kettle", "superclass", "", (), ("lid",)),
    ),
    "restriction": (LIDS, ("changed", "Kettle", "restriction", "", (), ("'has part' some lid",))),
    "cardinality": (
        ":Kettle rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasPart ; "
        'owl:qualifiedCardinality "1"^^xsd:nonNegativeInteger ; owl:onClass :Lid ] .',
        ("changed", "Kettle", "restriction", "", (), ("'has part' exactly 1 lid",)),
    ),
    "facets": (
        ":months rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ; "
        "owl:withRestrictions ( [ xsd:minInclusive 0 ] [ xsd:maxExclusive 99 ] ) ] .",
        ("changed", "months", "range", "", (), ("integer[< 99, >= 0]",)),
    ),
    "nested expression": (
        f":Kettle owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :Appliance {SOME_LID} "
        "[ owl:complementOf [ owl:unionOf ( :Toaster :Cord ) ] ] ) ] .",
        (
            "changed",
            "Kettle",
            "equivalent class",
            "",
            (),
            ("Appliance and ('has part' some lid) and (not ('power cord' or toaster))",),
        ),
    ),
    "general axiom": (
        f"{SOME_LID} rdfs:subClassOf :Appliance .",
        ("", "", "general axiom", "", (), ("'has part' some lid SubClassOf Appliance",)),
    ),
    "label in one language": (
        ':Lid rdfs:label "Deckel"@de .',
        ("changed", "Lid", "label", "de", (), ('"Deckel"',)),
    ),
    "synonym": (
        ':Lid skos:altLabel "cover"@en .',
        ("changed", "Lid", "synonym", "en", (), ('"cover"',)),
    ),
    "definition": (
        ':Lid skos:definition "Closes."@en .',
        ("changed", "Lid", "definition", "en", (), ('"Closes."',)),
    ),
    "annotation": (
        ":Lid rdfs:seeAlso <http://example.org/lid> .",
        ("changed", "Lid", "annotation", "", (), ("lid",)),
    ),
    "deprecation": (
        ":Lid owl:deprecated true .",
        ("changed", "Lid", "deprecated", "", (), ("true",)),
    ),
    "characteristic": (
        ":hasPart a owl:TransitiveProperty .",
        ("changed", "hasPart", "characteristic", "", (), ("transitive",)),
    ),
    "domain": (
        ":hasPart rdfs:domain :Appliance .",
        ("changed", "hasPart", "domain", "", (), ("Appliance",)),
    ),
    "chain": (
        ":hasPart owl:propertyChainAxiom ( :hasPart :isPartOf ) .",
        ("changed", "hasPart", "chain", "", (), ("'has part' o isPartOf",)),
    ),
    "inverse": (
        ":isPartOf owl:inverseOf :hasPart .",
        ("changed", "hasPart", "inverse", "", (), ("isPartOf",)),
    ),
    "key": (
        ":Kettle owl:hasKey ( :months ) .",
        ("changed", "Kettle", "key", "", (), ("months",)),
    ),
    "type": (":k2 a :Lid .", ("changed", "k2", "type", "", (), ("lid",))),
    "fact": (":k1 :hasPart :k2 .", ("changed", "k1", "fact", "", (), ("k2",))),
    "value": (":k2 :months 12 .", ("changed", "k2", "fact", "", (), ("12",))),
    "negative fact": (
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :k1 ; "
        "owl:assertionProperty :hasPart ; owl:targetIndividual :k2 .",
        ("changed", "k1", "negative fact", "", (), ("k2",)),
    ),
    "difference": (
        ":k2 owl:differentFrom :k1 .",
        ("changed", "k1", "different", "", (), ("k2",)),
    ),
    "disjoint classes": (
        "[] a owl:AllDisjointClasses ; owl:members ( :Lid :Kettle :Cord ) .",
        ("", "", "disjoint", "", (), ("DisjointClasses: kettle, lid, 'power cord'",)),
    ),
    "rule": (
        RULE.format("Kettle"),
        ("", "", "rule", "", (), ("kettle(?x) -> Appliance(?x)",)),
    ),
    "nameless thing": (
        '[] a :Kettle ; rdfs:label "any"@en .',
        ("", "", "nameless thing", "", (), ('[label "any"@en; type kettle]',)),
    ),
    "nameless thing as value": (
        ":k1 :hasPart [ a :Lid ] .",
        ("changed", "k1", "fact", "", (), ("[type lid]",)),
    ),
    "annotation of an axiom": (
        "[] a owl:Axiom ; owl:annotatedSource :Kettle ; owl:annotatedProperty rdfs:subClassOf ; "
        'owl:annotatedTarget :Appliance ; rdfs:comment "sure" .',
        (
            "changed",
            "Kettle",
            "axiom annotation",
            "",
            (),
            ('subClassOf Appliance | comment "sure"',),
        ),
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_what_is_added_is_told_and_nothing_else(compare: Compare, name: str) -> None:
    text, expected = ADDED[name]
    assert told(compare(BASE, BASE + text)) == [expected]


@pytest.mark.parametrize("name", ADDED)
def test_what_is_removed_is_told_and_nothing_else(compare: Compare, name: str) -> None:
    text, (status, *where, _, added) = ADDED[name]
    status = "removed" if status == "added" else status
    assert told(compare(BASE + text, BASE)) == [(status, *where, added, ())]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            ":Kettle rdfs:subClassOf :Lid .",
            ":Kettle rdfs:subClassOf :Cord .",
            ("moved", "Kettle", "superclass", "", ("lid",), ("power cord",)),
        ),
        (
            LIDS,
            LIDS.replace("some", "all"),
            (
                "changed",
                "Kettle",
                "restriction",
                "",
                ("'has part' some lid",),
                ("'has part' only lid",),
            ),
        ),
        (
            ':Lid skos:prefLabel "cover"@en .',
            ':Lid skos:prefLabel "top"@en .',
            ("changed", "Lid", "label", "en", ('"cover"',), ('"top"',)),
        ),
        (
            RULE.format("Kettle"),
            RULE.format("Toaster"),
            (
                "",
                "",
                "rule",
                "",
                ("kettle(?x) -> Appliance(?x)",),
                ("toaster(?x) -> Appliance(?x)",),
            ),
        ),
        (
            ":hasPart owl:propertyChainAxiom ( :hasPart :isPartOf ) .",
            ":hasPart owl:propertyChainAxiom ( :isPartOf :hasPart ) .",
            (
                "changed",
                "hasPart",
                "chain",
                "",
                ("'has part' o isPartOf",),
                ("isPartOf o 'has part'",),
            ),
        ),
        (
            ":k1 :hasPart _:a . _:a a :Lid . :k2 :hasPart _:a .",
            ":k1 :hasPart [ a :Lid ] . :k2 :hasPart [ a :Lid ] .",
            None,
        ),
    ],
)
def test_what_is_replaced_is_one_change(
    compare: Compare, before: str, after: str, expected: Told | None
) -> None:
    found = told(compare(BASE + before, BASE + after))
    assert found == [expected] if expected else found


SAME = {
    "order, prefixes and comments": (
        f"{LIDS} :Lid rdfs:label 'Deckel'@de .",
        f"# a comment\n@prefix x: <{E}> . x:Lid rdfs:label 'Deckel'@de . {LIDS}",
    ),
    "order of an intersection": (
        ":Kettle rdfs:subClassOf [ owl:intersectionOf ( :Lid :Cord ) ] .",
        ":Kettle rdfs:subClassOf [ owl:intersectionOf ( :Cord :Lid :Cord ) ] .",
    ),
    "a restriction written twice": (LIDS, LIDS + LIDS),
    "nameless things written twice": (
        "_:a :hasPart _:b . _:b :hasPart _:a .",
        "_:a :hasPart _:b . _:b :hasPart _:a . _:c :hasPart _:d . _:d :hasPart _:c .",
    ),
    "names of blank nodes": (
        f":Kettle rdfs:subClassOf _:a . _:a owl:onProperty :hasPart ; owl:someValuesFrom {SOME_LID}"
        " .",
        ":Kettle rdfs:subClassOf _:z . _:z owl:onProperty :hasPart ; owl:someValuesFrom _:b . "
        "_:b a owl:Restriction, owl:Class ; owl:onProperty :hasPart ; owl:someValuesFrom :Lid .",
    ),
    "a shared restriction": (
        f"{LIDS} :Toaster rdfs:subClassOf {SOME_LID} .",
        f":Kettle rdfs:subClassOf _:r . :Toaster rdfs:subClassOf _:r . _:r {SOME_LID[1:-1]} .",
    ),
    "direction of a symmetric axiom": (
        ":Kettle owl:disjointWith :Lid . :k1 owl:differentFrom :k2 .",
        ":Lid owl:disjointWith :Kettle . [] a owl:AllDifferent ; owl:distinctMembers ( :k2 :k1 ) .",
    ),
    "OWL 1 definition": (
        ":Kettle owl:intersectionOf ( :Appliance :Lid ) .",
        ":Kettle owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :Lid :Appliance ) ] .",
    ),
    "datatype of a cardinality": (
        ":Lid rdfs:subClassOf [ owl:onProperty :hasPart ; owl:maxCardinality '1'^^xsd:int ] .",
        ":Lid rdfs:subClassOf [ owl:onProperty :hasPart ; owl:maxCardinality "
        "'1'^^xsd:nonNegativeInteger ] .",
    ),
    "case of a language tag": (":Lid rdfs:label 'a'@en-GB .", ":Lid rdfs:label 'a'@en-gb ."),
    "annotated target as another node": (
        f":Kettle rdfs:subClassOf _:r . _:r {SOME_LID[1:-1]} . [] a owl:Axiom ; "
        "owl:annotatedSource :Kettle ; owl:annotatedProperty rdfs:subClassOf ; "
        "owl:annotatedTarget _:r ; rdfs:comment 'c' .",
        f"{LIDS} [] a owl:Axiom ; owl:annotatedSource :Kettle ; rdfs:comment 'c' ; "
        f"owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget {SOME_LID} .",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_another_way_to_write_the_same_is_no_change(compare: Compare, name: str) -> None:
    before, after = SAME[name]
    found = compare(BASE + before, BASE + after)
    assert found.empty, told(found)
    assert found.touched == ()


DIFFERENT = {
    "shared and separate nameless things": (
        ":k1 :hasPart _:a . :k2 :hasPart _:a . _:a a :Lid .",
        ":k1 :hasPart [ a :Lid ] . :k2 :hasPart [ a :Lid ] .",
    ),
    "circles of six and of three": (
        " ".join(f"_:c{i} :hasPart _:c{(i + 1) % 6} ." for i in range(6)),
        " ".join(f"_:c{i} :hasPart _:c{i // 3 * 3 + (i + 1) % 3} ." for i in range(6)),
    ),
    "who is who in two pairs": (
        "_:a :hasPart _:b ; :months 1 . _:b :hasPart _:a ; a :Lid . "
        "_:c :hasPart _:d ; :months 2 . _:d :hasPart _:c ; a :Cord .",
        "_:a :hasPart _:b ; :months 1 . _:b :hasPart _:a ; a :Cord . "
        "_:c :hasPart _:d ; :months 2 . _:d :hasPart _:c ; a :Lid .",
    ),
    "ends of an atom between nameless variables": (
        OF_TWO.format("_:x", "_:y"),
        OF_TWO.format("_:y", "_:x"),
    ),
    "grouping of the annotations of an axiom": (
        "".join(
            "[] a owl:Axiom ; owl:annotatedSource :Kettle ; owl:annotatedTarget :Appliance ; "
            f"owl:annotatedProperty rdfs:subClassOf ; {note} . "
            for note in ("rdfs:comment 'c'", "rdfs:seeAlso 's'")
        ),
        "[] a owl:Axiom ; owl:annotatedSource :Kettle ; owl:annotatedTarget :Appliance ; "
        "owl:annotatedProperty rdfs:subClassOf ; rdfs:comment 'c' ; rdfs:seeAlso 's' .",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_looks_alike_and_is_not_is_a_change(compare: Compare, name: str) -> None:
    before, after = DIFFERENT[name]
    assert not compare(BASE + before, BASE + after).empty
    assert compare(BASE + after, BASE + after).empty


# --- renaming -----------------------------------------------------------------------------------


def test_a_term_under_another_iri_is_renamed_and_nothing_else_changes(compare: Compare) -> None:
    text = BASE + LIDS + ":Kettle owl:disjointWith :Toaster ."
    found = compare(text, text.replace(":Kettle", ":WaterKettle"))
    assert told(found) == [("renamed", "WaterKettle", "declaration", "", (), ())]
    assert found.terms[0].old is not None
    assert found.terms[0].old.iri == iri("Kettle")
    assert found.touched == (iri("Kettle"), iri("WaterKettle"))


def test_a_whole_namespace_is_renamed(compare: Compare) -> None:
    text = BASE + LIDS + ':isPartOf rdfs:label "is part of" .'
    found = compare(text, "@prefix : <http://example.org/new/> ." + text)
    assert {term.status for term in found.terms} == {"renamed"}
    assert len(found.terms) == 11
    assert found.axioms == ()


def test_a_term_that_was_edited_while_a_namespace_was_renamed_does_not_hide_the_others(
    compare: Compare,
) -> None:
    old = BASE + LIDS + ':isPartOf rdfs:label "is part of" .'
    new = old.replace('"lid"', '"cover"')
    found = compare(old, "@prefix : <http://example.org/new/> ." + new)
    status = {term.term.label: term.status for term in found.terms}
    assert (status.pop("lid"), status.pop("cover")) == ("removed", "added")
    assert status.pop("kettle") == "renamed"
    assert set(status.values()) == {"renamed"}


def test_terms_that_are_alike_are_not_guessed_to_be_renamed(compare: Compare) -> None:
    found = compare(
        BASE + ":A a owl:Class ; rdfs:subClassOf :Lid . :B a owl:Class ; rdfs:subClassOf :Lid .",
        BASE + ":C a owl:Class ; rdfs:subClassOf :Lid . :D a owl:Class ; rdfs:subClassOf :Lid .",
    )
    status = {term.term.label: term.status for term in found.terms}
    assert status == {"A": "removed", "B": "removed", "C": "added", "D": "added"}


def test_terms_that_are_alike_are_told_apart_by_renamed_neighbours(compare: Compare) -> None:
    text = BASE + (
        ":A a owl:Class ; rdfs:subClassOf :Aa . :B a owl:Class ; rdfs:subClassOf :Bb . "
        ':Aa a owl:Class ; rdfs:label "a" . :Bb a owl:Class ; rdfs:label "b" .'
    )
    new = text.replace(":A ", ":A2 ").replace(":B ", ":B2 ")
    found = compare(text, new.replace(":Aa", ":Aa2").replace(":Bb", ":Bb2"))
    pairs = {(t.old.short, t.new.short) for t in found.terms if t.old and t.new}
    assert pairs == {(":A", ":A2"), (":B", ":B2"), (":Aa", ":Aa2"), (":Bb", ":Bb2")}


def test_a_declaration_alone_is_no_reason_to_call_a_term_renamed(compare: Compare) -> None:
    found = compare(BASE + ":A a owl:Class .", BASE + ":B a owl:Class .")
    assert [term.status for term in found.terms] == ["removed", "added"]


def test_a_renamed_term_that_is_also_used_anew_is_still_renamed(compare: Compare) -> None:
    new = BASE.replace(":Lid", ":Cover") + ":k2 a :Cover ."
    rows = told(compare(BASE, new))
    assert ("renamed", "Cover", "declaration", "", (), ()) in rows
    assert ("changed", "k2", "type", "", (), ("lid",)) in rows
    assert len(rows) == 2


# --- consequences and terms touched -------------------------------------------------------------


def test_consequences_are_told_without_what_is_asserted(compare: Compare) -> None:
    domain = ":hasPart rdfs:domain :Appliance ."
    old = BASE + ":k3 a owl:NamedIndividual ; :hasPart :k1 ."
    found = compare(old, old + domain, reasoner="auto")
    assert [one.text for one in found.gained] == ["K3 is an appliance."]
    assert found.lost == ()
    assert set(found.touched) == {iri("hasPart"), iri("k3")}
    back = compare(old + domain, old, reasoner="auto")
    assert [one.text for one in back.lost] == ["K3 is an appliance."]


def test_what_followed_before_is_no_consequence_of_a_change(compare: Compare) -> None:
    old = BASE + ":hasPart rdfs:domain :Lid . :k3 a owl:NamedIndividual ; :hasPart :k1 ."
    found = compare(old, old + ":k2 :months 12 .", reasoner="auto")
    assert (found.gained, found.lost, found.touched) == ((), (), (iri("k2"),))
    found = compare(old, old + ":k3 a :Lid .", reasoner="auto")
    assert (found.gained, found.lost) == ((), ())


def test_a_value_follows_once_by_its_most_specific_property(compare: Compare) -> None:
    old = BASE + ":hasLid a owl:ObjectProperty ; rdfs:subPropertyOf :hasPart . :k1 :isPartOf :k2 ."
    found = compare(old, old + ":isPartOf owl:inverseOf :hasLid .", reasoner="auto")
    assert [(one.fact.predicate, one.fact.subject) for one in found.gained] == [
        (iri("hasLid"), iri("k2"))
    ]


def test_an_annotation_of_an_axiom_of_several_terms_does_not_replace_the_axiom(
    compare: Compare,
) -> None:
    old = BASE + "[] a owl:AllDisjointClasses ; owl:members ( :Lid :Kettle :Cord ) {} ."
    found = compare(old.format(""), old.format("; rdfs:comment 'by law'"))
    said = "DisjointClasses: kettle, lid, 'power cord' | comment \"by law\""
    assert told(found) == [("", "", "axiom annotation", "", (), (said,))]


def test_a_move_touches_everything_below_and_restates_nothing(compare: Compare) -> None:
    old = BASE + ":Mini a owl:Class ; rdfs:subClassOf :Kettle ."
    place = 'owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label "kettle"'
    assert place in old
    new = old.replace(place, place.replace(":Appliance", ":Lid")) + ":Unused a owl:Class ."
    found = compare(old, new, reasoner="auto")
    status = {term.term.label: term.status for term in found.terms}
    assert status == {"kettle": "moved", "Unused": "added"}
    assert (found.gained, found.lost) == ((), ())
    assert set(found.touched) == {iri("Kettle"), iri("Mini"), iri("Unused"), iri("k1")}


def test_a_class_that_can_have_no_member_any_more_is_a_consequence(compare: Compare) -> None:
    clash = ":Kettle rdfs:subClassOf :Lid . :Lid owl:disjointWith :Appliance ."
    found = compare(BASE.replace(":k1 a owl:NamedIndividual, :Kettle ;", ":k1"), clash, "none")
    assert not found.reasoned
    old = BASE.replace("owl:NamedIndividual, :Kettle ;", "owl:NamedIndividual ;")
    found = compare(old, old + clash, reasoner="auto")
    assert "Nothing can be a member of 'kettle'." in [one.text for one in found.gained]


def test_a_side_that_contradicts_itself_is_compared_by_what_it_asserts(compare: Compare) -> None:
    clash = ":k1 a :Lid . :Lid owl:disjointWith :Kettle ."
    found = compare(BASE, BASE + clash, reasoner="auto")
    assert ("changed", "k1", "type", "", (), ("lid",)) in told(found)
    assert not found.reasoned
    assert "contradicts itself" in found.new.problem
    assert found.old.problem == ""
    assert any(note.startswith("only asserted axioms are compared: ") for note in found.notes)
    assert found.document()["consequences"] is None


def test_snapshots_are_compared_as_files_are(compare: Compare, tmp_path: Path) -> None:
    files = compare(BASE, BASE + LIDS, reasoner="auto")
    paths = [tmp_path / folder / "t.ttl" for folder in ("old", "new")]
    snapshots = diff(*(Ontology.load(path) for path in paths))
    assert snapshots == files
    one = Ontology.load(paths[0], reasoner="none")
    assert "reasoner 'auto' and 'none'" in " ".join(diff(one, Ontology.load(paths[1])).notes)


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", SYNTAXES)
@pytest.mark.parametrize("other", ["RDF/XML", "functional"])
def test_the_syntax_means_nothing(tmp_path: Path, one: str, other: str) -> None:
    (tmp_path / "a").write_text(SYNTAXES[one], encoding="utf-8")
    (tmp_path / "b").write_text(SYNTAXES[other], encoding="utf-8")
    found = diff(tmp_path / "a", tmp_path / "b")
    declared = {change.aspect for term in found.terms for change in term.changes}
    assert declared <= ({"declaration"} if "N-Triples" in (one, other) else set())


def test_iris_that_are_relative_to_the_file_are_the_same_in_every_folder(tmp_path: Path) -> None:
    text = "@prefix owl: <http://www.w3.org/2002/07/owl#> . <> a owl:Ontology . <#A> a owl:Class ."
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ttl").write_text(text, encoding="utf-8")
    assert diff(tmp_path / "one/one.ttl", tmp_path / "two/two.ttl").empty


def test_an_absent_import_is_told_and_does_not_stop_the_comparison(compare: Compare) -> None:
    found = compare(BASE, BASE + "<http://example.org/t> owl:imports <http://example.org/gone> .")
    assert told(found)[0][2:] == ("import", "", (), ("gone",))
    assert found.terms[0].term.kind == "ontology"
    assert any("'http://example.org/gone', which is not on disk" in one for one in found.notes)


def test_what_is_no_ontology_is_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.ttl", tmp_path / "bad.ttl"
    good.write_text(PREFIXES, encoding="utf-8")
    bad.write_text(PREFIXES + ":A a", encoding="utf-8")
    with pytest.raises(OntologySyntaxError, match=r"bad\.ttl"):
        diff(good, bad)
    with pytest.raises(OntologyNotFound, match=r"absent\.ttl"):
        diff(tmp_path / "absent.ttl", good)
    bad.write_text(PREFIXES + ":A a owl:Class .", encoding="utf-8")
    with pytest.raises(ConfigError, match="'wrong'"):
        diff(good, bad, reasoner="wrong")


HOSTILE = {
    "a circle of lists": ":Kettle rdfs:subClassOf [ owl:unionOf _:l0 ] . "
    + " ".join(f"_:l{i} rdf:first :Lid ; rdf:rest _:l{(i + 1) % 3000} ." for i in range(3000)),
    "a class that is part of itself": "_:a owl:intersectionOf ( :Lid _:a ) . "
    ":Kettle rdfs:subClassOf _:a .",
    "expressions deep within one another": ":Kettle rdfs:subClassOf _:n0 . "
    + " ".join(f"_:n{i} owl:complementOf _:n{i + 1} ." for i in range(5000)),
    "an expression of two halves, each of two": ":Kettle rdfs:subClassOf _:n0 . "
    + " ".join(
        f"_:n{i} owl:intersectionOf ( _:m{i} _:k{i} ) . _:m{i} owl:complementOf _:n{i + 1} . "
        f"_:k{i} owl:onProperty :hasPart ; owl:someValuesFrom _:n{i + 1} ."
        for i in range(300)
    ),
    "annotations of one another": "_:a a owl:Axiom ; owl:annotatedSource _:b ; "
    "owl:annotatedProperty rdfs:comment ; owl:annotatedTarget 'c' . _:b a owl:Axiom ; "
    "owl:annotatedSource _:a ; owl:annotatedProperty rdfs:comment ; owl:annotatedTarget 'c' .",
    "a long ring of nameless things": " ".join(
        f"_:c{i} :hasPart _:c{(i + 1) % 600} ." for i in range(600)
    )
    + " _:c0 :months 1 .",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_circles_and_depth_do_not_hang_and_lose_nothing(compare: Compare, name: str) -> None:
    found = compare(BASE, BASE + HOSTILE[name])
    assert not found.empty
    assert max(len(str(one)) for one in (*found.terms, *found.axioms)) < 2_000_000
    assert compare(BASE + HOSTILE[name], BASE + HOSTILE[name]).empty


@pytest.mark.shared
def test_a_real_contradiction_is_told_beside_the_asserted_difference() -> None:
    folder = SHARED / "uvula-functional"
    found = diff(folder / "uvula.ofn", folder / "uvula_inconsistent.ofn")
    assert "contradicts itself" in found.new.problem
    assert ("UBERON_0003682", "changed") in {
        (_end(one.term.iri), one.status) for one in found.terms
    }
    assert [_end(one.term.iri) for one in found.terms if one.status == "added"] == ["CL_0017514"]


def _end(name: str) -> str:
    return name.rsplit("/", 1)[-1]
