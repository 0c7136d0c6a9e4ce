"""Prompts that go on from the conversation: what they repeat, and what they must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ModelError
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.answer import Claim, Verdict
from ontopilot.orchestrator.dialogue import Dialogue, Dialogues
from ontopilot.orchestrator.prompts import DRAFT, draft_request
from ontopilot.retrieval.passage import Context, Evidence, EvidenceId


def evidence(number, text="It is blue."):
    return Evidence(EvidenceId(f"e{number}"), "passage", text, 1.0, "", title=f"Page {number}")


def request(question, numbers, dialogue):
    context = Context(tuple(evidence(n, f"Fact {n}.") for n in numbers), 0)
    made = draft_request(question, context, system=DRAFT, most_claims=2, dialogue=dialogue)
    return made, context


def spoken(question, numbers, dialogue, claims):
    made, context = request(question, numbers, dialogue)
    return made, dialogue.opening(question, context.evidence).answered(claims)


def of_length(characters, tokens_of_char):
    return Dialogue(opened="x" * characters, tokens_of_char=tokens_of_char).answered([])


def test_a_prompt_begins_with_the_whole_prompt_before_it():
    first, said = spoken("One?", [1, 2], Dialogue(), [("Fact 2.", ("e2",))])
    second, said = spoken("Two?", [2, 3], said, [])
    third, _ = spoken("Three?", [1, 3], said, [])
    assert second.messages[: len(first.messages)] == first.messages
    assert third.messages[: len(second.messages)] == second.messages
    assert second.messages[2].content == '{"claims":[{"text":"Fact 2.","ids":[2]}]}'
    assert second.plain.messages[2].content == "Fact 2. [2]"


def test_a_source_is_listed_once_and_keeps_its_number():
    _, said = spoken("One?", [5, 7], Dialogue(), [])
    second, said = spoken("Two?", [7, 9], said, [])
    assert second.messages[-1].content == (
        "Sources:\n[3] Page 9: Fact 9.\n\nSources from before: [2]\n\nQuestion: Two?"
    )
    assert [source.id for source in second.sources] == ["2", "3"]
    assert '"enum": [2, 3]' in second.schema
    third, _ = spoken("Three?", [5], said, [])
    assert third.messages[-1].content == "Sources from before: [1]\n\nQuestion: Three?"


def test_a_source_that_was_edited_is_listed_anew():
    _, said = spoken("One?", [1], Dialogue(), [])
    assert list(said.numbers([evidence(1, "It is red.")])) == [2]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True), max_size=6))
def test_numbers_never_change(turns):
    said, known = Dialogue(), {}
    for numbers in turns:
        made, now = spoken("Why?", numbers, said, [])
        for source in made.sources:
            assert known.setdefault(source.text, source.id) == source.id
        assert len({source.id for source in made.sources}) == len(made.sources)
        said = now


def test_a_prompt_that_would_be_too_long_begins_anew():
    said = of_length(4000, 0.5)
    assert said.fits(4100, room=2200)
    assert not said.fits(5000, room=2200)


def test_a_conversation_that_rests_is_forgotten():
    now = [0.0]
    dialogues = Dialogues(lambda: now[0])
    dialogues.keep("c-1", of_length(1, 0.5))
    now[0] = 3000.0
    assert dialogues.of("c-1").exchanges
    dialogues.keep("c-2", Dialogue())
    now[0] = 4000.0
    assert dialogues.of("c-1") == Dialogue()


def test_a_second_attempt_goes_on_from_the_first():
    first, context = request("Why?", [1, 2], Dialogue())
    said = Dialogue().opening("Why?", context.evidence)
    second, more = request("Why?", [2, 3], said)
    assert second.messages[-1].content == (
        first.messages[-1].content + "\n\nMore sources:\n[3] Page 3: Fact 3."
    )
    assert [source.id for source in second.sources] == ["2", "3"]
    now = said.opening("Why?", more.evidence).answered([("Fact 3.", ("e3",))])
    third, _ = request("How?", [1], now)
    assert third.messages[1].content == second.messages[-1].content
    assert third.messages[2].content == '{"claims":[{"text":"Fact 3.","ids":[3]}]}'


class Model(ScriptedEngine):
    """Says what a script says, with a context of so many words, and keeps what it was asked."""

    def __init__(self, script, **more):
        super().__init__(self._noted, **more)
        self.asked = []
        self._lines = script

    def _noted(self, request):
        self.asked.append(request)
        return self._lines(request)


def quoting(request):
    return " ".join(f"{s.text.split('. ')[0].rstrip('.')}. [{s.id}]" for s in request.sources[:1])


def test_an_agent_goes_on_from_what_was_said(make_agent):
    engine = Model(quoting)
    agent = make_agent(generator=engine)
    about = agent.ask("What does the NetBeam 5 weigh?").conversation
    other = agent.ask("How do I restart the router?")
    agent.ask("How do I restart it?", conversation=about)
    drafts = [r for r in engine.asked if "step by step" not in r.messages[-1].content]
    assert other.conversation != about
    first = next(r for r in drafts if r.question.startswith("What does"))
    last = drafts[-1]
    assert last.messages[: len(first.messages)] == first.messages
    assert len(last.messages) > len(first.messages)
    assert not any("restart the router" in m.content for m in last.messages)


def test_what_was_withheld_is_not_in_the_next_prompt(make_agent):
    engine = Model(lambda request: f"It weighs 99 tonnes. [{request.sources[0].id}]")
    agent = make_agent(generator=engine)
    about = agent.ask("What does the NetBeam 5 weigh?").conversation
    seen = len(engine.asked)
    agent.ask("How do I restart it?", conversation=about)
    first = engine.asked[seen]
    assert len(first.messages) > 2
    assert not any("99 tonnes" in m.content for m in first.messages)


def test_a_short_context_is_never_overrun(make_agent):
    engine = Model(quoting, context_tokens=700)
    agent = make_agent(generator=engine, context_tokens=100)
    about = None
    for _ in range(6):
        answer = agent.ask("What does the NetBeam 5 weigh?", conversation=about)
        about = answer.conversation
        assert answer.versions["generator"] == engine.name
        assert answer.degraded == ""


def test_a_reasoner_of_its_own_is_asked_with_nothing_else(make_agent):
    drafts, reasons = (
        Model(lambda request: "It weighs 99 tonnes. [1]"),
        Model(quoting, name="other"),
    )
    agent = make_agent(generator=drafts, reasoner=reasons)
    about = agent.ask("What does the NetBeam 5 weigh?").conversation
    agent.ask("How do I restart it?", conversation=about)
    assert reasons.asked
    assert {len(one.messages) for one in reasons.asked} == {2}
    assert all("step by step" in one.messages[0].content for one in reasons.asked)
    assert len(drafts.asked[-1].messages) == 4


def test_what_does_not_fit_is_asked_apart(make_agent):
    """The reasoner then gets a prompt of its own, as short as without a conversation."""
    engine = Model(lambda request: "It weighs 99 tonnes. [1]", context_tokens=460)
    agent = make_agent(generator=engine, context_tokens=100)
    about = agent.ask("What does the NetBeam 5 weigh?").conversation
    agent.ask("How do I restart it?", conversation=about)
    reasons = [one for one in engine.asked if "step by step" in one.messages[0].content]
    assert reasons
    assert {len(one.messages) for one in reasons} == {2}


@pytest.mark.parametrize("broken", [ModelError("it fell")])
def test_a_draft_that_fails_leaves_the_dialogue_as_it_was(make_agent, broken):
    engine = Model(lambda request: broken)
    agent = make_agent(generator=engine)
    about = agent.ask("What does the NetBeam 5 weigh?").conversation
    assert agent.ask("How do I restart it?", conversation=about).degraded


def test_a_verdict_is_told_behind_the_question():
    verdict = Verdict(Claim("It is red.", ()), "unsupported", "no source says so")
    _, said = spoken("One?", [1], Dialogue(), [])
    context = Context((evidence(1),), 0)
    plain = draft_request("Two?", context, system=DRAFT, most_claims=2, dialogue=said)
    again = draft_request(
        "Two?", context, system=DRAFT, most_claims=2, dialogue=said, withheld=[verdict]
    )
    assert again.messages[-1].content.startswith(plain.messages[-1].content)


def test_a_deleted_turn_is_in_no_later_prompt(make_agent):
    engine = Model(quoting)
    agent = make_agent(generator=engine)
    first = agent.ask("What does the NetBeam 5 weigh?")
    agent.forget(first.turn)
    agent.ask("How do I restart the router?", conversation=first.conversation)
    assert not any("weigh" in m.content for m in engine.asked[-1].messages)
