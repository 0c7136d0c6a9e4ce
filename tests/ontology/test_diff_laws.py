"""Laws of the semantic difference, on made-up graphs and on real files edited at random."""

import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontopilot.ontology.compare.difference import Diff, TermDiff
from ontopilot.ontology.diff import diff
from tests.ontology.conftest import SHARED, SHOP, E

NAMES = [URIRef(f"{E}{name}") for name in "ABCDEF"]
PROPERTIES = [URIRef(f"{E}{name}") for name in ("p", "q")]
THINGS = [URIRef(f"{E}{name}") for name in ("i", "j", "k")]
TEXTS = [Literal("one", "en"), Literal("one", "de"), Literal("two", "en"), Literal(3)]

REAL = """
pizza/pizza.owl koala/koala.owl family/family.owl wine/wine.rdf robot-examples/edit.owl
owl2bench/UNIV-BENCH-OWL2DL.owl robot-examples/nucleus.ttl
ecommerce-small/ecommerce.owl bao/bao_core.owl robot-examples/ro-base.owl
""".split()
LARGE = "doid/DO_cancer_slim.owl robot-examples/uberon_fragment.owl pato/pato.owl".split()


def compared(old: Graph, new: Graph, reasoner: str = "none") -> Diff:
    """The difference of two graphs, by way of files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, graph in (("old.nt", old), ("new.nt", new)):
            path = Path(folder) / name
            path.write_text(graph.serialize(format="nt"), encoding="utf-8")
            paths.append(path)
        return diff(*paths, reasoner=reasoner)


def placeless(found: Diff) -> Diff:
    """A difference without the names of the files, which lie elsewhere each time."""
    sides = {
        "old": replace(found.old, path="", version=""),
        "new": replace(found.new, path="", version=""),
    }
    return replace(found, **sides, notes=())


def rewritten(graph: Graph, seed: int) -> str:
    """The triples of a graph in another order, with other names for the blank nodes."""
    chance = random.Random(seed)
    names: dict[BNode, BNode] = {}

    def other(node: Node) -> Node:
        if isinstance(node, BNode):
            return names.setdefault(node, BNode(f"n{chance.getrandbits(64)}"))
        return node

    new = Graph()
    for subject, predicate, value in graph:
        new.add((other(subject), predicate, other(value)))
    lines = new.serialize(format="nt").splitlines()
    chance.shuffle(lines)
    return "\n".join(lines)


# --- made-up graphs -----------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Small ontologies: hierarchies, expressions, nameless things, annotated axioms."""
    graph = Graph()
    graph.add((URIRef(E.rstrip("#")), RDF.type, OWL.Ontology))
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        graph.add((name, RDF.type, OWL.Class))
    for number in range(draw(st.integers(0, 8))):
        _add(draw, graph, number)
    return graph


def _add(draw: st.DrawFn, graph: Graph, number: int) -> None:
    one, other = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
    kind = draw(st.integers(0, 8))
    relation = draw(st.sampled_from([RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith]))
    thing = draw(st.sampled_from([*THINGS, BNode(f"x{number % 3}"), BNode("y")]))
    value = draw(st.sampled_from([*THINGS, BNode("x0"), BNode("y"), *TEXTS]))
    if kind == 0:
        graph.add((one, relation, other))
    elif kind < 3:
        graph.add((one, relation, _expression(draw, graph, 2)))
    elif kind < 5:
        graph.add((one, RDFS.label, draw(st.sampled_from(TEXTS))))
    elif kind < 7:
        graph.add((thing, draw(st.sampled_from(PROPERTIES)), value))
    elif kind == 7:
        graph.add((thing, RDF.type, one))
    else:
        note = BNode()
        graph.add((one, RDFS.subClassOf, other))
        graph.add((note, RDF.type, OWL.Axiom))
        graph.add((note, OWL.annotatedSource, one))
        graph.add((note, OWL.annotatedProperty, RDFS.subClassOf))
        graph.add((note, OWL.annotatedTarget, other))
        graph.add((note, RDFS.comment, draw(st.sampled_from(TEXTS))))


def _expression(draw: st.DrawFn, graph: Graph, depth: int) -> URIRef | BNode:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(NAMES))
    node = BNode()
    if draw(st.booleans()):
        graph.add((node, RDF.type, OWL.Restriction))
        graph.add((node, OWL.onProperty, draw(st.sampled_from(PROPERTIES))))
        graph.add((node, OWL.someValuesFrom, _expression(draw, graph, depth - 1)))
        return node
    parts = [_expression(draw, graph, depth - 1) for _ in range(draw(st.integers(2, 3)))]
    listed = BNode()
    Collection(graph, listed, parts)
    graph.add((node, RDF.type, OWL.Class))
    graph.add((node, draw(st.sampled_from([OWL.unionOf, OWL.intersectionOf])), listed))
    return node


@given(graphs(), st.integers())
def test_the_same_graph_in_another_order_with_other_blank_nodes_does_not_differ(
    graph: Graph, seed: int
) -> None:
    other = Graph().parse(data=rewritten(graph, seed), format="nt")
    found = compared(graph, other)
    assert found.empty, found.document()
    assert found.touched == ()


