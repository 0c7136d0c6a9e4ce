"""The state of conversations, which tells the releases that can go on with them; hand-overs to a
person and what operators answered. Turns that were handed over before are not queued.
"""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"

_TEXT, _TIME = sa.Text(), sa.BigInteger()
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a column and two tables."""
    state = sa.Column("state", sa.Integer(), nullable=False, server_default="1")
    op.add_column("conversations", state)
    op.create_table(
        "hand_overs",
        sa.Column("turn", _TEXT, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "conversation",
            _TEXT,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("asked", _TIME, nullable=False),
        sa.Column("taken", _TIME),
        sa.Column("taken_by", _TEXT),
        sa.Column("closed", _TIME),
        sa.Column("closed_by", _TEXT),
    )
    op.create_index("hand_overs_of_conversation", "hand_overs", ["conversation"])
    op.create_index(
        "hand_overs_once",
        "hand_overs",
        ["conversation"],
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
    op.create_table(
        "replies",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column(
            "turn", _TEXT, sa.ForeignKey("hand_overs.turn", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("said", _TIME, nullable=False),
        sa.Column("said_by", _TEXT, nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
    )
    op.create_index("ix_replies_turn", "replies", ["turn"])
