"""A small server of chat completions; the name of the model chooses how it behaves."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from ontopilot.models.structured.constraint import constraint_of
from tests.conformance.asking import KETTLE, WARRANTY, ask
from tests.conformance.structured import FORMS

KEY = "secret-key-of-the-test"
ANSWERS = {
    KETTLE: "The kettle can be returned within 30 days. [1]",
    WARRANTY: "The warranty of the kettle lasts 24 months. [2]",
}
NAMES = {"aliased": "something-else-2026"}
"""What the server calls models that it was asked for by another name."""

REFUSALS = {
    "busy": (429, "too many requests"),
    "broken": (500, "out of memory"),
    "missing": (404, "no such model"),
    "long": (400, "this prompt exceeds the context length of 8 tokens"),
    "odd": (422, f"do not send {KEY} in a body"),
}


def example(asked: dict[str, str | None]) -> str:
    """An answer of the form that is asked for, or ""."""
    wanted = {kind: text for kind, text in asked.items() if text is not None}
    return next((form.example for form in FORMS.values() if form.asked == wanted), "")


def in_form(body: dict[str, Any]) -> str:
    """An answer of the form that a body asks for, or ""."""
    if form := body.get("response_format"):
        assert form["type"] == "json_schema"
        assert form["json_schema"]["strict"] is True
        return example({"schema": json.dumps(form["json_schema"]["schema"])})
    if "structured_outputs" in body:
        ebnf = body["structured_outputs"]["grammar"]
        return next(
            form.example
            for form in FORMS.values()
            if "grammar" in form.asked and constraint_of(ask(**form.asked)).ebnf == ebnf
        )
    return ""


class ChatServer:
    """Runs in a thread on a free port; `gone` counts the requests whose client went away."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        self.bodies: list[dict[str, Any]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self._app(), log_level="error", ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> "ChatServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            body = await request.json()
            self.bodies.append(body)
            model = body["model"]
            if model == "keyed" and request.headers.get("authorization") != f"Bearer {KEY}":
                return JSONResponse({"error": {"message": f"wrong key, not {KEY}"}}, 401)
            if model in REFUSALS:
                status, message = REFUSALS[model]
                return JSONResponse({"error": {"message": message}}, status)
            if model == "formless" and "response_format" in body:
                message = "'response_format' of type 'json_schema' is not supported"
                return JSONResponse({"error": {"message": message}}, 400)
            if model == "whole":
                return JSONResponse({"choices": []})
            return StreamingResponse(self._events(body), media_type="text/event-stream")

        return app

    async def _events(self, body: dict[str, Any]) -> AsyncIterator[str]:
        model = body["model"]
        answer = ANSWERS.get(body["messages"][-1]["content"], "I do not know.")
        words = [f"{word} " for word in answer.split()]
        if model != "ignoring" and (formed := in_form(body)):
            words = re.findall(r"\s*\S+", formed)
        yield ": a comment\n\n"
        try:
            for word in words[: body["max_tokens"]]:
                choice = {"delta": {"content": word}, "finish_reason": None}
                yield event({"model": NAMES.get(model, model), "choices": [choice]})
                await asyncio.sleep(0)
                if model == "silent":
                    await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.gone.set()
            raise
        if model == "cut":
            return
        if model == "garbled":
            yield "data: {not json\n\n"
        if model == "failing":
            yield event({"error": {"message": "the GPU fell off"}})
        finish = "length" if len(words) > body["max_tokens"] else "stop"
        finish = "content_filter" if model == "filtered" else finish
        yield event({"choices": [{"delta": {}, "finish_reason": finish}]})
        if model != "uncounted":
            done = min(len(words), body["max_tokens"])
            counted = {"prompt_tokens": 9, "completion_tokens": done}
            yield event({"choices": [], "usage": counted})
        yield "data: [DONE]\n\n"


def event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"
