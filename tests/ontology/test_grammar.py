"""Claims within a context: the schema takes what the context allows and nothing else."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ClaimsMalformed, ConfigError, UnknownTerm
from ontopilot.ontology import Fact, Iri, Literal, Ontology
from ontopilot.ontology.grammar import ClaimGrammar, claim_grammar
from ontopilot.ontology.vocabulary import RDF_TYPE, RDFS_SUBCLASS, XSD
from tests.ontology.conftest import PREFIXES, Load, iri, number
from tests.ontology.json_schema import valid

WORLD = """
:Product a owl:Class ; rdfs:label "product" .
:Kettle a owl:Class ; rdfs:subClassOf :Product ; rdfs:label "kettle" .
:Router a owl:Class ; rdfs:subClassOf :Product ; rdfs:label "router" .
:Part a owl:Class ; rdfs:label "part" . :Person a owl:Class ; rdfs:label "person" .
:hasPart a owl:ObjectProperty ; rdfs:label "has part" ; rdfs:domain :Product ; rdfs:range :Part .
:hasLid a owl:ObjectProperty ; rdfs:label "has lid" ; rdfs:subPropertyOf :hasPart .
:madeBy a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:label "made by" ;
  rdfs:domain :Product ; rdfs:range :Person .
:soldTo a owl:ObjectProperty ; rdfs:label "sold to" ;
  rdfs:range [ a owl:Class ; owl:unionOf ( :Person :Router ) ] .
:replaces a owl:ObjectProperty, owl:IrreflexiveProperty ; rdfs:label "replaces" ;
  rdfs:domain :Product ; rdfs:range :Product .
:months a owl:DatatypeProperty ; rdfs:label "warranty period" ; rdfs:domain :Product ;
  rdfs:range xsd:integer .
:note a owl:DatatypeProperty ; rdfs:label "note" .
:k1 a :Kettle ; rdfs:label "AquaBoil 1" ; :hasPart :lid ; :months 24 ; :madeBy :anna ;
  :note "24" , "twenty-four"@en .
:k2 a :Kettle ; rdfs:label "AquaBoil 2" ; :months 36 .
:r1 a :Router ; rdfs:label "NetBeam 1" . :lid a :Part ; rdfs:label "lid" .
:anna a :Person ; rdfs:label "Anna" . :ben a :Person ; rdfs:label "Ben" .
:thing a owl:NamedIndividual ; rdfs:label "thing" .
[ a owl:NegativePropertyAssertion ; owl:sourceIndividual :k2 ; owl:assertionProperty :hasPart ;
  owl:targetIndividual :lid ] .
