"""Every engine in the conformance tests, and the engines beside HermiT on real ontologies."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import pytest

from ontopilot.errors import ConfigError, OntologyError
from ontopilot.ontology import Iri, Literal, Ontology
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.load import load as read
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.normal import rdf_xml
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.reasoning.hermit import Hermit
from tests.conformance.reasoner import CASES, ReasonerConformance
from tests.ontology.conftest import PREFIXES, SHARED, SHOP, Load, iri


class TestRules(ReasonerConformance):
    engine = "rules"
    misses: ClassVar = frozenset(
        {"some through a subclass", "empty classes", "by cases", "by complement"}
    )


class TestAuto(ReasonerConformance):
    engine = "auto"


class TestRustdl(ReasonerConformance):
    engine = "rustdl"


@pytest.mark.java
@pytest.mark.slow
class TestHermit(ReasonerConformance):
    engine = "hermit"


class TestNone:
    """The engine that does not reason says only what is stated."""

    @pytest.mark.parametrize("case", CASES)
    def test_facts_are_the_asserted_ones(self, tmp_path: Path, case: str) -> None:
        class Engine(ReasonerConformance):
            engine = "none"

        ontology = Engine().load(tmp_path, CASES[case][0])
        about_things = [f for f in ontology.facts() if ontology.types(f.subject)]
        assert not any(fact.inferred for fact in about_things)


def test_hermit_without_java_says_so(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match=r"needs Java.*install a Java runtime or use reasoner="):
        load("", reasoner="hermit")


@pytest.mark.java
@pytest.mark.slow
def test_hermit_gives_the_reason_where_another_engine_finds_it(load: Load) -> None:
    turtle = ":A a owl:Class . :B a owl:Class ; owl:disjointWith :A . :i a :A, :B ."
    triples = load(turtle.rsplit(":i", 1)[0], reasoner="none").asserted
    clash = Triples.of((*triples, *((iri("i"), v.RDF_TYPE, iri(name)) for name in ("A", "B"))))
    contradiction = Hermit().classify(clash).contradiction
    assert contradiction is not None
    assert any("DisjointWith" in axiom for axiom in contradiction.axioms)


@pytest.mark.java
@pytest.mark.slow
def test_what_hermit_refuses_is_told_in_one_sentence(load: Load) -> None:
    turtle = (
        ":p a owl:ObjectProperty, owl:TransitiveProperty . :A a owl:Class ; rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] ."
    )
    with pytest.raises(OntologyError, match=r"HermiT cannot reason over .*use reasoner=") as caught:
        load(turtle, reasoner="hermit")
    assert "\n" not in str(caught.value)


def closed(triples: Iterable[Triple], asserted: Triples) -> set[Triple]:
    """HermiT lists direct relations, and of a pair of inverses one: fill in the rest."""
    known = {t for t in triples if not isinstance(t[2], Literal) and not {t[0], t[2]} & _TOP}
    inverse = inverses(asserted)
    while True:
        above: dict[tuple[Iri, Iri], set[Iri]] = {}
        for s, p, o in known:
            if p in _UPWARDS:
                above.setdefault((p, s), set()).add(Iri(str(o)))
        more: set[Triple] = set()
        for s, p, o in known:
            target = Iri(str(o))
            if p in _UPWARDS or p == v.RDF_TYPE:
                along = v.RDFS_SUBCLASS if p == v.RDF_TYPE else p
                more |= {(s, p, up) for up in above.get((along, target), ())}
            else:
                more |= {(s, up, o) for up in above.get((v.RDFS_SUBPROPERTY, p), ())}
                more |= {(target, back, s) for back in inverse.get(p, ())}
        if more <= known:
            return known
        known |= more


def of_everything(triples: Iterable[Triple], asserted: Triples) -> list[Triple]:
    """HermiT says that a class is equivalent to owl:Thing: then it is above every other."""
    universal = [o for s, p, o in triples if s == v.OWL_THING and p == v.RDFS_SUBCLASS]
    relation = {"class": v.RDFS_SUBCLASS, "individual": v.RDF_TYPE}
    return [
        (iri, relation[kind], cls)
        for iri, kind in kinds_of(asserted).items()
        for cls in universal
        if kind in relation
    ]


def inverses(asserted: Triples) -> dict[Iri, set[Iri]]:
    """Every property with those that say the same backwards."""
    inverse: dict[Iri, set[Iri]] = {}
    for one, other in asserted.pairs(v.OWL_INVERSE):
        inverse.setdefault(one, set()).add(Iri(str(other)))
        inverse.setdefault(Iri(str(other)), set()).add(one)
    for one, kind in asserted.pairs(v.RDF_TYPE):
        if kind == v.OWL_SYMMETRIC:
            inverse.setdefault(one, set()).add(one)
    return inverse


_UPWARDS = (v.RDFS_SUBCLASS, v.RDFS_SUBPROPERTY)
_TOP = {v.OWL_THING, v.OWL_NOTHING}


def said(ontology: Ontology, empty: set[Iri]) -> dict[str, set[Triple]]:
    """What a snapshot says, in HermiT's terms."""
    classes = {term.iri for term in ontology.terms("class")} - empty - _TOP
    things = [term.iri for term in ontology.terms("individual")]
    relations = {term.iri for term in ontology.terms("object_property")}
    return {
        "subclasses": {
            (one, v.RDFS_SUBCLASS, up)
            for one in classes
            for up in ontology.ancestors(one) & classes
        },
        "types": {(one, v.RDF_TYPE, up) for one in things for up in ontology.types(one) & classes},
        "values": {
            fact.triple
            for one in things
            for fact in ontology.facts(one)
            if fact.predicate in relations
        },
    }


