"""Looking over many turns: the latest ones, and those that did not help."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from ontopilot.errors import StoreError
from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.store.codec import decode
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.tables import ConversationTable, FeedbackTable, TurnTable

POOR = 2
"""The rating up to which an answer did not help."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A turn in a list; times in milliseconds since 1970, `None` where it has not ended."""

    id: str
    conversation: str
    customer: str | None
    question: str
    begun: int
    ended: int | None
    outcome: str | None
    text: str | None
    rating: int | None
    correction: str
    mentions: tuple[Mention, ...]


_TURNS = (
    select(
        TurnTable.id,
        TurnTable.conversation,
        TurnTable.customer,
        TurnTable.question,
        TurnTable.begun,
        TurnTable.ended,
        TurnTable.outcome,
        TurnTable.text,
        FeedbackTable.rating,
        FeedbackTable.correction,
        TurnTable.mentions,
    )
    .join(ConversationTable, ConversationTable.id == TurnTable.conversation)
    .outerjoin(FeedbackTable, FeedbackTable.turn == TurnTable.id)
    .order_by(TurnTable.number.desc())
)


class Review:
    """Reads one store for those who look after it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, *, limit: int = 50) -> tuple[Seen, ...]:
        """The latest turns, the newest first."""
        return self._seen(_TURNS.limit(limit))

    def of_conversation(self, conversation: str) -> tuple[Seen, ...]:
        """The turns of a conversation, the newest first."""
        return self._seen(_TURNS.where(TurnTable.conversation == conversation))

    def begun(self, *, since: int) -> tuple[int, ...]:
        """When the turns after a moment began, both in milliseconds since 1970, oldest first."""
        query = select(TurnTable.begun).where(TurnTable.begun >= since).order_by(TurnTable.number)
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def turn(self, turn: str) -> Seen:
        """One turn.

        Raises:
            StoreError: it is unknown.
        """
        found = self._seen(_TURNS.where(TurnTable.id == turn))
        if not found:
            raise StoreError(f"turn {turn!r:.80} is unknown; look at the latest ones")
        return found[0]

    def before(self, turn: str) -> str | None:
        """The turn that ended before this one began in the same conversation."""
        this = select(TurnTable.number, TurnTable.conversation).where(TurnTable.id == turn)
        now = this.subquery()
        query = (
            select(TurnTable.id)
            .join(now, TurnTable.conversation == now.c.conversation)
            .where(TurnTable.number < now.c.number, TurnTable.answer.is_not(None))
            .order_by(TurnTable.number.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found)

    def unhelpful(self, *, limit: int = 500) -> tuple[Seen, ...]:
        """The latest turns without an answer, or whose answer a person found poor."""
        poor = or_(TurnTable.outcome == "unanswerable", FeedbackTable.rating <= POOR)
        return self._seen(_TURNS.where(poor).limit(limit))

    def _seen(self, query: Select[Any]) -> tuple[Seen, ...]:
        with self._database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        return tuple(map(_one, rows))


def _one(row: Any) -> Seen:
    values = list(row)
    values[9] = row[9] or ""
    values[10] = () if row[10] is None else decode(tuple[Mention, ...], row[10])
    return Seen(*values)