@given(graphs(), graphs())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_the_difference_backwards_is_the_difference_mirrored(old: Graph, new: Graph) -> None:
    assert placeless(compared(old, new).mirrored()) == placeless(compared(new, old))


@given(graphs(), graphs())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_mirrored_with_its_consequences_too(old: Graph, new: Graph) -> None:
    there, back = compared(old, new, "auto"), compared(new, old, "auto")
    assert placeless(there.mirrored()) == placeless(back)


@given(graphs(), graphs())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_named_triple_that_only_one_graph_has_is_told_once(old: Graph, new: Graph) -> None:
    old, new = ground(old), ground(new)
    found = compared(old, new)
    assume(all(term.status != "renamed" for term in found.terms))
    changes = [change for term in found.terms for change in term.changes]
    removed = sum(len(change.removed) for change in changes)
    added = sum(len(change.added) for change in changes)
    # the declaration of a term that is there in one version only is told as the term itself
    removed += sum(whole(term, "removed", old) for term in found.terms)
    added += sum(whole(term, "added", new) for term in found.terms)
    assert (removed, added) == (len(set(old) - set(new)), len(set(new) - set(old)))


def ground(graph: Graph) -> Graph:
    """The triples without blank nodes, nor axioms that could be written the other way round."""
    kept = Graph()
    for triple in graph:
        blank = any(isinstance(node, BNode) for node in triple)
        if not blank and triple[1] not in (OWL.equivalentClass, OWL.disjointWith):
            kept.add(triple)
    return kept


def whole(term: TermDiff, status: str, graph: Graph) -> int:
    """How many declarations a change of a whole term stands for."""
    declared = (URIRef(term.term.iri), RDF.type, OWL.Class) in graph
    return int(term.status == status and declared)


# --- real files ---------------------------------------------------------------------------------

Row = tuple[str, str, str, int, int]
"""Status, IRI, aspect, and how many values were removed and added."""
Edit = Callable[[Graph, random.Random], set[Row] | None]


@cache
def real(name: str) -> Graph:
    path = SHOP if name == "shop" else SHARED / name
    kind = "turtle" if name.endswith(".ttl") else "xml"
    return Graph().parse(path, format=kind)


def copied(graph: Graph) -> Graph:
    new = Graph()
    for triple in graph:
        new.add(triple)
    return new


def rows(found: Diff) -> set[Row]:
    """What a difference says, in short."""
    told: set[Row] = set()
    for term in found.terms:
        if not term.changes or term.status == "renamed":
            told.add((term.status, str(term.term.iri), "", 0, 0))
        for change in term.changes:
            counts = (len(change.removed), len(change.added))
            told.add((term.status, str(term.term.iri), change.aspect, *counts))
    for change in found.axioms:
        told.add(("", "", change.aspect, len(change.removed), len(change.added)))
    return told


def classes(graph: Graph) -> list[URIRef]:
    return sorted(s for s in graph.subjects(RDF.type, OWL.Class) if isinstance(s, URIRef))


def _add_class(graph: Graph, chance: random.Random) -> set[Row]:
    new, parent = URIRef(E + "New"), chance.choice(classes(graph))
    for triple in (
        (new, RDF.type, OWL.Class),
        (new, RDFS.subClassOf, parent),
        (new, RDFS.label, Literal("new", "en")),
    ):
        graph.add(triple)
    return {("added", str(new), "superclass", 0, 1), ("added", str(new), "label", 0, 1)}


def _rename(graph: Graph, chance: random.Random) -> set[Row] | None:
    declared = {OWL.Class, OWL.ObjectProperty, OWL.NamedIndividual}
    old = chance.choice(classes(graph))
    if all(p == RDF.type and o in declared for s, p, o in graph if old in (s, p, o)):
        return None
    new = URIRef(E + "Renamed")
    for triple in list(graph):
        if old in triple:
            graph.remove(triple)
            graph.add(tuple(new if node == old else node for node in triple))
    return {("renamed", str(new), "", 0, 0)}


def _move(graph: Graph, chance: random.Random) -> set[Row] | None:
    placed = [(s, o) for s, o in graph.subject_objects(RDFS.subClassOf) if _named(s, o)]
    if not placed:
        return None
    child, parent = chance.choice(sorted(placed))
    others = [c for c in classes(graph) if (child, RDFS.subClassOf, c) not in graph]
    graph.remove((child, RDFS.subClassOf, parent))
    graph.add((child, RDFS.subClassOf, chance.choice(others)))
    annotated = set(graph.subjects(OWL.annotatedSource, child))
    if any((note, OWL.annotatedTarget, parent) in graph for note in annotated):
        return None
    return {("moved", str(child), "superclass", 1, 1)}


def _named(*nodes: object) -> bool:
    return all(isinstance(node, URIRef) for node in nodes)