AGREEMENT = [
    # file, then for rules and for auto the share of HermiT's subclasses, types and values
    (SHOP, {"rules": (0.84, 1.0, 1.0), "auto": (1.0, 1.0, 1.0)}),
    (SHARED / "pizza/pizza.owl", {"rules": (0.69, 1.0, 1.0), "auto": (1.0, 1.0, 1.0)}),
    (SHARED / "koala/koala.owl", {"rules": (0.82, 1.0, 1.0), "auto": (1.0, 1.0, 1.0)}),
    (SHARED / "pizza-omn/pizza.owl", {"rules": (0.84, 0.4, 1.0), "auto": (1.0, 0.75, 1.0)}),
    (SHARED / "wine/wine.rdf", {"rules": (0.07, 0.93, 0.99), "auto": (1.0, 0.99, 1.0)}),
    (
        SHARED / "owl2bench/UNIV-BENCH-OWL2DL.owl",
        {"rules": (0.61, 0.17, 0.0), "auto": (1.0, 0.31, 0.0)},
    ),
    (SHARED / "family/family.owl", {"rules": (0.0, 0.7, 0.7), "auto": (1.0, 0.88, 0.88)}),
]


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "shares"),
    [
        pytest.param(
            path,
            shares,
            id=path.parent.name,
            marks=[pytest.mark.shared] if path.is_relative_to(SHARED) else [],
        )
        for path, shares in AGREEMENT
    ],
)
def test_what_rules_infer_hermit_infers_and_most_of_it_is_found(
    path: Path, shares: dict[str, tuple[float, float, float]]
) -> None:
    asserted = read(path, allow_missing_imports=True).triples
    result = Hermit().classify(asserted)
    assert result.contradiction is None
    empty = {s for s, p, o in result.triples if p == v.RDFS_SUBCLASS and o == v.OWL_NOTHING}
    everywhere = of_everything(result.triples, asserted)
    truth = closed((*result.triples, *everywhere, *asserted), asserted)
    for engine, wanted in shares.items():
        ontology = Ontology.load(path, reasoner=engine, allow_missing_imports=True)
        found = said(ontology, empty)
        known = set().union(*found.values())
        assert known - truth == set(), f"{engine} says what HermiT does not"
        own = {term.iri for term in ontology.terms()} - empty
        for (kind, mine), share in zip(found.items(), wanted, strict=True):
            sought = {t for t in truth if _kind(t, ontology) == kind and {t[0], t[2]} <= own}
            assert len(mine & sought) >= share * len(sought), (engine, kind)


def _kind(triple: Triple, ontology: Ontology) -> str:
    subject, predicate, value = triple
    if subject == value:
        return ""
    if predicate == v.RDFS_SUBCLASS:
        return "subclasses"
    if predicate == v.RDF_TYPE:
        return "types"
    named = ontology.has(predicate) and ontology.term(predicate).kind == "object_property"
    return "values" if named else ""


def test_rustdl_justifies_what_an_individual_is_a_member_of(tmp_path: Path) -> None:
    import rustdl

    path = tmp_path / "t.ttl"
    body = ":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class . :i a :A ; :p :j . :j :p :i ."
    path.write_text(PREFIXES + body + " :p a owl:ObjectProperty .", encoding="utf-8")
    prepared = rustdl.prepare_bytes(rdf_xml(read(path).triples), format="rdf-xml")
    axioms = [str(one) for one in prepared.justify(["instance", iri("i"), iri("B")])]
    assert len(axioms) == 2
    assert any("Type" in one and iri("i") in one for one in axioms)


@pytest.mark.java
def test_only_hermit_applies_rules_and_the_others_say_so(tmp_path: Path) -> None:
    path = tmp_path / "t.ofn"
    path.write_text(
        "Prefix(:=<http://example.org/t#>)\nOntology(<http://example.org/t>\n"
        "Declaration(Class(:Kettle)) Declaration(Class(:Hot)) ClassAssertion(:Kettle :K1)\n"
        "DLSafeRule(Body(ClassAtom(:Kettle Variable(<urn:v#x>))) "
        "Head(ClassAtom(:Hot Variable(<urn:v#x>))))\n)",
        encoding="utf-8",
    )
    for engine in ("auto", "rules", "rustdl"):
        ontology = Ontology.load(path, reasoner=engine)
        assert "SWRL rules are kept and not applied (1)" in ontology.reasoning.note
        assert not ontology.reasoning.complete
        assert iri("Hot") not in ontology.types(iri("K1"))
    by_hermit = Ontology.load(path, reasoner="hermit")
    assert "SWRL" not in by_hermit.reasoning.note
    assert iri("Hot") in by_hermit.types(iri("K1"))
