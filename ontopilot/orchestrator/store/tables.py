"""The tables: what is kept of conversations, one class each.

JSON columns hold exact values (see `codec`). Text columns beside them are for queries.
Times are milliseconds since 1970 in UTC.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = 3
"""Raised with every change of these tables, beside a script in `migrations/versions`."""

STATE = 2
"""Raised when an older release could not go on with the conversations and the checkpoints that this
one leaves, although the tables are the same. 1 is that of releases that gave none a number."""

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_JSON = JSON(none_as_null=True)


def _of_turn(*, primary: bool = False) -> Mapped[str]:
    return mapped_column(
        Text, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class MetaTable(Base):
    """Facts about the store itself; `schema` is the version of these tables."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class ConversationTable(Base):
    """A conversation, and the customer who began it if one was signed in.

    `owner` is who alone may go on with it over HTTP (see `owners`); null where Python began it.
    `state` is that of the newest release that went on with it (see `release`).
    """

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    customer: Mapped[str | None] = mapped_column(Text, index=True)
    begun: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str | None] = mapped_column(Text, index=True)
    state: Mapped[int] = mapped_column(Integer, default=STATE, server_default="1")


class TurnTable(Base):
    """A turn: the question and, once it has ended, the answer.

    A turn that has ended without an answer was abandoned.
    """

    __tablename__ = "turns"
    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    conversation: Mapped[str] = mapped_column(
        Text, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    customer: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    thread: Mapped[str] = mapped_column(Text)
    ontology_version: Mapped[str] = mapped_column(Text)
    begun: Mapped[int] = mapped_column(BigInteger)
    ended: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    mentions: Mapped[Any] = mapped_column(_JSON, nullable=True)
    answer: Mapped[Any] = mapped_column(_JSON, nullable=True)
    __table_args__ = (
        Index("turns_of_conversation", "conversation", "number"),
        Index(
            "turns_unfinished",
            "number",
            sqlite_where=sql("ended IS NULL"),
            postgresql_where=sql("ended IS NULL"),
        ),
    )


class EvidenceTable(Base):
    """A piece of evidence that a turn found, in the order in which it was found."""

    __tablename__ = "evidence"
    turn: Mapped[str] = _of_turn(primary=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(Text, index=True)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[Any] = mapped_column(_JSON)


class ClaimTable(Base):
    """A claim with its verdict; `position` is its place in the answer, null when withheld.

    `judged` is the claim inside the verdict where that is another one.
    """

    __tablename__ = "claims"
    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    turn: Mapped[str] = _of_turn()
    position: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    explanation: Mapped[Any] = mapped_column(_JSON)
    claim: Mapped[Any] = mapped_column(_JSON)
    judged: Mapped[Any] = mapped_column(_JSON, nullable=True)
    __table_args__ = (UniqueConstraint("turn", "position", name="claims_once"),)


class StepTable(Base):
    """A step of a finished turn, with how long it was expected to take and took."""

    __tablename__ = "steps"
    turn: Mapped[str] = _of_turn(primary=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    estimated_ms: Mapped[float | None]
    actual_ms: Mapped[float | None]
    runs: Mapped[int] = mapped_column(Integer)


class ActionTable(Base):
    """The action of a turn: its primary key is what makes a second call impossible."""

    __tablename__ = "actions"
    turn: Mapped[str] = _of_turn(primary=True)
    name: Mapped[str] = mapped_column(Text)
    arguments: Mapped[Any] = mapped_column(_JSON)
    started: Mapped[int] = mapped_column(BigInteger)
    ended: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[Any] = mapped_column(_JSON, nullable=True)
    error: Mapped[Any] = mapped_column(_JSON, nullable=True)


class PendingTable(Base):
    """What a conversation waits for; kept once it is over, so that a resumed turn finds it."""

    __tablename__ = "pending"
    turn: Mapped[str] = _of_turn(primary=True)
    conversation: Mapped[str] = mapped_column(
        Text, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    slots: Mapped[Any] = mapped_column(_JSON)
    asked: Mapped[int] = mapped_column(BigInteger)
    over: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        Index(
            "pending_once",
            "conversation",
            unique=True,
            sqlite_where=sql("over IS NULL"),
            postgresql_where=sql("over IS NULL"),
        ),
    )


class FeedbackTable(Base):
    """What a person says of an answer; the last word counts."""

    __tablename__ = "feedback"
    turn: Mapped[str] = _of_turn(primary=True)
    rating: Mapped[int] = mapped_column(Integer)
    correction: Mapped[Any] = mapped_column(_JSON)
    given: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="feedback_rating"),)


class HandOverTable(Base):
    """A conversation that waits for a person, or waited: it has one that is open at a time.

    `turn` is the one that handed over; `taken_by` and `closed_by` are names of operators.
    """

    __tablename__ = "hand_overs"
    turn: Mapped[str] = _of_turn(primary=True)
    conversation: Mapped[str] = mapped_column(
        Text, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    asked: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int | None] = mapped_column(BigInteger)
    taken_by: Mapped[str | None] = mapped_column(Text)
    closed: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index("hand_overs_of_conversation", "conversation"),
        Index(
            "hand_overs_once",
            "conversation",
            unique=True,
            sqlite_where=sql("closed IS NULL"),
            postgresql_where=sql("closed IS NULL"),
        ),
    )


class ReplyTable(Base):
    """What an operator answered in a hand-over."""

    __tablename__ = "replies"
    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    turn: Mapped[str] = mapped_column(
        Text, ForeignKey("hand_overs.turn", ondelete="CASCADE"), index=True
    )
    said: Mapped[int] = mapped_column(BigInteger)
    said_by: Mapped[str] = mapped_column(Text)
    text: Mapped[Any] = mapped_column(_JSON)


class KeyTable(Base):
    """An API key; the key itself is not kept, only its SHA-256."""

    __tablename__ = "keys"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    scopes: Mapped[Any] = mapped_column(_JSON)
    customer: Mapped[str | None] = mapped_column(Text)
    made: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[int | None] = mapped_column(BigInteger)
    revoked: Mapped[int | None] = mapped_column(BigInteger)


class TicketTable(Base):
    """A sign-in link that works once, by its SHA-256."""

    __tablename__ = "tickets"
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    customer: Mapped[str | None] = mapped_column(Text)
    expires: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int | None] = mapped_column(BigInteger)


class AskedTable(Base):
    """A request with an idempotency key, and the turn that answered it."""

    __tablename__ = "asked"
    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    turn: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[int] = mapped_column(BigInteger)
