"""A process that is killed in mid-turn: what was shown stays, and the turn can be finished."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ontopilot.errors import StoreError
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent

HERE = Path(__file__).parent
MakeAgent = Callable[..., Agent]
QUESTION = "How do I descale my AquaBoil 2?"
FIRST = (
    "To descale the AquaBoil 2, boil half a litre of white vinegar with half a litre of water. [1]"
)
SECOND = "Leave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice. [1]"

CHILD = """
import asyncio, sys, threading
from pathlib import Path
from conftest import build_agent
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk
from ontopilot.orchestrator.events import Done, Released, Step

class Stalls:
    name = "stalls"
    capabilities = Capabilities()
    async def generate(self, request):
        yield Chunk(sys.argv[4])
        await asyncio.Event().wait()
    def stats(self):
        return EngineStats()
    async def aclose(self):
        pass

folder, question, conversation, draft = sys.argv[1:5]
agent = build_agent(Path(folder), generator=Stalls())

def tell(*words):  # one write a line: `print` writes words one by one, and two threads tell
    sys.stdout.write(" ".join(words) + "\\n")
    sys.stdout.flush()

def stall(*words):
    tell(*words)
    threading.Event().wait()

def refund(order: str, customer: str) -> str:
    stall("calling", order)

if sys.argv[5:] == ["action"]:
    (declared,) = agent.actions
    object.__setattr__(declared, "function", refund)
elif sys.argv[5:] == ["record"]:
    agent.records("tiny:Order")(lambda order, customer: stall("looking", order))

for event in agent.stream(question, conversation=conversation, customer="C-1001"):
    match event:
        case Step(name):
            tell("step", name)
        case Released(claim):
            tell("shown", claim.text)
        case Done(answer):
            tell("done", answer.outcome)
"""


@contextmanager
def asking(
    shop: Path, question: str, *, draft: str = "", stall: str = ""
) -> Iterator[Iterator[str]]:
    """The lines that a process tells while it runs a turn; it is killed at the end."""
    command = [sys.executable, "-c", CHILD, str(shop), question, "c-1", draft]
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    with subprocess.Popen(
        [*command, *([stall] if stall else [])],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        try:
            yield (line.rstrip("\n") for line in process.stdout)
        finally:
            process.send_signal(signal.SIGKILL)


def wait_for(lines: Iterator[str], beginning: str) -> list[str]:
    """The lines up to the first one that begins so."""
    seen = []
    for line in lines:
        seen.append(line)
        if line.startswith(beginning):
            return seen
    raise AssertionError(f"the process ended before it said {beginning!r}: {seen!r}")


def threads(shop: Path) -> int:
    """The turns that have a checkpoint."""
    connection = sqlite3.connect(shop / "home" / "turns.db")
    (count,) = connection.execute("SELECT count(DISTINCT thread_id) FROM checkpoints").fetchone()
    connection.close()
    return int(count)


def test_a_shown_claim_is_neither_lost_nor_repeated(shop: Path, make_agent: MakeAgent) -> None:
    with asking(shop, QUESTION, draft=f"{FIRST} {SECOND[:20]}") as lines:
        shown = wait_for(lines, "shown")[-1].removeprefix("shown ")

    agent = make_agent(generator=ScriptedEngine([f"{FIRST} {SECOND}"]))
    (turn,) = agent.unfinished()
    answer = agent.resume(turn)
    assert [claim.text for claim in answer.claims] == [shown, SECOND.removesuffix(" [1]")]
    assert answer.text.count(shown) == 1
    assert answer.outcome == "answered"
    assert agent.unfinished() == ()
    assert agent.store.answer(turn) == answer
    assert threads(shop) == 0
    with pytest.raises(StoreError, match="finished or unknown"):
        agent.resume(turn)


@pytest.mark.parametrize("step", ["understand", "plan", "retrieve", "draft"])
def test_a_turn_killed_in_any_step_can_be_finished(
    shop: Path, make_agent: MakeAgent, step: str
) -> None:
    with asking(shop, QUESTION, draft=FIRST) as lines:
        wait_for(lines, f"step {step}")

    agent = make_agent(generator=ScriptedEngine([f"{FIRST} {SECOND}"]))
    (turn,) = agent.unfinished()
    answer = agent.resume(turn)
    assert [f"{claim.text} [1]" for claim in answer.claims] == [FIRST, SECOND]
    assert agent.unfinished() == ()
    assert threads(shop) == 0


def test_an_action_that_was_cut_off_is_not_called_again(shop: Path, make_agent: MakeAgent) -> None:
    agent = make_agent()
    asked = agent.ask(
        "I want my money back for order A-10001", conversation="c-1", customer="C-1001"
    )
    assert asked.outcome == "confirm"
    agent.close()
    with asking(shop, "yes please", stall="action") as lines:
        wait_for(lines, "calling A-10001")

    again = make_agent()
    (turn,) = again.unfinished()
    answer = again.resume(turn)
    assert answer.outcome == "handed_over"
    assert "do not know whether it was done" in answer.text
    assert again.refunded == []  # type: ignore[attr-defined]
    assert threads(shop) == 0


def test_a_yes_that_was_cut_off_before_the_action_still_counts(
    shop: Path, make_agent: MakeAgent
) -> None:
    agent = make_agent()
    agent.ask("I want my money back for order A-10001", conversation="c-1", customer="C-1001")
    agent.close()
    with asking(shop, "yes please", stall="record") as lines:
        wait_for(lines, "looking A-10001")

    again = make_agent()
    (turn,) = again.unfinished()
    answer = again.resume(turn)
    assert answer.outcome == "acted"
    assert again.refunded == [("A-10001", "C-1001")]  # type: ignore[attr-defined]
    assert threads(shop) == 0


def test_one_yes_is_one_refund(make_agent: MakeAgent) -> None:
    agent = make_agent()
    agent.ask("I want my money back for order A-10001", conversation="c-1", customer="C-1001")
    replies = [agent.ask("yes", conversation="c-1", customer="C-1001").outcome for _ in range(4)]
    assert replies[0] == "acted"
    assert not {"acted", "confirm"} & set(replies[1:])
    assert agent.refunded == [("A-10001", "C-1001")]  # type: ignore[attr-defined]


def test_a_checkpoint_that_nobody_needs_is_swept(shop: Path, make_agent: MakeAgent) -> None:
    with asking(shop, QUESTION, draft=f"{FIRST} {SECOND[:20]}") as lines:
        wait_for(lines, "shown")
    agent = make_agent()
    (turn,) = agent.unfinished()
    agent.store.abandon(turn)
    agent.close()
    assert threads(shop) == 1
    make_agent().ask(QUESTION)
    assert threads(shop) == 0
