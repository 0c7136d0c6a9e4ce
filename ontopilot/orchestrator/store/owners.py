"""Who may go on with a conversation, and which one somebody had last."""

from sqlalchemy import Connection, select, update

from ontopilot.errors import NotYours
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import check_id, new_id, now
from ontopilot.orchestrator.store.tables import ConversationTable, TurnTable


class Owners:
    """Keeps each conversation to the one who began it.

    An owner is a text that its caller makes: `customer:C-1001`, `visitor:8f…`, `key:k-12ab`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, conversation: str | None, owner: str, *, customer: str | None) -> str:
        """The conversation, begun for this owner where it is new.

        Raises:
            NotYours: somebody else began it.
            QuestionError: it is no identifier.
        """
        name = new_id("c") if conversation is None else check_id("conversation", conversation)
        row = {"id": name, "customer": customer, "begun": now(), "owner": owner}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(ConversationTable), row)
            if not self._is_owner(connection, name, owner, customer):
                raise NotYours(f"conversation {name!r}: you did not begin it; leave it out")
        return name

    def _is_owner(
        self, connection: Connection, name: str, owner: str, customer: str | None
    ) -> bool:
        which = ConversationTable.id == name
        query = select(ConversationTable.owner, ConversationTable.customer).where(which)
        held, who = connection.execute(query).one()
        if held is None and who == customer:
            # Python or an older release began it for the same customer.
            connection.execute(update(ConversationTable).where(which).values(owner=owner))
            return True
        return bool(held == owner)

    def of_turn(self, turn: str) -> str | None:
        """The owner of the conversation of a turn, "" where Python began it; None for no turn."""
        if not turn.isprintable():
            return None
        query = (
            select(ConversationTable.owner)
            .join(TurnTable, TurnTable.conversation == ConversationTable.id)
            .where(TurnTable.id == turn)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).first()
        return None if found is None else found[0] or ""

    def of(self, conversation: str) -> str | None:
        """The owner of a conversation; None for an unknown one or no owner."""
        query = select(ConversationTable.owner).where(ConversationTable.id == conversation)
        with self._database.reading() as connection:
            owner = connection.execute(query).scalar()
        return None if owner is None else str(owner)

    def last(self, owner: str, *, since: int) -> str | None:
        """The conversation that an owner had last, if something was said after `since`."""
        query = (
            select(ConversationTable.id)
            .join(TurnTable, TurnTable.conversation == ConversationTable.id)
            .where(ConversationTable.owner == owner, TurnTable.begun > since)
            .order_by(TurnTable.number.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found)
