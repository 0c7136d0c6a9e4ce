"""Drafts as JSON that cites only what is in the context: read while they stream, and in turns."""

import json
from collections.abc import Callable
from itertools import pairwise

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import EngineFailed
from ontopilot.models import Breaks, GenerationRequest, ScriptedEngine
from ontopilot.models.structured.constraint import constraint_of
from ontopilot.models.structured.matching import accepts
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.cited_claims import ClaimStream, claims_schema
from ontopilot.orchestrator.events import Released

MakeAgent = Callable[..., Agent]

QUESTION = "How do I descale my AquaBoil 2?"
RIGHT = "Leave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice."
WRONG = "Leave the mixture in the AquaBoil 2 for 45 minutes."
FELL = EngineFailed("it fell over; ask again")


def draft(*claims: tuple[str, list[int]], spaces: bool = False) -> str:
    listed = {"claims": [{"text": text, "ids": ids} for text, ids in claims]}
    return json.dumps(listed, indent=1 if spaces else None, ensure_ascii=False)


def read(pieces: list[str]) -> list[tuple[str, tuple[int, ...]]]:
    stream = ClaimStream()
    found = [sentence for piece in pieces for sentence in stream.feed(piece)]
    return [(sentence.text, sentence.markers) for sentence in (*found, *stream.finish())]


@given(st.lists(st.integers(0, 200), max_size=9), st.booleans())
def test_the_outcome_does_not_depend_on_how_the_text_was_cut(cuts, spaces):
    text = draft(("It weighs 1.5 kg.", [2, 5]), ('A "}" and a \\ é.', [1]), spaces=spaces)
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[a:b] for a, b in pairwise(places)]
    assert read(pieces) == [("It weighs 1.5 kg.", (2, 5)), ('A "}" and a \\ é.', (1,))]


def test_a_claim_comes_out_when_its_object_is_complete():
    text = draft(("One is so.", [1]), ("Two is so.", [2]))
    stream = ClaimStream()
    came = [at for at, letter in enumerate(text) if stream.feed(letter)]
    assert came == [at for at, letter in enumerate(text[:-2]) if letter == "}"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (draft(("It is so.", [1]), ("It was", [2]))[:-9], [("It is so.", (1,))]),
        (draft(("Red it is. Blue it was.", [3])), [("Red it is.", (3,)), ("Blue it was.", (3,))]),
        (draft(("It is so [7].", [3, 3])), [("It is so.", (3, 7))]),
        (draft(("...", [1]), ("It is so.", [])), [("It is so.", ())]),
        ('{"claims":[]}', []),
        ('{"claims":[{"text":1,"ids":[1]},{"ids":[1]},{"text":"A.","ids":[true]}]}', [("A.", ())]),
        ("It is so. [1]", []),
        ('{"claims":[' + "[" * 9999 + "{" * 9999, []),
    ],
)  # fmt: skip
def test_what_is_no_claim_is_passed_over(text, found):
    assert read([text]) == found


def test_the_schema_allows_the_sources_of_the_context_and_no_others():
    schema = claims_schema(range(1, 61), most=2)
    grammar = constraint_of(GenerationRequest((), schema=schema)).grammar
    for text, ids, allowed in (
        ('So "it" is, é.', [1, 60], True),
        ("It is.", [61], False),
        ("It is.", [0], False),
        ("It is.", [], False),
        ("It is [3].", [1], False),
        ("Two\nlines.", [1], False),
        ("", [1], False),
    ):
        value = {"claims": [{"text": text, "ids": ids}]}
        compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert accepts(grammar, compact) == allowed
        assert jsonschema.Draft202012Validator(json.loads(schema)).is_valid(value) == allowed


class Recorder(ScriptedEngine):
    """A double that keeps what it was asked."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self.asked: list[GenerationRequest] = []

    async def generate(self, request: GenerationRequest):
        self.asked.append(request)
        async for chunk in super().generate(request):
            yield chunk


def test_an_engine_that_keeps_a_schema_drafts_claims(make_agent: MakeAgent):
    engine = Recorder([draft((WRONG, [1]), (RIGHT, [1]))], grammar=True)
    answer = make_agent(generator=engine).ask(QUESTION)
    assert [claim.text for claim in answer.claims] == [RIGHT]
    assert answer.text == f"{RIGHT} [1]"
    assert [citation.source for citation in answer.citations] == ["kettle.md"]
    assert [v.claim.text for v in answer.verdicts if v.status != "supported"] == [WRONG]
    (request,) = engine.asked
    ids = json.loads(request.schema)["properties"]["claims"]["items"]["properties"]["ids"]
    assert ids["items"]["enum"] == list(range(1, len(request.sources) + 1))
    assert '{"claims":[' in request.messages[0].content


def test_an_engine_that_keeps_none_drafts_prose(make_agent: MakeAgent):
    engine = Recorder([f"{RIGHT} [1]"])
    answer = make_agent(generator=engine).ask(QUESTION)
    assert answer.text == f"{RIGHT} [1]"
    (request,) = engine.asked
    assert (request.schema, request.grammar) == (None, None)
    assert "like [1]" in request.messages[0].content


def test_what_the_context_does_not_have_is_not_cited(make_agent: MakeAgent):
    engine = ScriptedEngine([draft((RIGHT, [1]), ("It is blue.", [1]))], grammar=True)
    outside = ScriptedEngine([draft((RIGHT, [999]))], grammar=True)
    assert make_agent(generator=engine).ask(QUESTION).text == f"{RIGHT} [1]"
    answer = make_agent(generator=outside).ask(QUESTION)
    assert answer.claims == ()
    assert answer.outcome == "unanswerable"


BROKEN = draft((RIGHT, [1]), ("The AquaBoil 2 is", [1]))[:-10]


@pytest.mark.parametrize("prose", [True, False])
def test_prose_takes_over_from_claims_and_the_answer_is_one(make_agent: MakeAgent, prose: bool):
    half = ScriptedEngine([Breaks(FELL, BROKEN)], name="half", grammar=True)
    line = f"{RIGHT} [1]" if prose else draft((RIGHT, [1]))
    rest = ScriptedEngine(line, name="rest", grammar=not prose)
    agent = make_agent(generator=[half, rest])
    events = list(agent.stream(QUESTION))
    answer = events[-1].answer
    assert answer.text == f"{RIGHT} [1]"
    assert [e.claim.text for e in events if isinstance(e, Released)] == [RIGHT]
    assert answer.degraded == f"'rest' answered because 'half' could not ({FELL})"


def test_quotations_take_over_from_claims(make_agent: MakeAgent):
    half = ScriptedEngine([Breaks(FELL, '{"claims":[{"text":"The Aqua')], grammar=True)
    answer = make_agent(generator=half).ask(QUESTION)
    assert answer.versions["generator"] == "extractive"
    assert "vinegar" in answer.text
    assert "{" not in answer.text


def test_claims_take_over_from_prose(make_agent: MakeAgent):
    half = ScriptedEngine([Breaks(FELL, "The AquaBoil 2 can be")], name="half")
    rest = ScriptedEngine(draft((RIGHT, [1])), name="rest", grammar=True)
    assert make_agent(generator=[half, rest]).ask(QUESTION).text == f"{RIGHT} [1]"
