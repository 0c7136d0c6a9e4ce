"""The first schema, which a store of that release has already."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing: the first release made its tables itself."""
