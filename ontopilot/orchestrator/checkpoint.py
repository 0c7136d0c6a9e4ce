"""The checkpoint file: it carries turns in progress and nothing else."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from ontopilot.orchestrator.store.failure import explained
from ontopilot.orchestrator.store.release import UNNUMBERED, require_known
from ontopilot.orchestrator.store.tables import STATE

_STATE = "ontopilot_state"
"""Where the metadata of a checkpoint has the state of the release that left it."""

_PRAGMAS = (
    "auto_vacuum=INCREMENTAL",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "journal_size_limit=4194304",
)
"""A step survives the end of the process; the log beside the file stays under 4 MiB."""


class Checkpoints(AsyncSqliteSaver):
    """LangGraph's checkpoints in one SQLite file, with errors that name the file."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        super().__init__(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self._name = str(path)

    @classmethod
    async def open(cls, path: Path, *, patience: float = 5.0) -> Self:
        """Open the file, or make it where there is none; pages of ended turns are given back.

        Raises:
            StoreLocked: another process holds it for longer than `patience` seconds.
            StoreReadOnly: it, or its folder, cannot be written.
            StoreError: it is not such a file.
        """
        with explained(str(path)):
            # What cannot be opened fails here: the thread of an aiosqlite connection that fails to
            # open outlives the error.
            sqlite3.connect(path).close()
            connection = await aiosqlite.connect(path, timeout=patience)
            try:
                for setting in _PRAGMAS:
                    await connection.execute_fetchall(f"PRAGMA {setting}")
                # A script runs this to its end; a single statement gives back one page only.
                await connection.executescript("PRAGMA incremental_vacuum")
                saver = cls(connection, path)
                await saver.setup()
            except aiosqlite.Error:
                await connection.close()
                raise
        return saver

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The last checkpoint of a thread.

        Raises:
            StoreVersion: a newer release left it.
        """
        with explained(self._name):
            found = await super().aget_tuple(config)
        if found is not None:
            left: Mapping[str, Any] = found.metadata
            thread = config["configurable"]["thread_id"]
            require_known(f"turn {thread!r}", left.get(_STATE, UNNUMBERED))
        return found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; it is committed when this returns."""
        numbered = cast(CheckpointMetadata, {**metadata, _STATE: STATE})
        with explained(self._name):
            return await super().aput(config, checkpoint, numbered, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store what a node wrote; it is committed when this returns."""
        with explained(self._name):
            await super().aput_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Forget a thread."""
        with explained(self._name):
            await super().adelete_thread(thread_id)

    async def threads(self) -> tuple[str, ...]:
        """The threads that have a checkpoint: turns in progress, and those that wait for a yes."""
        query = "SELECT DISTINCT thread_id FROM checkpoints ORDER BY thread_id"
        with explained(self._name):
            async with self.lock:
                return tuple(row[0] for row in await self.conn.execute_fetchall(query))

    async def aclose(self) -> None:
        """Close the file."""
        await self.conn.close()


async def sweep(saver: Checkpoints, *, needed: Callable[[], Collection[str]]) -> None:
    """Forget the threads that a process left behind which died before it could prune them.

    `needed` is asked after the file was listed: a turn that begins meanwhile is not listed.
    """
    there = await saver.threads()
    for thread in set(there) - set(needed()):
        await saver.adelete_thread(thread)
