"""Requests that a client may send again: each idempotency key is answered by one turn."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update

from ontopilot.errors import OtherRequest, StillRunning
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import check_id, now
from ontopilot.orchestrator.store.tables import AskedTable

STALE_MS = 600_000
"""After so long a request without an answer was lost with its server, and may be made again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The requests of one owner in one store."""

    database: Database
    owner: str

    def begin(self, key: str, body: str) -> str | None:
        """The turn that answered the request before, or None for the one who is to answer it.

        Raises:
            StillRunning: it is being answered.
            OtherRequest: the key was used with another body.
            QuestionError: the key is no identifier.
        """
        check_id("idempotency key", key)
        row = {"owner": self.owner, "key": key, "body": body, "asked": now()}
        with self.database.writing() as connection:
            stale = AskedTable.turn.is_(None) & (AskedTable.asked < now() - STALE_MS)
            connection.execute(delete(AskedTable).where(self._which(key), stale))
            if connection.execute(self.database.insert_new(AskedTable), row).rowcount == 1:
                return None
            query = select(AskedTable.body, AskedTable.turn).where(self._which(key))
            asked, turn = connection.execute(query).one()
        if asked != body:
            raise OtherRequest(f"idempotency key {key!r:.80} was used for another request")
        if turn is None:
            raise StillRunning(f"the request with the idempotency key {key!r:.80} is running")
        return str(turn)

    def end(self, key: str, turn: str | None) -> None:
        """Note the turn that answered a request; None frees the key."""
        which = self._which(key)
        noted = update(AskedTable).where(which).values(turn=turn)
        freed = delete(AskedTable).where(which)
        with self.database.writing() as connection:
            connection.execute(freed if turn is None else noted)

    def _which(self, key: str) -> ColumnElement[bool]:
        return (AskedTable.owner == self.owner) & (AskedTable.key == key)
