"""Conversations that wait for a person: queued, taken by an operator, answered and closed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import aliased

from ontopilot.errors import AlreadyTaken, StoreError
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import now
from ontopilot.orchestrator.store.tables import HandOverTable, ReplyTable, TurnTable


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operator answered; `number` grows from reply to reply, `said` is in milliseconds."""

    number: int
    said: int
    said_by: str
    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A conversation that waits for a person; times in milliseconds since 1970, None for not yet.

    `turn` is the one that handed over, with its question and the customer who was signed in;
    `about` is what was asked before in the conversation, or "".
    """

    turn: str
    conversation: str
    customer: str | None
    question: str
    asked: int
    taken: int | None
    taken_by: str | None
    closed: int | None
    closed_by: str | None
    about: str


_EARLIER = aliased(TurnTable)
_ABOUT = (
    select(_EARLIER.question)
    .where(_EARLIER.conversation == HandOverTable.conversation, _EARLIER.number < TurnTable.number)
    .order_by(_EARLIER.number.desc())
    .limit(1)
    .scalar_subquery()
)
_COLUMNS = (
    HandOverTable.turn,
    HandOverTable.conversation,
    TurnTable.customer,
    TurnTable.question,
    HandOverTable.asked,
    HandOverTable.taken,
    HandOverTable.taken_by,
    HandOverTable.closed,
    HandOverTable.closed_by,
    func.coalesce(_ABOUT, ""),
)
_QUEUE = select(*_COLUMNS).join(TurnTable, TurnTable.id == HandOverTable.turn)


class HandOvers:
    """The queue of one store. A turn that ends handed over is in it (see `Store.finish_turn`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> tuple[HandOver, ...]:
        """Those that are not closed, the oldest first."""
        return self._read(_QUEUE.where(HandOverTable.closed.is_(None)).order_by(TurnTable.number))

    def closed(self, *, limit: int = 20) -> tuple[HandOver, ...]:
        """Those that were closed last, the newest first."""
        over = HandOverTable.closed.is_not(None)
        return self._read(_QUEUE.where(over).order_by(HandOverTable.closed.desc()).limit(limit))

    def count(self) -> int:
        """How many are not closed."""
        query = select(func.count()).select_from(HandOverTable)
        with self._database.reading() as connection:
            return connection.execute(query.where(HandOverTable.closed.is_(None))).scalar_one()

    def of_turn(self, turn: str) -> HandOver:
        """The hand-over that a turn began.

        Raises:
            StoreError: it began none.
        """
        found = self._read(_QUEUE.where(HandOverTable.turn == turn))
        if not found:
            raise StoreError(f"turn {turn!r:.80} began no hand-over; look at those that wait")
        return found[0]

    def of_conversation(self, conversation: str) -> tuple[HandOver, ...]:
        """Those of a conversation, the oldest first."""
        return self._read(
            _QUEUE.where(HandOverTable.conversation == conversation).order_by(TurnTable.number)
        )

    def replies(self, conversation: str, *, after: int = 0) -> tuple[Reply, ...]:
        """What operators answered in a conversation, in order, from the number `after` on."""
        query = (
            select(ReplyTable.number, ReplyTable.said, ReplyTable.said_by, ReplyTable.text)
            .join(HandOverTable, HandOverTable.turn == ReplyTable.turn)
            .where(HandOverTable.conversation == conversation, ReplyTable.number > after)
            .order_by(ReplyTable.number)
        )
        with self._database.reading() as connection:
            return tuple(Reply(*row) for row in connection.execute(query))

    def take(self, turn: str, by: str, *, instead_of: str | None = None) -> None:
        """Take a hand-over, or take it over from the operator who is named.

        Raises:
            AlreadyTaken: somebody else has it by now, or it is closed.
            StoreError: the turn began none.
        """
        holds = (
            HandOverTable.taken_by.is_(None)
            if instead_of is None
            else HandOverTable.taken_by == instead_of
        )
        which = (HandOverTable.turn == turn) & HandOverTable.closed.is_(None) & holds
        taken = update(HandOverTable).where(which).values(taken=now(), taken_by=by)
        with self._database.writing() as connection:
            done = connection.execute(taken).rowcount == 1
        if not done:
            raise self._held(turn)

    def answer(self, turn: str, by: str, text: str) -> None:
        """Keep what the operator who took a hand-over answers; the customer's page shows it.

        Raises:
            AlreadyTaken: the operator does not have it, or it is closed.
            StoreError: the turn began none.
        """
        with self._database.writing() as connection:
            held = connection.execute(
                select(HandOverTable.turn).where(self._of(turn, by)).with_for_update()
            ).first()
            if held is not None:
                said = {"turn": turn, "said": now(), "said_by": by, "text": text}
                connection.execute(insert(ReplyTable), said)
        if held is None:
            raise self._held(turn)

    def close(self, turn: str, by: str) -> None:
        """End a hand-over; the conversation can be handed over again later.

        Raises:
            AlreadyTaken: the operator does not have it, or it is closed.
            StoreError: the turn began none.
        """
        ended = update(HandOverTable).where(self._of(turn, by)).values(closed=now(), closed_by=by)
        with self._database.writing() as connection:
            done = connection.execute(ended).rowcount == 1
        if not done:
            raise self._held(turn)

    def _of(self, turn: str, by: str) -> Any:
        open_ = HandOverTable.closed.is_(None)
        return (HandOverTable.turn == turn) & open_ & (HandOverTable.taken_by == by)

    def _held(self, turn: str) -> AlreadyTaken:
        found = self.of_turn(turn)
        if found.closed is not None:
            return AlreadyTaken(f"This hand-over was closed by {found.closed_by}.")
        if found.taken_by is None:
            return AlreadyTaken("Nobody has this hand-over; take it first.")
        return AlreadyTaken(f"This hand-over is held by {found.taken_by}.")

    def _read(self, query: Select[*tuple[Any, ...]]) -> tuple[HandOver, ...]:
        with self._database.reading() as connection:
            return tuple(HandOver(*row) for row in connection.execute(query))
