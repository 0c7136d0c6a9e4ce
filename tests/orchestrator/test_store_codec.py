"""What the store keeps comes back as it was."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import StoreError
from ontopilot.models.messages import Usage
from ontopilot.ontology.terms import Fact, Literal, Mention
from ontopilot.orchestrator.answer import (
    Answer,
    Citation,
    Claim,
    Outcome,
    Requested,
    Verdict,
    VerdictStatus,
)
from ontopilot.orchestrator.plan.plan import Alternative, Operator, Plan, Strategy
from ontopilot.orchestrator.store.codec import decode, dumps, encode
from ontopilot.retrieval.passage import Evidence, EvidenceKind

TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
NUMBER = st.floats(allow_nan=True, allow_infinity=True)
KIND = st.sampled_from(get_args(EvidenceKind))


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


LITERAL = st.builds(Literal, TEXT, TEXT, TEXT)
FACT = st.builds(Fact, TEXT, TEXT, st.one_of(TEXT, LITERAL), st.booleans())
MENTION = st.builds(Mention, st.integers(), st.integers(), TEXT, TEXT, NUMBER, TEXT)
EVIDENCE = st.builds(
    Evidence, TEXT, KIND, TEXT, NUMBER, TEXT, TEXT, TEXT, several(TEXT), several(FACT)
)
CLAIM = st.builds(Claim, TEXT, several(TEXT), several(FACT))
VERDICT = st.builds(Verdict, CLAIM, st.sampled_from(get_args(VerdictStatus)), TEXT)
STRATEGY = st.sampled_from(get_args(Strategy))
PLAN = st.builds(
    Plan,
    STRATEGY,
    TEXT,
    several(
        st.builds(
            Operator, TEXT, TEXT, st.none() | NUMBER, st.none() | NUMBER, st.integers(min_value=0)
        )
    ),
    several(st.builds(Alternative, STRATEGY, TEXT)),
)
USAGE = st.builds(Usage, st.integers(min_value=0), st.integers(min_value=0))
ANSWER = st.builds(
    Answer,
    TEXT,
    st.sampled_from(get_args(Outcome)),
    several(st.builds(Citation, st.integers(), TEXT, KIND, TEXT, TEXT, TEXT)),
    several(CLAIM),
    several(VERDICT),
    PLAN,
    USAGE,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.none() | st.builds(Requested, TEXT, st.dictionaries(TEXT, TEXT | st.integers(), max_size=2)),
    st.dictionaries(TEXT, TEXT, max_size=2),
)


@given(
    st.one_of(
        ANSWER.map(lambda value: (Answer, value)),
        EVIDENCE.map(lambda value: (Evidence, value)),
        several(MENTION).map(lambda value: (tuple[Mention, ...], value)),
        VERDICT.map(lambda value: (Verdict, value)),
    )
)
def test_every_value_survives_json(pair: tuple[Any, Any]) -> None:
    kind, value = pair
    text = dumps(encode(kind, value))
    back = decode(kind, json.loads(text, parse_constant=pytest.fail))
    assert repr(back) == repr(value)
    assert text.isascii()


def test_a_literal_and_an_iri_are_told_apart() -> None:
    iri = Fact("a", "b", "c")  # type: ignore[arg-type]
    literal = Fact("a", "b", Literal("c", "d"))  # type: ignore[arg-type]
    assert decode(Fact, encode(Fact, iri)) == iri
    assert decode(Fact, encode(Fact, literal)) == literal


@pytest.mark.parametrize(
    "stored", [{"text": "x", "shape": 1}, {"evidence_ids": []}, [], 7, {"text": "x", "facts": 3}]
)
def test_a_value_of_another_shape_is_refused(stored: Any) -> None:
    with pytest.raises(StoreError, match="stored Claim"):
        decode(Claim, stored)


def test_a_type_without_a_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        encode(complex, 1j)
