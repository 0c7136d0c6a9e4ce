"""Laws of edits: graph equality, diffs of lines, expressions and texts written and read again."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontopilot.errors import EditError
from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.files.line_diff import changed, unified
from ontopilot.ontology.owl.constructs import Construct, Part, entity, normal
from ontopilot.ontology.owl.from_triples import TripleReader
from ontopilot.ontology.owl.manchester import written
from ontopilot.ontology.owl.manchester_read import ManchesterReader
from ontopilot.ontology.owl.to_triples import TripleWriter
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.terms import TermKind
from tests.ontology.files import graph_of
from tests.ontology.test_syntaxes import OWL_XML, RDF_XML, TURTLE

E = "http://example.org/t#"
KINDS: dict[Iri, TermKind] = {
    **{Iri(E + name): "class" for name in "ABC"},
    **{Iri(E + name): "object_property" for name in "pqr"},
    **{Iri(E + name): "data_property" for name in "de"},
    **{Iri(E + name): "individual" for name in "ij"},
}

# --- graphs ---------------------------------------------------------------------------------------

names = st.sampled_from([Iri(E + name) for name in "ABpq"])
blanks = st.sampled_from([Iri(f"_:b{number}") for number in range(6)])
literals = st.builds(
    Literal, st.sampled_from(["1", "01", ""]), st.just(Iri(v.XSD + "integer")), st.just("")
)
graphs = st.lists(st.tuples(names | blanks, names, names | blanks | literals), max_size=14)


def relabelled(graph: list[Triple], order: list[int]) -> list[Triple]:
    """The graph with its blank nodes named otherwise."""
    new = {Iri(f"_:b{number}"): Iri(f"_:x{place}") for number, place in enumerate(order)}

    def named(node: Iri | Literal) -> Iri | Literal:
        return new.get(node, node) if isinstance(node, str) else node

    return [(named(s), p, named(o)) for s, p, o in graph]  # type: ignore[misc]


@given(graphs, st.permutations(range(6)), st.randoms(use_true_random=False))
def test_names_of_blank_nodes_and_the_order_do_not_matter(graph, order, random):
    other = relabelled(graph, order)
    random.shuffle(other)
    assert same(graph, other)


@given(graphs, graphs)
def test_graphs_are_the_same_only_if_a_bijection_makes_them_equal(one, other):
    assert same(one, other) == brute_force(one, other)


def brute_force(one: list[Triple], other: list[Triple]) -> bool:
    """Whether any renaming of six blank nodes makes two graphs equal."""
    from itertools import permutations

    def used(graph: list[Triple]) -> list[str]:
        nodes = {str(n) for t in graph for n in (t[0], t[2]) if str(n).startswith("_:")}
        return sorted(nodes)

    ours, theirs = used(one), used(other)
    if len(ours) != len(theirs):
        return False
    for order in permutations(theirs):
        pairs = dict(zip(ours, order, strict=True))
        if {tuple(pairs.get(n, n) if isinstance(n, str) else n for n in t) for t in one} == set(
            other
        ):
            return True
    return False


@given(graphs.filter(bool), st.integers(min_value=0))
def test_a_graph_without_one_of_its_triples_is_another(graph, number):
    gone = graph[number % len(graph)]
    assert not same(graph, [triple for triple in graph if triple != gone])


def test_a_circle_of_six_is_not_two_of_three():
    def circle(*nodes):
        return [
            (Iri(f"_:{a}"), Iri(E + "p"), Iri(f"_:{b}"))
            for a, b in zip(nodes, nodes[1:] + nodes[:1], strict=True)
        ]

    assert not same(circle(*"abcdef"), circle(*"abc") + circle(*"def"))
    assert same(circle(*"abcdef"), circle(*"bdface"))


# --- lines ----------------------------------------------------------------------------------------

texts = st.lists(st.sampled_from(["a", "b", "c", "", "x\r", "é"]), max_size=20).map("\n".join)


@given(texts, texts)
def test_the_blocks_of_a_diff_lead_from_one_text_to_the_other(old, new):
    before, after = old.split("\n"), new.split("\n")
    made, at = [], 0
    for a, b, c, d in changed(before, after):
        assert a >= at
        made += before[at:a] + after[c:d]
        at = b
    assert made + before[at:] == after


@given(texts, texts)
def test_a_unified_diff_is_empty_only_for_equal_texts_and_counts_its_lines(old, new):
    diff = unified(old, new, "t")
    assert (diff == "") == (old == new)
    for head, body in re.findall(r"^(@@[^\n]*@@)\n((?:[ +\-\\][^\n]*\n)*)", diff, re.MULTILINE):
        counts = [int(n) for n in re.findall(r",(\d+)", head)]
        signs = [line[0] for line in body.split("\n") if line]
        assert counts == [len(signs) - signs.count(s) - signs.count("\\") for s in "+-"]


# --- expressions ----------------------------------------------------------------------------------

classes = st.sampled_from([entity("class", Iri(E + name)) for name in "ABC"])
objects = st.sampled_from([entity("object_property", Iri(E + name)) for name in "pqr"])
data = st.sampled_from([entity("data_property", Iri(E + name)) for name in "de"])
individuals = st.sampled_from([entity("individual", Iri(E + name)) for name in "ij"])
values = st.one_of(
    st.builds(Literal, st.text(max_size=5), st.just(Iri(v.XSD + "string"))),
    st.builds(Literal, st.text(max_size=5), st.just(v.RDF_LANG_STRING), st.just("de-CH")),
    st.builds(Literal, st.sampled_from(["007", "15"]), st.just(Iri(v.XSD + "integer"))),
    st.builds(Literal, st.sampled_from(["15.0", "0.5"]), st.just(Iri(v.XSD + "decimal"))),
    st.just(Literal("true", Iri(v.XSD + "boolean"))),
)
facets = st.builds(
    lambda name, value: Construct("FacetRestriction", (Iri(v.XSD + name), value)),
    st.sampled_from(["minInclusive", "maxExclusive", "pattern", "length"]),
    values,
)


def made(name: str, *parts: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(*parts).map(lambda found: Construct(name, found))


def listed(name: str, part: st.SearchStrategy, least: int = 1) -> st.SearchStrategy:
    some = st.lists(part, min_size=least, max_size=3, unique_by=lambda one: repr(normal(one)))
    return some.map(lambda found: Construct(name, tuple(found)))


datatypes = st.just(entity("datatype", Iri(v.XSD + "decimal")))
ranges = st.recursive(
    datatypes
    | listed("DataOneOf", values)
    | st.tuples(datatypes, st.lists(facets, min_size=1, max_size=2, unique_by=repr)).map(
        lambda found: Construct("DatatypeRestriction", (found[0], *found[1]))
    ),
    lambda inner: made("DataComplementOf", inner) | listed("DataUnionOf", inner, 2),
    max_leaves=4,
)
properties = objects | objects.map(lambda one: Construct("ObjectInverseOf", (one,)))
counts = st.integers(0, 9)


def grown(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        made("ObjectSomeValuesFrom", properties, inner),
        made("ObjectAllValuesFrom", properties, inner),
        made("ObjectHasValue", properties, individuals),
        made("ObjectHasSelf", properties),
        made("ObjectMinCardinality", counts, properties, inner),
        made("ObjectExactCardinality", counts, properties),
        made("DataSomeValuesFrom", data, ranges),
        made("DataHasValue", data, values),
        made("DataMaxCardinality", counts, data, ranges),
        made("ObjectComplementOf", inner),
        listed("ObjectUnionOf", inner, 2),
        listed("ObjectIntersectionOf", inner, 2),
        listed("ObjectOneOf", individuals),
    )


expressions = st.recursive(classes, grown, max_leaves=6)


class Known:
    """The names of these expressions."""

    def resolve(self, name: str) -> Iri:
        return Iri(name if name.startswith("http") else E + name)

    def kind(self, iri: Iri) -> TermKind | None:
        return KINDS.get(iri)


def short(iri: Iri) -> str:
    return iri.removeprefix(E) if iri.startswith(E) else f"<{iri}>"


class Bracketed(Known):
    """The same names, also in angle brackets."""

    def resolve(self, name: str) -> Iri:
        return super().resolve(name.strip("<>"))


@given(expressions)
def test_an_expression_is_read_as_it_was_written(expression):
    text = written(expression, short)
    assert normal(ManchesterReader(text, Bracketed()).class_expression()) == normal(expression)


@given(expressions)
def test_triples_of_an_axiom_are_read_back_as_the_axiom(expression: Part):
    axiom = Construct("SubClassOf", (entity("class", Iri(E + "A")), expression))
    writer = TripleWriter("t")
    writer.axiom(axiom)
    root = next(t for t in writer.triples if t[1] == v.RDFS_SUBCLASS)
    found = TripleReader(Triples.of(writer.triples), KINDS).axiom(root)
    assert normal(found) == normal(axiom)


# --- files ----------------------------------------------------------------------------------------


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What no character of XML may be (XML 1.0, 2.2)."""


