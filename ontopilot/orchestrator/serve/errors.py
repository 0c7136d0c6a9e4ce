"""Errors in the shape that OpenAI clients read: `{"error": {message, type, param, code}}`."""

import logging
import math
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from ontopilot.errors import (
    AlreadyTaken,
    Busy,
    NotYours,
    OntopilotError,
    OtherRequest,
    QuestionError,
    StillRunning,
    StoreLocked,
    StoreVersion,
)
from ontopilot.orchestrator.serve.logs import identified

log = logging.getLogger("ontopilot.serve")


def error_document(status: int, detail: object) -> dict[str, Any]:
    """The body of an error response."""
    given = detail if isinstance(detail, dict) else {"message": str(detail)}
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"type": kind, "param": None, "code": None, **given}}


def as_http(error: OntopilotError) -> HTTPException:
    """An error of a turn as an HTTP error; only what the client can mend is told to it in full."""
    if isinstance(error, Busy):
        after = str(math.ceil(error.retry_after_s))
        message = f"Too many requests at once; ask again in {after} s."
        detail = {"message": message, "type": "rate_limit_error", "code": "rate_limit_exceeded"}
        return HTTPException(429, detail, headers={"Retry-After": after})
    for kind, status, added in _TOLD:
        if isinstance(error, kind):
            return HTTPException(status, {"message": str(error), **added})
    log.error("%s: %s", type(error).__name__, error)
    if isinstance(error, StoreLocked):
        return HTTPException(503, {"message": "The store is busy; try again.", "code": "busy"})
    message = "The turn failed; the server's log has the reason."
    return HTTPException(500, {"message": message, "code": type(error).__name__})


_TOLD: tuple[tuple[type[OntopilotError], int, dict[str, str]], ...] = (
    (QuestionError, 400, {"param": "messages"}),
    (NotYours, 403, {"param": "conversation"}),
    (StoreVersion, 409, {"param": "conversation", "code": "newer_release"}),
    (StillRunning, 409, {"code": "still_running"}),
    (AlreadyTaken, 409, {"code": "already_taken"}),
    (OtherRequest, 422, {"code": "idempotency_key_reused"}),
)
"""What a client can mend, with its status and what stands beside the message."""


def install(app: FastAPI) -> None:
    """Give every error of an application the shape above."""
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, StarletteHTTPException) else 500
    detail = error.detail if isinstance(error, StarletteHTTPException) else ""
    headers = error.headers if isinstance(error, StarletteHTTPException) else None
    return JSONResponse(error_document(status, detail), status, headers=headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    message = "The server failed; its log has the reason."
    # This is sent from outside of all middleware.
    return JSONResponse(error_document(500, {"message": message}), 500, headers=identified())
