"""Owners of conversations, API keys, sign-in links and idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

_TEXT, _TIME = sa.Text(), sa.BigInteger()


def upgrade() -> None:
    """Add one column and three tables."""
    op.add_column("conversations", sa.Column("owner", _TEXT))
    op.create_index("ix_conversations_owner", "conversations", ["owner"])
    op.create_table(
        "keys",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("digest", _TEXT, nullable=False, unique=True),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("customer", _TEXT),
        sa.Column("made", _TIME, nullable=False),
        sa.Column("expires", _TIME),
        sa.Column("revoked", _TIME),
    )
    op.create_table(
        "tickets",
        sa.Column("digest", _TEXT, primary_key=True),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("customer", _TEXT),
        sa.Column("expires", _TIME, nullable=False),
        sa.Column("used", _TIME),
    )
    op.create_table(
        "asked",
        sa.Column("owner", _TEXT, primary_key=True),
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("body", _TEXT, nullable=False),
        sa.Column("turn", _TEXT),
        sa.Column("asked", _TIME, nullable=False),
    )
