"""The tables of the store. Values of the turn are JSON documents; what is searched is a column."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA = 1
"""Version of these tables; a store with a higher one was written by a newer ontopilot."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("customer", String(128)),
    Column("created", Float, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation", ForeignKey("conversations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("thread", String(64), nullable=False),
    Column("customer", String(128)),
    Column("question", Text, nullable=False),
    Column("ontology_version", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome", String(16)),
    Column("answer", Text),
    Column("mentions", Text),
    Column("created", Float, nullable=False),
    Column("finished", Float),
    Index("turns_by_conversation", "conversation", "position"),
    Index("turns_by_status", "status"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("turn", ForeignKey("turns.id"), primary_key=True),
    Column("id", String(256), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("document", Text, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("turn", ForeignKey("turns.id"), nullable=False, index=True),
    Column("position", Integer),
    Column("status", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Index("claims_released", "turn", "position", unique=True),
)

steps = Table(
    "steps",
    metadata,
    Column("turn", ForeignKey("turns.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("estimated_ms", Float),
    Column("actual_ms", Float),
    Column("runs", Integer, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("turn", ForeignKey("turns.id"), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("result", Text),
    Column("error", Text),
    Column("started", Float, nullable=False),
    Column("finished", Float),
)

pending = Table(
    "pending",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("turn", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("action", String(128), nullable=False),
    Column("slots", Text, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("turn", ForeignKey("turns.id"), primary_key=True),
    Column("rating", Integer, nullable=False),
    Column("correction", Text, nullable=False),
    Column("created", Float, nullable=False),
)
