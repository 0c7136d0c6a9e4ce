"""Who sends a request, as the rest of the server sees it."""

from dataclasses import dataclass

from fastapi import HTTPException


@dataclass(frozen=True, slots=True)
class Caller:
    """A key, a visitor of the pages, or anybody where a server is open.

    `owner` is whose conversations they reach (see `store.owners`); `counted` is whose requests
    are counted for the rate limit, "" for nobody's.
    """

    owner: str
    scopes: frozenset[str]
    customer: str | None = None
    counted: str = ""
    csrf: str = ""
    """What a page sends along with every change; "" for callers who hold a key."""
    named: str = ""
    """How colleagues know somebody who signed in as staff: the key's name, or the role; else ""."""

    def must(self, scope: str) -> None:
        """Refuse what the caller may not do.

        Raises:
            HTTPException: 403.
        """
        if scope not in self.scopes:
            raise HTTPException(
                403,
                {
                    "message": f"This needs the scope {scope!r}, which the caller does not have.",
                    "type": "permission_error",
                    "code": "insufficient_permissions",
                },
            )

    def speaking_for(self, user: str | None) -> "Caller":
        """The caller in the name of a customer.

        Raises:
            HTTPException: 403, the customer is somebody else.
        """
        if user is None or user == self.customer:
            return self
        self.must("any_customer")
        return Caller(f"customer:{user}", self.scopes, user, self.counted, self.csrf)
