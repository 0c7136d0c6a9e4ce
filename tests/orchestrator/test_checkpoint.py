"""The checkpoint file: turns in progress, and no others."""

import sqlite3
from pathlib import Path
from typing import TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from ontopilot.errors import StoreError, StoreLocked, StoreReadOnly
from ontopilot.orchestrator.checkpoint import Checkpoints, sweep


class Small(TypedDict, total=False):
    """The state of a two-node graph."""

    attempt: int


def first(state: Small) -> Small:
    return {"attempt": 1}


def ask(state: Small) -> Small:
    interrupt("yes?")
    return {}


async def begin(saver: Checkpoints, thread: str) -> None:
    """Run a graph up to its question."""
    graph = StateGraph(Small)
    graph.add_node("first", first)
    graph.add_node("ask", ask)
    graph.add_edge(START, "first")
    graph.add_edge("first", "ask")
    graph.add_edge("ask", END)
    config: RunnableConfig = {"configurable": {"thread_id": thread}}
    await graph.compile(checkpointer=saver).ainvoke({}, config, durability="sync")


async def test_a_turn_in_progress_is_listed_until_it_is_pruned(tmp_path: Path) -> None:
    saver = await Checkpoints.open(tmp_path / "turns.db")
    await begin(saver, "t-1")
    await begin(saver, "t-2")
    await saver.aclose()
    saver = await Checkpoints.open(tmp_path / "turns.db")
    assert await saver.threads() == ("t-1", "t-2")
    await saver.adelete_thread("t-1")
    assert await saver.threads() == ("t-2",)
    await saver.aclose()


async def test_leftovers_are_swept_and_what_is_needed_stays(tmp_path: Path) -> None:
    saver = await Checkpoints.open(tmp_path / "turns.db")
    for thread in ("t-1", "t-2", "t-3"):
        await begin(saver, thread)
    await sweep(saver, needed=lambda: {"t-2", "t-unknown"})
    assert await saver.threads() == ("t-2",)
    await saver.aclose()


async def test_the_file_does_not_grow_with_the_turns(tmp_path: Path) -> None:
    path = tmp_path / "turns.db"
    saver = await Checkpoints.open(path)
    for number in range(60):
        await begin(saver, f"t-{number}")
    for number in range(60):
        await saver.adelete_thread(f"t-{number}")
    await saver.aclose()
    full = path.stat().st_size
    await (await Checkpoints.open(path)).aclose()
    assert path.stat().st_size < full / 2


async def test_a_lock_in_mid_turn_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "turns.db"
    saver = await Checkpoints.open(path, patience=0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked, match=r"turns\.db"):
        await begin(saver, "t-1")
    holder.close()
    await begin(saver, "t-1")
    await saver.aclose()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "turns.db"
    path.write_text("a shopping list " * 100)
    with pytest.raises(StoreError, match="not a store"):
        await Checkpoints.open(path)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly, match=r"none/turns\.db"):
        await Checkpoints.open(tmp_path / "none" / "turns.db")