"""
TERMS = tuple(
    map(iri, "k1 k2 r1 lid anna ben thing hasPart hasLid madeBy soldTo replaces months".split())
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("grammar") / "world.ttl"
    path.write_text(PREFIXES + WORLD, encoding="utf-8")
    return Ontology.load(path)


def about_k1(world: Ontology) -> list[Fact]:
    """What is known of the first kettle, without its notes."""
    return [fact for fact in world.facts(iri("k1")) if fact.predicate != iri("note")]


def statement(grammar: ClaimGrammar, fact: Fact) -> dict[str, str]:
    """A fact in the names of a grammar; what it has no name for by its own text."""
    things = {node: name for name, node in grammar.things.items()}
    predicates = {one: name for name, one in grammar.predicates.items()}
    value = fact.object.value if isinstance(fact.object, Literal) else str(fact.object)
    return {
        "subject": things.get(fact.subject, str(fact.subject)),
        "predicate": predicates.get(fact.predicate, str(fact.predicate)),
        "object": things.get(fact.object, value),
    }


def answer(*statements: dict[str, str], evidence: Sequence[str] = (), text: str = "So.") -> Any:
    """The answer of a model that makes one claim."""
    return {"claims": [{"text": text, "evidence": list(evidence), "facts": list(statements)}]}


def accepts(grammar: ClaimGrammar, document: object) -> bool:
    """Whether a document is accepted; the schema and the parser must agree on it."""
    try:
        grammar.parse(json.dumps(document))
        parsed = True
    except ClaimsMalformed:
        parsed = False
    assert valid(grammar.schema, document) == parsed
    return parsed


def allows(grammar: ClaimGrammar, subject: str, predicate: str, value: Iri | Literal) -> bool:
    return accepts(grammar, answer(statement(grammar, Fact(iri(subject), iri(predicate), value))))


contexts = st.tuples(st.integers(0, 10_000), st.integers(1, 60))


def drawn(shop: Ontology, context: tuple[int, int]) -> list[Fact]:
    """Some facts of the demo, the same ones for the same numbers."""
    seed, size = context
    return random.Random(seed).sample(shop.facts(), size)


@given(contexts)
def test_every_fact_of_a_context_can_be_stated_and_comes_back(
    shop: Ontology, context: tuple[int, int]
) -> None:
    facts = drawn(shop, context)
    grammar = claim_grammar(shop, evidence=["1"], facts=facts)
    for fact in facts:
        document = answer(statement(grammar, fact), evidence=["1"], text="It is so.")
        assert valid(grammar.schema, document)
        (claim,) = grammar.parse(json.dumps(document))
        assert (claim.text, claim.evidence, claim.facts) == ("It is so.", ("1",), (fact,))


@given(contexts, st.integers(0, 59))
def test_a_fact_of_another_subject_property_or_value_cannot_be_stated(
    shop: Ontology, context: tuple[int, int], place: int
) -> None:
    facts = drawn(shop, context)
    given_triples = {fact.triple for fact in facts}
    grammar = claim_grammar(shop, evidence=["1"], facts=facts)
    fact, other = facts[place % len(facts)], facts[(place * 7 + 1) % len(facts)]
    for wrong in (
        replace(fact, subject=other.subject),
        replace(fact, predicate=other.predicate),
        replace(fact, object=other.object),
        replace(fact, subject=Iri("http://example.org/elsewhere#it")),
        replace(fact, predicate=Iri("http://example.org/elsewhere#does")),
    ):
        assert accepts(grammar, answer(statement(grammar, wrong))) == (
            wrong.triple in given_triples
        )


@given(st.sets(st.text(max_size=12), max_size=8), st.text(max_size=12))
def test_only_evidence_of_the_turn_can_be_cited(world: Ontology, ids: set[str], other: str) -> None:
    grammar = claim_grammar(world, evidence=ids)
    assert accepts(grammar, answer(evidence=sorted(ids)))
    assert accepts(grammar, answer(evidence=[other])) == (other in ids)


@given(st.randoms(use_true_random=False), contexts)
def test_the_schema_depends_on_the_context_and_not_on_its_order(
    shop: Ontology, order: random.Random, context: tuple[int, int]
) -> None:
    facts = drawn(shop, context)
    ids = [str(n) for n in range(9)]
    terms = sorted({fact.subject for fact in facts} | {shop.resolve("warranty period")})
    first = claim_grammar(shop, evidence=ids, facts=facts, terms=terms).schema
    for one in (facts, ids, terms):
        order.shuffle(one)
    again = claim_grammar(shop, evidence=[*ids, *ids], facts=[*facts, facts[0]], terms=terms).schema
    assert json.dumps(first) == json.dumps(again)


@given(contexts)
def test_what_can_be_combined_never_breaks_a_rule_of_the_ontology(
    shop: Ontology, context: tuple[int, int]
) -> None:
    facts = drawn(shop, (context[0], 1 + context[1] % 12))
    named = {node for fact in facts for node in fact.triple if isinstance(node, str)}
    terms = sorted(node for node in named if shop.has(node))
    grammar = claim_grammar(shop, evidence=(), facts=facts, terms=terms)
    combined = [
        Fact(subject, predicate, value)
        for (subject, predicate), values in grammar.allowed.items()
        for value in values
    ]
    assert [one for one in shop.check(combined) if one.status == "contradicted"] == []


def test_terms_are_combined_as_domains_and_ranges_allow(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), terms=TERMS)
    assert allows(grammar, "k1", "hasPart", iri("lid"))
    assert allows(grammar, "r1", "hasPart", iri("lid"))
    assert not allows(grammar, "anna", "hasPart", iri("lid"))
    assert not allows(grammar, "r1", "hasPart", iri("anna"))
    assert not allows(grammar, "thing", "hasPart", iri("lid"))


def test_a_property_is_bound_by_the_ends_of_those_above_it(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), terms=TERMS)
    assert allows(grammar, "k1", "hasLid", iri("lid"))
    assert not allows(grammar, "anna", "hasLid", iri("lid"))
    assert not allows(grammar, "k1", "hasLid", iri("ben"))


def test_a_range_may_be_a_union_and_a_missing_domain_binds_nothing(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), terms=TERMS)
    assert allows(grammar, "thing", "soldTo", iri("ben"))
    assert allows(grammar, "lid", "soldTo", iri("r1"))
    assert not allows(grammar, "lid", "soldTo", iri("k1"))


def test_a_functional_property_keeps_its_value(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), terms=TERMS)
    assert allows(grammar, "k1", "madeBy", iri("anna"))
    assert not allows(grammar, "k1", "madeBy", iri("ben"))
    assert allows(grammar, "k2", "madeBy", iri("ben"))


def test_what_is_denied_and_what_relates_a_thing_to_itself_is_left_out(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), terms=TERMS)
    assert not allows(grammar, "k2", "hasPart", iri("lid"))
    assert allows(grammar, "k1", "replaces", iri("k2"))
    assert not allows(grammar, "k1", "replaces", iri("k1"))


def test_literals_are_only_those_that_the_context_gives_to_the_property(world: Ontology) -> None:
    facts = [*world.facts(iri("k1"), iri("months")), *world.facts(iri("k1"), iri("note"))]
    grammar = claim_grammar(world, evidence=(), facts=facts, terms=TERMS)
    assert allows(grammar, "k2", "months", number(24))
    assert not allows(grammar, "k2", "months", number(36))
    assert not allows(grammar, "k2", "months", Literal("24", Iri(XSD + "string")))
    assert not allows(grammar, "anna", "months", number(24))


def test_a_value_outside_the_range_is_stated_of_its_own_subject_alone(world: Ontology) -> None:
    long = Literal("long", Iri(XSD + "string"))
    fact = Fact(iri("k2"), iri("months"), long)
    grammar = claim_grammar(world, evidence=(), facts=[fact], terms=TERMS)
    assert allows(grammar, "k2", "months", long)
    assert not allows(grammar, "k1", "months", long)


def test_what_is_stated_and_what_can_be_combined_go_together(world: Ontology) -> None:
    stated = [Fact(iri("k1"), iri("replaces"), iri("anna"))]
    grammar = claim_grammar(world, evidence=(), facts=stated, terms=TERMS)
    assert allows(grammar, "k1", "replaces", iri("anna"))
    assert allows(grammar, "k1", "replaces", iri("r1"))
    assert not allows(grammar, "k2", "replaces", iri("anna"))


def test_facts_alone_are_not_combined(world: Ontology) -> None:
    facts = [*world.facts(iri("k1"), iri("months")), *world.facts(iri("k2"), iri("months"))]
    grammar = claim_grammar(world, evidence=(), facts=facts)
    assert allows(grammar, "k1", "months", number(24))
    assert not allows(grammar, "k1", "months", number(36))


def test_names_are_labels_and_lead_back_to_terms(world: Ontology) -> None:
    facts = [
        Fact(iri("k1"), iri("months"), number(24)),
        Fact(iri("k1"), RDF_TYPE, iri("Kettle")),
        Fact(iri("Kettle"), RDFS_SUBCLASS, iri("Product")),
    ]
    grammar = claim_grammar(world, evidence=(), facts=facts)
    assert set(grammar.things) == {"AquaBoil 1", "24", "kettle", "product"}
    assert grammar.predicates == {
        "warranty period": iri("months"),
        "is a": RDF_TYPE,
        "is a kind of": RDFS_SUBCLASS,
    }


def test_names_that_are_shared_are_set_apart(load: Load) -> None:
    ontology = load(
        "@prefix s: <http://example.org/s#> .\n"
        ':A a owl:Class ; rdfs:label "Lid" . s:a a owl:Class ; rdfs:label "lid" .\n'
        ':b a :A ; rdfs:label "lid (s:a)" . :p a owl:DatatypeProperty .'
    )
    other = Iri("http://example.org/s#a")
    values = [Literal("lid", Iri(XSD + "string")), Literal("lid", Iri(XSD + "token"))]
    facts = [Fact(iri("b"), RDF_TYPE, iri("A")), Fact(iri("b"), RDF_TYPE, other)]
    facts += [Fact(iri("b"), iri("p"), value) for value in values]
    grammar = claim_grammar(ontology, evidence=(), facts=facts)
    assert {str(node): name for name, node in grammar.things.items() if isinstance(node, str)} == {
        iri("A"): "Lid (A)",
        iri("b"): "lid (s:a)",
        other: "lid (s:a 2)",
    }
    assert [grammar.things["lid (string)"], grammar.things["lid (token)"]] == values
    assert len({name.casefold() for name in grammar.things}) == 5


HOSTILE = (
    'The "best" kettle',
    "back\\slash and /slash",
    "line\nbreak\r\n\ttab",
    "Wärmeplatte 水 \U0001f600 é",
    "\u202ereversed\u202c and \u200bzero width",
    "x" * 300,
    "many words " * 30,
    "\x00\x07\x1b[31mred",
    "",
    "   ",
    '{"claims": []}',
    "}]}]}",
)


@pytest.mark.parametrize("same", [False, True])
def test_hostile_labels_and_values_survive_the_round_trip(world: Ontology, same: bool) -> None:
    note = iri("note")
    facts = [Fact(iri("k1"), note, Literal(text, Iri(XSD + "string"))) for text in HOSTILE]
    if same:
        facts += [Fact(iri("k1"), note, Literal(text, Iri(XSD + "token"))) for text in HOSTILE]
    grammar = claim_grammar(world, evidence=HOSTILE, facts=facts)
    for fact in facts:
        document = answer(statement(grammar, fact), evidence=[HOSTILE[2]], text=HOSTILE[0])
        assert valid(grammar.schema, document)
        assert grammar.parse(json.dumps(document, ensure_ascii=False))[0].facts == (fact,)
        assert grammar.parse(json.dumps(document))[0].text == HOSTILE[0]
    assert all(name.isprintable() and len(name) < 100 for name in grammar.things)


@given(st.lists(st.text(max_size=400), min_size=1, max_size=6))
def test_any_text_can_be_the_value_of_a_fact(world: Ontology, texts: list[str]) -> None:
    facts = [Fact(iri("k1"), iri("note"), Literal(text, Iri(XSD + "string"))) for text in texts]
    grammar = claim_grammar(world, evidence=(), facts=facts)
    for fact in facts:
        assert grammar.parse(json.dumps(answer(statement(grammar, fact))))[0].facts == (fact,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["claims", "text", "evidence", "facts", "subject"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_the_parser_takes_what_the_schema_takes(world: Ontology, value: object) -> None:
    grammar = claim_grammar(world, evidence=["1"], facts=about_k1(world))
    assert accepts(grammar, value) == valid(grammar.schema, value)
    document = answer()
    document["claims"][0]["facts"] = value
    accepts(grammar, document)


KETTLE = {"subject": "AquaBoil 1", "predicate": "warranty period", "object": "24"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON at line 1, column 1 .* cut off: allow more tokens"),
        ('{"claims": [{"text": "The kettle', "cut off: allow more tokens"),
        ('{"claims": [{"text": "a", "evid', "cut off"),
        ("The kettle has 24 months.", "no JSON at line 1, column 1 .*'The kettle.*ask the model"),
        ("[" * 100_000, "nested too deep"),
        ("1" * 5000, "a number in them is too long"),
        ("[]", "the answer must be an object with 'claims', not a list"),
        ('{"claims": 3}', "claims must be a list, not a number"),
        ("{}", "the answer lacks the member 'claims'"),
        ('{"claims": [], "more": 1}', "the answer has the member 'more'"),
        ('{"claims": [{"text": "a", "facts": []}]}', r"claims\[0\] lacks the member 'evidence'"),
        (answer(evidence=["9"]), r"claims\[0\].evidence: '9' is no evidence .*use '1'"),
        (
            '{"claims": [{"text": null, "evidence": [], "facts": []}]}',
            r"claims\[0\].text must be a string, not null",
        ),
        (answer(evidence=["1"] * 9), r"claims\[0\].evidence has 9 entries; at most 1"),
        (answer({**KETTLE, "subject": "AquaBoil"}), r"facts\[0\].subject: .*mean 'AquaBoil 1'\?"),
        (answer(KETTLE, {**KETTLE, "predicate": "cost"}), r"facts\[1\].predicate: 'cost' is not"),
        (answer({**KETTLE, "object": "25"}), r"facts\[0\].object: '25' is not in the context"),
        (
            answer({**KETTLE, "object": "lid"}),
            "stated together; of 'AquaBoil 1' the context allows .*'warranty period' '24'",
        ),
        (answer({**KETTLE, "subject": "24"}), "of '24' the context allows no fact"),
        (answer({"subject": "AquaBoil 1"}), r"facts\[0\] lacks the member 'object'"),
    ],
)
def test_an_answer_outside_the_grammar_is_refused_in_a_sentence(
    world: Ontology, text: object, said: str
) -> None:
    grammar = claim_grammar(world, evidence=["1"], facts=about_k1(world))
    document = text if isinstance(text, str) else json.dumps(text)
    with pytest.raises(ClaimsMalformed, match=said) as caught:
        grammar.parse(document)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600


def test_what_a_claim_repeats_is_kept_once(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=["1", "2"], facts=about_k1(world))
    (claim,) = grammar.parse(json.dumps(answer(KETTLE, KETTLE, evidence=["2", "2"])))
    assert claim.evidence == ("2",)
    assert [world.verbalise(fact) for fact in claim.facts] == [
        "The warranty period of AquaBoil 1 is 24."
    ]


def test_half_a_character_does_not_get_into_a_claim(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=())
    (claim,) = grammar.parse(
        '{"claims": [{"text": "a\\ud83d b\\ud83d\\ude00", "evidence": [], "facts": []}]}'
    )
    assert claim.text == "a\ufffd b\U0001f600"
    claim.text.encode()


def test_an_empty_context_allows_prose_alone(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=())
    assert accepts(grammar, answer(text="I do not know."))
    assert accepts(grammar, {"claims": []})
    assert not accepts(grammar, answer(KETTLE))
    assert not accepts(grammar, answer(evidence=["1"]))


def test_claims_are_limited_in_number(world: Ontology) -> None:
    grammar = claim_grammar(world, evidence=(), max_claims=2)
    one = answer()["claims"][0]
    assert accepts(grammar, {"claims": [one] * 2})
    assert not accepts(grammar, {"claims": [one] * 3})
    with pytest.raises(ConfigError, match="max_claims=0 must be at least 1"):
        claim_grammar(world, evidence=(), max_claims=0)


def test_a_term_that_the_ontology_lacks_is_an_error(world: Ontology) -> None:
    with pytest.raises(UnknownTerm, match="t#nothing"):
        claim_grammar(world, evidence=(), terms=[iri("nothing")])


def test_a_fact_keeps_where_it_came_from(world: Ontology) -> None:
    fact = replace(world.facts(iri("k1"), iri("months"))[0], inferred=True)
    grammar = claim_grammar(world, evidence=(), facts=[fact])
    assert grammar.parse(json.dumps(answer(KETTLE)))[0].facts == (fact,)


def test_records_that_the_ontology_does_not_name_can_be_stated(world: Ontology) -> None:
    order = Iri("urn:order:A-10001")
    grammar = claim_grammar(world, evidence=(), facts=[Fact(order, iri("hasPart"), iri("lid"))])
    assert grammar.things["A-10001"] == order


TINY = Path(__file__).resolve().parents[1] / "fixtures/tiny_llama"


@pytest.mark.slow
def test_an_engine_that_decodes_by_the_schema_writes_only_what_is_allowed(
    shop: Ontology, world: Ontology, tmp_path: Path
) -> None:
    """A model of almost random words under OpenVINO's structured output (xgrammar)."""
    from tests.ontology.constrained import Constrained

    note = iri("note")
    odd = [Fact(iri("k1"), note, Literal(text, Iri(XSD + "string"))) for text in HOSTILE]
    model = Constrained(TINY, tmp_path)
    for ontology, facts in ((shop, drawn(shop, (3, 40))), (world, odd)):
        grammar = claim_grammar(ontology, evidence=["1", "2"], facts=facts)
        claim = grammar.schema["properties"]["claims"]["items"]
        stated = claim["properties"]["facts"]["items"]
        written = [json.loads(model.write(stated, seed=seed)) for seed in range(9)]
        found = {grammar.parse(json.dumps(answer(one)))[0].facts[0] for one in written}
        assert found <= set(facts)
        assert len(found) > 3
        whole = model.write(grammar.schema, seed=2, tokens=20)
        assert whole.lstrip().startswith("{")
