"""Around every request: which hosts and origins may ask, and headers that protect a browser."""

from collections.abc import Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ontopilot.orchestrator.serve.errors import error_document

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""No inline script or style, nothing from elsewhere, and no text that becomes markup."""

_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Fence:
    """Refuses other sites' requests and names that are not this server's.

    Args:
        app: what is inside.
        hosts: names under which the server may be asked, or none for any. A server without keys
            names its own, so that no other site can have its name lead here (DNS rebinding).
        origins: sites that may ask from a browser besides our own pages.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str] = (), origins: Collection[str] = ()
    ) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)

        async def protect(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), scope)
            await send(message)

        if refusal:
            answer = JSONResponse(error_document(403, {"message": refusal}), 403)
            await answer(scope, receive, protect)
            return
        await self._app(scope, receive, protect)

    def _refusal(self, method: str, headers: Headers) -> str:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return f"This server is not called {host!r:.80}."
        origin = headers.get("origin")
        if method in _SAFE or origin is None or origin in self._origins:
            return ""
        if urlsplit(origin).netloc != host:
            return f"The site {origin!r:.80} may not ask here."
        return ""


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _protect(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")
    if scope.get("scheme") == "https":
        headers.setdefault("strict-transport-security", "max-age=31536000")
