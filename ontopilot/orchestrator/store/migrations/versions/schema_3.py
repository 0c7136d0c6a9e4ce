"""The state of conversations: which releases can go on with them."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add one column; what is there was left by releases that gave it no number."""
    state = sa.Column("state", sa.Integer(), nullable=False, server_default="1")
    op.add_column("conversations", state)
