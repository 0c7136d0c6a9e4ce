"""Which release can go on with a conversation, and with a turn in progress."""

from sqlalchemy import select

from ontopilot.errors import StoreVersion
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import check_id
from ontopilot.orchestrator.store.tables import STATE, ConversationTable

UNNUMBERED = 1
"""The state of what was left by releases that gave it no number."""


def require_known(what: str, state: int) -> None:
    """Refuse what a newer release went on with.

    Raises:
        StoreVersion: the state is above `STATE`.
    """
    if state > STATE:
        raise StoreVersion(
            f"{what}: a newer ontopilot went on with it (state {state}, this one reads {STATE}); "
            "upgrade ontopilot, or begin a new conversation"
        )


def require_readable(database: Database, conversation: str) -> None:
    """Refuse a conversation that a newer release went on with; an unknown one is new.

    Raises:
        StoreVersion: see `require_known`.
        QuestionError: it is no identifier.
    """
    check_id("conversation", conversation)
    query = select(ConversationTable.state).where(ConversationTable.id == conversation)
    with database.reading() as connection:
        state = connection.execute(query).scalar()
    require_known(f"conversation {conversation!r}", UNNUMBERED if state is None else state)
