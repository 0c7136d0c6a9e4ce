"""Around every request: its id, and the line that the log has of it."""

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from ontopilot.orchestrator.serve.logs import HEADER, begin, harmless
from ontopilot.orchestrator.store.keys import PREFIX

log = logging.getLogger("ontopilot.access")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_SHOWN = 200


class Logged:
    """Gives every request an id, which the response and the log repeat.

    An id that the client sends is kept where it is short, plain and no key.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; log it when it has ended. Probes are logged as `DEBUG`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry = begin(_identified(Headers(scope=scope).get(HEADER, "")))
        began = time.perf_counter()
        status = 500

        async def identify(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = entry.request
            await send(message)

        try:
            await self._app(scope, receive, identify)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            path = harmless(scope.get("raw_path", b"").decode("ascii", "replace")[:_SHOWN])
            told = {"method": scope["method"], "path": path, "status": status, "ms": took}
            level = logging.DEBUG if path in _PROBES else logging.INFO
            said = "%s %s %d in %.1f ms"
            log.log(level, said, *told.values(), extra={"told": told})


def _identified(given: str) -> str:
    kept = _ID.fullmatch(given) is not None and PREFIX not in given
    return given if kept else uuid4().hex