def _add_restriction(graph: Graph, chance: random.Random) -> set[Row]:
    cls, node, inner = chance.choice(classes(graph)), BNode(), BNode()
    graph.add((cls, RDFS.subClassOf, node))
    graph.add((node, RDF.type, OWL.Restriction))
    graph.add((node, OWL.onProperty, URIRef(E + "newProperty")))
    graph.add((node, OWL.allValuesFrom, inner))
    graph.add((inner, OWL.complementOf, chance.choice(classes(graph))))
    return {("changed", str(cls), "restriction", 0, 1)}


def _change_restriction(graph: Graph, chance: random.Random) -> set[Row] | None:
    found = sorted(
        (cls, node)
        for cls, node in graph.subject_objects(RDFS.subClassOf)
        if isinstance(cls, URIRef) and (node, OWL.someValuesFrom, None) in graph
        if not set(graph.subjects(None, node)) - {cls}
    )
    if not found:
        return None
    cls, node = chance.choice(found)
    filler = graph.value(node, OWL.someValuesFrom)
    on = graph.value(node, OWL.onProperty)
    alike = [n for n in graph.objects(cls, RDFS.subClassOf) if (n, OWL.onProperty, on) in graph]
    if len(alike) > 1:
        return None
    graph.remove((node, OWL.someValuesFrom, filler))
    graph.add((node, OWL.allValuesFrom, filler))
    return {("changed", str(cls), "restriction", 1, 1)}


def _add_label(graph: Graph, chance: random.Random) -> set[Row]:
    cls = chance.choice(classes(graph))
    graph.add((cls, RDFS.label, Literal("ein neues Wort", "de-x-test")))
    return {("changed", str(cls), "label", 0, 1)}


def _change_text(graph: Graph, chance: random.Random) -> set[Row] | None:
    found = sorted((s, o) for s, o in graph.subject_objects(RDFS.label) if isinstance(s, URIRef))
    if not found:
        return None
    subject, text = chance.choice(found)
    noted = {o for note in graph.subjects(OWL.annotatedSource, subject)
             for o in graph.objects(note, OWL.annotatedTarget)}  # fmt: skip
    if text in noted or (subject, RDF.type, OWL.Ontology) in graph:
        return None
    graph.remove((subject, RDFS.label, text))
    graph.add(
        (subject, RDFS.label, Literal(f"{text}!", lang=text.language, datatype=text.datatype))
    )
    return {("changed", str(subject), "label", 1, 1)}


def _make_functional(graph: Graph, chance: random.Random) -> set[Row] | None:
    functional = set(graph.subjects(RDF.type, OWL.FunctionalProperty))
    found = sorted(set(graph.subjects(RDF.type, OWL.ObjectProperty)) - functional)
    found = [one for one in found if isinstance(one, URIRef)]
    if not found:
        return None
    one = chance.choice(found)
    graph.add((one, RDF.type, OWL.FunctionalProperty))
    return {("changed", str(one), "characteristic", 0, 1)}


def _annotate_axiom(graph: Graph, chance: random.Random) -> set[Row] | None:
    placed = sorted((s, o) for s, o in graph.subject_objects(RDFS.subClassOf) if _named(s, o))
    if not placed:
        return None
    child, parent = chance.choice(placed)
    note = BNode()
    graph.add((note, RDF.type, OWL.Axiom))
    graph.add((note, OWL.annotatedSource, child))
    graph.add((note, OWL.annotatedProperty, RDFS.subClassOf))
    graph.add((note, OWL.annotatedTarget, parent))
    graph.add((note, RDFS.comment, Literal("as agreed")))
    return {("changed", str(child), "axiom annotation", 0, 1)}


EDITS: tuple[Edit, ...] = (
    _add_class,
    _rename,
    _move,
    _add_restriction,
    _change_restriction,
    _add_label,
    _change_text,
    _make_functional,
    _annotate_axiom,
)


def edited(name: str, edit: Edit, seeds: range) -> Iterator[None]:
    """Edit a file at random and compare: what is told is the edit, and nothing else."""
    old = real(name)
    for seed in seeds:
        new = copied(old)
        expected = edit(new, random.Random(seed))
        if expected is not None:
            new = Graph().parse(data=rewritten(new, seed), format="nt")
            assert rows(compared(old, new)) == expected
            yield


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_one_edit_of_the_demo_is_told_as_that_edit(edit: Edit) -> None:
    assert list(edited("shop", edit, range(2)))


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_random_edits_of_a_real_file_are_told_as_they_are(name: str) -> None:
    told = [
        done
        for seed, edit in enumerate(EDITS)
        for done in edited(name, edit, range(seed, seed + 3))
    ]
    assert len(told) >= len(EDITS)


@pytest.mark.shared
@pytest.mark.sweep
@pytest.mark.parametrize("name", LARGE)
def test_random_edits_of_a_large_file_are_told_as_they_are(name: str) -> None:
    assert [done for edit in EDITS for done in edited(name, edit, range(1))]


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_in_another_order_does_not_differ(name: str) -> None:
    graph = real(name)
    other = Graph().parse(data=rewritten(graph, 1), format="nt")
    assert compared(graph, other).empty
