"""A person's data: given out whole, and deleted for good."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select

from ontopilot.errors import StillRunning
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.tables import (
    AskedTable,
    ConversationTable,
    FeedbackTable,
    KeyTable,
    ReplyTable,
    TicketTable,
    TurnTable,
)


class Forgetting:
    """Deletes conversations with all that belongs to them, and exports them before.

    Turns, evidence, claims, steps, actions and feedback go with their conversation. The file of a
    SQLite store keeps no trace: freed pages are overwritten and its log is emptied.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def customer(self, customer: str) -> int:
        """Delete what is kept of a customer, keys and links too; the number of conversations."""
        owner = f"customer:{customer}"
        with self._database.writing() as connection:
            self._overwrite(connection)
            for table in (KeyTable, TicketTable):
                connection.execute(delete(table).where(table.customer == customer))
            connection.execute(delete(AskedTable).where(AskedTable.owner == owner))
            found = self._delete(connection, _of_customer(customer))
            connection.execute(delete(TurnTable).where(TurnTable.customer == customer))
        self._empty_log()
        return found

    def conversation(self, conversation: str) -> int:
        """Delete one conversation; 0 where there is none."""
        return self._forget(ConversationTable.id == conversation)

    def turn(self, turn: str) -> int:
        """Delete one turn that has ended; its conversation stays. 0 where there is none.

        Raises:
            StillRunning: it, or one that says yes to it, has not ended.
        """
        goes_on = or_(TurnTable.id == turn, TurnTable.thread == turn)
        running = select(TurnTable.id).where(goes_on, TurnTable.ended.is_(None))
        with self._database.writing() as connection:
            self._overwrite(connection)
            if connection.execute(running).first() is not None:
                raise StillRunning(f"turn {turn!r:.80} has not ended; delete it when it has")
            connection.execute(delete(AskedTable).where(AskedTable.turn == turn))
            found = connection.execute(delete(TurnTable).where(TurnTable.id == turn)).rowcount
        self._empty_log()
        return found

    def before(self, moment: int) -> int:
        """Delete the conversations in which nothing was said since, in milliseconds since 1970."""
        recent = select(TurnTable.conversation).where(TurnTable.begun >= moment)
        old = ConversationTable.begun < moment
        return self._forget(old & ConversationTable.id.not_in(recent))

    def _forget(self, which: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            self._overwrite(connection)
            found = self._delete(connection, which)
        self._empty_log()
        return found

    def _delete(self, connection: Connection, which: ColumnElement[bool]) -> int:
        turns = select(TurnTable.id).join(ConversationTable).where(which)
        connection.execute(delete(AskedTable).where(AskedTable.turn.in_(turns)))
        return connection.execute(delete(ConversationTable).where(which)).rowcount

    def _overwrite(self, connection: Connection) -> None:
        if self._database.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def _empty_log(self) -> None:
        if self._database.dialect == "sqlite":
            with self._database.reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def export(self, customer: str) -> list[dict[str, Any]]:
        """All that is kept of a customer's conversations, as plain values, oldest first.

        `replies` are what operators answered in a hand-over that the turn began.
        """
        query = (
            select(
                TurnTable.conversation,
                TurnTable.id,
                TurnTable.begun,
                TurnTable.ended,
                TurnTable.question,
                TurnTable.outcome,
                TurnTable.answer,
                FeedbackTable.rating,
                FeedbackTable.correction,
            )
            .join(ConversationTable, ConversationTable.id == TurnTable.conversation)
            .outerjoin(FeedbackTable, FeedbackTable.turn == TurnTable.id)
            .where(or_(_of_customer(customer), TurnTable.customer == customer))
            .order_by(TurnTable.number)
        )
        replies = (
            select(ReplyTable.turn, ReplyTable.said, ReplyTable.text)
            .join(TurnTable, TurnTable.id == ReplyTable.turn)
            .join(ConversationTable, ConversationTable.id == TurnTable.conversation)
            .where(or_(_of_customer(customer), TurnTable.customer == customer))
            .order_by(ReplyTable.number)
        )
        said: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        with self._database.reading() as connection:
            for turn, when, text in connection.execute(replies):
                said[turn].append({"said": when, "text": text})
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return [{**row, "replies": said[row["id"]]} for row in rows]


def _of_customer(customer: str) -> ColumnElement[bool]:
    return or_(
        ConversationTable.customer == customer, ConversationTable.owner == f"customer:{customer}"
    )
