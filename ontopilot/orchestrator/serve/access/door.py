"""The door: from an API key or a signed cookie to the caller."""

import asyncio
import secrets
from hmac import compare_digest
from typing import Any

from fastapi import HTTPException, Request
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.responses import Response

from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.store.keys import SCOPES, Key, Keys, Ticket

COOKIE = "ontopilot"
VISIT_S = 30 * 24 * 3600
"""Seconds that a visitor is recognised."""

STAFF_S = 12 * 3600
"""Seconds that an operator or an editor stays signed in."""

ANYTHING = SCOPES["operator"] | SCOPES["editor"]


class Door:
    """Lets callers of one store in.

    Args:
        keys: the keys of the store.
        open_to_all: the API asks for no key, as on a developer's own machine.
    """

    def __init__(self, keys: Keys, *, open_to_all: bool) -> None:
        self._keys = keys
        self._open = open_to_all
        secret = keys.cookie_secret()
        self._cookies = URLSafeTimedSerializer(secret, salt="visit")
        self._csrf = URLSafeSerializer(secret, salt="csrf")

    async def api(self, request: Request) -> Caller:
        """The caller of the API, by the key in `Authorization: Bearer …`.

        Raises:
            HTTPException: 401, there is no key, or it opens nothing.
        """
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if self._open:
            return Caller("open", ANYTHING)
        if kind.lower() != "bearer" or not secret:
            raise _unauthorised("This server needs an API key: Authorization: Bearer opk_…")
        key = await asyncio.to_thread(self._keys.find, secret.strip())
        if key is None or not key.valid:
            raise _unauthorised("This API key is unknown, expired or revoked.")
        return _of_key(key)

    async def page(self, request: Request) -> Caller:
        """The visitor of a page, by the cookie; one without a cookie is nobody yet.

        Raises:
            HTTPException: 401, there is no cookie, or it is not one of ours.
        """
        visit = await asyncio.to_thread(self._visit, request)
        if visit is None:
            raise HTTPException(
                401, {"message": "The visit has ended; load the page again.", "code": "no_visit"}
            )
        return self._caller(visit, request)

    async def changing(self, request: Request) -> Caller:
        """The visitor who changes something; the page must have sent the token it was given.

        Raises:
            HTTPException: 401 without a cookie, 403 with another token.
        """
        caller = await self.page(request)
        if not compare_digest(request.headers.get("x-csrf", ""), caller.csrf):
            raise HTTPException(
                403, {"message": "The page is too old; load it again.", "code": "csrf"}
            )
        return caller

    def enter(self, request: Request) -> tuple[Caller, str | None]:
        """The visitor who loads a page, and the cookie to set where they are new."""
        visit = self._visit(request)
        if visit is not None:
            return self._caller(visit, request), None
        visit = {"v": secrets.token_urlsafe(12)}
        return self._caller(visit, request), self._cookies.dumps(visit)

    async def sign_in(self, secret: str) -> str:
        """The cookie for a sign-in link, which works once, or for a key.

        Raises:
            HTTPException: 401, it opens nothing.
        """
        key = await asyncio.to_thread(self._keys.find, secret)
        if key is not None and key.valid:
            return self._signed(Ticket(key.role, key.customer), key)
        ticket = await asyncio.to_thread(self._keys.redeem, secret)
        if ticket is None:
            raise _unauthorised("This link or key is unknown, used up or too old.")
        return self._signed(ticket, None)

    def _signed(self, ticket: Ticket, key: Key | None) -> str:
        visit: dict[str, Any] = {
            "v": secrets.token_urlsafe(12),
            "r": ticket.role,
            "c": ticket.customer,
        }
        if key is not None:
            visit |= {"k": key.id, "n": f"{key.name} ({key.id})", "s": sorted(key.scopes)}
        return self._cookies.dumps(visit)

    def _visit(self, request: Request) -> dict[str, Any] | None:
        try:
            visit = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=VISIT_S)
            if visit.get("r") not in (None, "customer"):
                visit = self._cookies.loads(request.cookies[COOKIE], max_age=STAFF_S)
        except BadSignature:
            return None
        return dict(visit) if self._still_open(visit.get("k")) else None

    def _still_open(self, key: str | None) -> bool:
        if key is None:
            return True
        found = self._keys.of_id(key)
        return found is not None and found.valid

    def _caller(self, visit: dict[str, Any], request: Request) -> Caller:
        customer, role = visit.get("c"), visit.get("r")
        owner = f"visitor:{visit['v']}" if customer is None else f"customer:{customer}"
        scopes = SCOPES[role] if role is not None else frozenset({"chat"})
        scopes &= frozenset(visit.get("s", scopes))  # a key may be for less than its role
        host = request.client.host if request.client is not None else "unknown"
        counted = f"address:{host}" if customer is None else owner
        named = "" if customer or role is None else visit.get("n") or f"{role} {visit['v'][:6]}"
        return Caller(owner, scopes, customer, counted, str(self._csrf.dumps(visit["v"])), named)


def give(response: Response, request: Request, cookie: str) -> None:
    """Set the cookie; scripts cannot read it and other sites cannot send it."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=VISIT_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _of_key(key: Key) -> Caller:
    owner = f"key:{key.id}" if key.customer is None else f"customer:{key.customer}"
    return Caller(owner, key.scopes, key.customer, f"key:{key.id}")


def _unauthorised(message: str) -> HTTPException:
    detail = {"message": message, "type": "authentication_error", "code": "invalid_api_key"}
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})