@pytest.fixture(scope="module", params=[RDF_XML, OWL_XML, TURTLE], ids=["RDF", "OWL", "Turtle"])
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that declares the terms of these expressions."""
    path = tmp_path_factory.mktemp("stocked") / "t.owl"
    with_xsd = request.param.replace("xmlns:owl", f'xmlns:xsd="{v.XSD}" xmlns:owl', 1)
    path.write_bytes(with_xsd.encode())
    editor = Editor.open(path)
    for term, kind in KINDS.items():
        editor.create(kind, term)
    editor.save()
    return path


@given(expression=expressions)
def test_an_axiom_that_is_added_and_taken_out_leaves_the_text_as_it_was(stocked, expression):
    value = written(expression, lambda name: f"<{name}>")
    assume(not CONTROL.search(value))
    editor = Editor.open(stocked)
    before = editor.text
    editor.add(E + "A", "subclass_of", value)
    assert editor.text != before or expression == entity("class", Iri(E + "A"))
    editor.remove(E + "A", "subclass_of", value)
    assert editor.text == before


@given(text=st.text(), language=st.sampled_from(["", "en", "zh-Hant-TW"]))
def test_a_text_is_read_back_letter_by_letter_or_refused(stocked, text, language):
    before = stocked.read_bytes()
    editor = Editor.open(stocked)
    if CONTROL.search(text):
        with pytest.raises(EditError, match="control character"):
            editor.annotate(E + "A", "rdfs:comment", text, language=language)
        return
    editor.annotate(E + "A", "rdfs:comment", text, language=language)
    editor.save()
    found = [o for s, p, o in graph_of(stocked) if (s, p) == (E + "A", v.RDFS_COMMENT)]
    stocked.write_bytes(before)
    datatype = v.RDF_LANG_STRING if language else v.XSD_STRING
    assert found == [Literal(text, datatype, language.lower())]
