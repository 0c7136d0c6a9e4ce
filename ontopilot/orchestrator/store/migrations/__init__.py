"""Bringing the tables of an older release up to date, with Alembic.

Each script in `versions` is named after the schema number that it makes; `meta.schema` says which
one a store has, so that Alembic's own table only repeats it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, found: str) -> None:
    """Run every script after schema `found`, in the transaction of the connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    command.stamp(config, found)
    command.upgrade(config, "head")
