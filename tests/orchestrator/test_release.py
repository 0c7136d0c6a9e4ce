"""Conversations and turns in progress that another release left: older ones go on, newer stay."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest

from ontopilot.errors import StoreVersion
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.checkpoint import Checkpoints
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.tables import SCHEMA, STATE
from tests.orchestrator.serving import running
from tests.orchestrator.test_checkpoint import begin
from tests.orchestrator.test_kill_resume import FIRST, SECOND, threads
from tests.orchestrator.test_serve import QUESTION, user

LEFT = sorted((Path(__file__).parent / "stores").glob("begun_*"))
"""By the schema of its store: what a release left that was killed in a turn, with another turn
that waits for a yes in the conversation `c-2`."""


@pytest.fixture(params=LEFT, ids=lambda path: path.stem)
def left(request, shop):
    home = shop / "home"
    home.mkdir()
    for script in request.param.glob("*.sql"):
        made = sqlite3.connect(home / f"{script.stem}.db")
        made.executescript(script.read_text(encoding="utf-8"))
        made.close()
    return home


@pytest.fixture
def agent(make_agent):
    return make_agent(generator=ScriptedEngine([f"{FIRST} {SECOND}"]))


def states(home):
    connection = sqlite3.connect(home / "store.db")
    found = dict(connection.execute("SELECT id, state FROM conversations").fetchall())
    connection.close()
    return found


def put(home, database, statement, *values):
    connection = sqlite3.connect(home / database)
    with connection:
        connection.execute(statement, values)
    connection.close()


def stored(home):
    """All that is kept: rows of every table of both files."""
    rows = []
    for file in ("store.db", "turns.db"):
        connection = sqlite3.connect(home / file)
        rows += [line for line in connection.iterdump() if line.startswith("INSERT")]
        connection.close()
    return sorted(rows)


def test_there_is_what_every_older_release_left():
    assert [path.stem for path in LEFT] == [f"begun_{n}" for n in range(1, SCHEMA)]


def test_a_turn_that_an_older_release_began_is_finished(left, agent):
    (turn,) = agent.unfinished()
    answer = agent.resume(turn)
    assert [f"{claim.text} [1]" for claim in answer.claims] == [FIRST, SECOND]
    assert answer.outcome == "answered"
    assert agent.unfinished() == ()


def test_what_an_older_release_asked_a_yes_for_is_done(left, agent, shop):
    answer = agent.ask("yes", conversation="c-2", customer="C-1001")
    assert answer.outcome == "acted"
    assert agent.refunded == [("A-10001", "C-1001")]
    assert threads(shop) == 1  # the other turn, which is not finished


def test_a_conversation_gets_the_state_of_the_release_that_goes_on_with_it(left, agent):
    agent.prepare()
    assert agent.store.database
    before = states(left)
    assert set(before.values()) == {1}
    agent.ask(QUESTION, conversation="c-2", customer="C-1001")
    new = agent.ask(QUESTION).conversation
    assert states(left) == before | {"c-2": STATE, new: STATE}


def test_a_newer_conversation_is_refused_and_stays_as_it_is(left, agent):
    agent.prepare()
    assert agent.store.database
    put(left, "store.db", "UPDATE conversations SET state = ?", STATE + 1)
    before = stored(left)
    with pytest.raises(StoreVersion, match=r"'c-2': a newer ontopilot .*; upgrade ontopilot, or"):
        agent.ask("yes", conversation="c-2", customer="C-1001")
    (turn,) = agent.unfinished()
    with pytest.raises(StoreVersion, match="a newer ontopilot"):
        agent.resume(turn)
    assert stored(left) == before
    assert agent.refunded == []
    put(left, "store.db", "UPDATE conversations SET state = ?", STATE)
    assert agent.ask("yes", conversation="c-2", customer="C-1001").outcome == "acted"


def test_a_newer_checkpoint_is_refused_and_stays_as_it_is(left, agent):
    (turn,) = agent.unfinished()
    newer = json.dumps({"ontopilot_state": STATE + 1})
    put(left, "turns.db", "UPDATE checkpoints SET metadata = ?", newer.encode())
    before = stored(left)
    with pytest.raises(StoreVersion, match=f"turn '{turn}': a newer ontopilot"):
        agent.resume(turn)
    assert stored(left) == before
    assert agent.unfinished() == (turn,)


def test_over_http_a_newer_conversation_is_a_conflict_that_names_it(make_agent, shop):
    agent = make_agent()
    agent.ask(QUESTION, conversation="c-1")
    put(shop / "home", "store.db", "UPDATE conversations SET state = ?", STATE + 1)
    body = {"model": "tiny", "messages": user("hello"), "metadata": {"conversation": "c-1"}}
    with running(create_app({"tiny": agent}, prepared=True)) as base:
        for stream in (False, True):
            reply = httpx.post(f"{base}/v1/chat/completions", json=body | {"stream": stream})
            assert reply.status_code == 409
            error = reply.json()["error"]
            assert (error["param"], error["code"]) == ("conversation", "newer_release")
            assert "store.db" not in error["message"]


async def test_every_checkpoint_has_the_state_of_this_release(tmp_path):
    saver = await Checkpoints.open(tmp_path / "turns.db")
    await begin(saver, "t-1")
    found = [kept.metadata["ontopilot_state"] async for kept in saver.alist(None)]
    await saver.aclose()
    assert set(found) == {STATE}
