"""The checkpoint file: it carries turns in progress and nothing else."""

from pathlib import Path

import aiosqlite
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from ontopilot.errors import StoreReadOnly


async def open_checkpointer(path: Path) -> AsyncSqliteSaver:
    """Open the file of turns in progress; the state holds plain values only.

    Raises:
        StoreReadOnly: it cannot be opened or written.
    """
    try:
        connection = await aiosqlite.connect(path)
        for setting in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL"):
            await connection.execute(f"PRAGMA {setting}")
        saver = AsyncSqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        await saver.setup()
    except aiosqlite.Error as error:
        raise StoreReadOnly(
            f"checkpoints {str(path)!r}: {error}; check the rights of the file and its folder"
        ) from error
    return saver


async def prune(saver: AsyncSqliteSaver, thread: str) -> None:
    """Forget a turn that has ended; the pages are used again, so the file does not grow."""
    await saver.adelete_thread(thread)
