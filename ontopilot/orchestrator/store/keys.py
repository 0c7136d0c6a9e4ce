"""API keys and sign-in links: random, kept as digests, and revocable."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import insert, select, update

from ontopilot.errors import StoreError
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import DAY_MS, check_id, now
from ontopilot.orchestrator.store.tables import KeyTable, MetaTable, TicketTable

Role = Literal["customer", "operator", "editor"]

SCOPES: dict[Role, frozenset[str]] = {
    "customer": frozenset({"chat"}),
    "operator": frozenset(
        {"chat", "embed", "any_customer", "turns", "console", "metrics", "hand_overs"}
    ),
    "editor": frozenset({"chat", "embed", "turns", "console"}),
}
"""What a role may do: `any_customer` speaks in the name of any customer, `turns` reads the turns
of everybody, `hand_overs` answers customers in person."""

PREFIX = "opk_"
"""How every key begins, so that it is recognised where it does not belong."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is listed; times in milliseconds since 1970."""

    id: str
    name: str
    role: Role
    scopes: frozenset[str]
    customer: str | None
    made: int
    expires: int | None
    revoked: int | None

    @property
    def valid(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked is None and (self.expires is None or self.expires > now())


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a sign-in link signs in."""

    role: Role
    customer: str | None


_COLUMNS = (
    KeyTable.id,
    KeyTable.name,
    KeyTable.role,
    KeyTable.scopes,
    KeyTable.customer,
    KeyTable.made,
    KeyTable.expires,
    KeyTable.revoked,
)


class Keys:
    """The keys of one store. Random bits need no slow hash: one SHA-256 finds a key again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        *,
        role: Role,
        customer: str | None = None,
        scopes: Collection[str] | None = None,
        days: int | None = None,
    ) -> tuple[Key, str]:
        """Make a key; the text that is returned beside it is shown once and never again.

        Raises:
            StoreError: a customer's key names no customer, or a scope is not one of the role.
        """
        wanted = SCOPES[role] if scopes is None else frozenset(scopes)
        if not wanted or wanted - SCOPES[role]:
            raise StoreError(
                f"key {name!r}: scopes {sorted(wanted)!r}; the role {role!r} has "
                f"{sorted(SCOPES[role])!r}"
            )
        if (role == "customer") != (customer is not None):
            raise StoreError(
                f"key {name!r}: role={role!r}, customer={customer!r}; a customer's key names one, "
                "and no other key does"
            )
        who = None if customer is None else check_id("customer", customer)
        secret = PREFIX + secrets.token_urlsafe(32)
        made = now()
        expires = None if days is None else made + days * DAY_MS
        key = Key(f"k-{secrets.token_hex(4)}", name, role, wanted, who, made, expires, None)
        row = {
            "id": key.id,
            "digest": digest(secret),
            "name": name,
            "role": role,
            "scopes": sorted(wanted),
            "customer": who,
            "made": made,
            "expires": expires,
        }
        with self._database.writing() as connection:
            connection.execute(insert(KeyTable), row)
        return key, secret

    def find(self, secret: str) -> Key | None:
        """The key with that text, valid or not."""
        query = select(*_COLUMNS).where(KeyTable.digest == digest(secret))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _key(row)

    def of_id(self, name: str) -> Key | None:
        """The key with that id, valid or not."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(KeyTable.id == name)).first()
        return None if row is None else _key(row)

    def all(self) -> tuple[Key, ...]:
        """Every key, oldest first."""
        with self._database.reading() as connection:
            return tuple(map(_key, connection.execute(select(*_COLUMNS).order_by(KeyTable.made))))

    def revoke(self, name: str) -> None:
        """Make a key useless from now on.

        Raises:
            StoreError: there is no key with that id, or it is revoked.
        """
        statement = (
            update(KeyTable)
            .where(KeyTable.id == name, KeyTable.revoked.is_(None))
            .values(revoked=now())
        )
        with self._database.writing() as connection:
            if connection.execute(statement).rowcount != 1:
                raise StoreError(
                    f"key {name!r} is unknown or revoked already; see `ontopilot keys list`"
                )

    def ticket(self, role: Role, *, customer: str | None = None, seconds: int = 600) -> str:
        """The text of a sign-in link that works once, within so many seconds."""
        who = None if customer is None else check_id("customer", customer)
        secret = secrets.token_urlsafe(24)
        row = {
            "digest": digest(secret),
            "role": role,
            "customer": who,
            "expires": now() + seconds * 1000,
        }
        with self._database.writing() as connection:
            connection.execute(insert(TicketTable), row)
        return secret

    def redeem(self, secret: str) -> Ticket | None:
        """Use a sign-in link up; None when it is unknown, used or too old."""
        which = TicketTable.digest == digest(secret)
        fresh = (TicketTable.used.is_(None), TicketTable.expires > now())
        with self._database.writing() as connection:
            used = connection.execute(update(TicketTable).where(which, *fresh).values(used=now()))
            if used.rowcount != 1:
                return None
            query = select(TicketTable.role, TicketTable.customer).where(which)
            row: Any = connection.execute(query).one()
        return Ticket(row[0], row[1])

    def cookie_secret(self) -> str:
        """What cookies are signed with, made once for all servers of this store."""
        made = {"key": "cookie_secret", "value": secrets.token_urlsafe(32)}
        query = select(MetaTable.value).where(MetaTable.key == "cookie_secret")
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(MetaTable), made)
            return str(connection.execute(query).scalar_one())


def digest(secret: str) -> str:
    """How the store knows a secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key(row: Any) -> Key:
    return Key(row[0], row[1], row[2], frozenset(row[3]), *row[4:])
