"""A turn in the shapes of OpenAI's Responses API, whole and as events."""

import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any, cast

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Begun, Done, Event, Released
from ontopilot.orchestrator.serve.errors import as_http, error_document
from ontopilot.orchestrator.serve.reply import extension

PREFIX = "resp_"
"""What stands before the turn in the id of a response."""

_MARKER = re.compile(r"\[(\d+)\]")


def response_document(
    model: str, answer: Answer, *, previous: str | None, created: int
) -> dict[str, Any]:
    """A whole response; each `[n]` of its text is annotated with what it cites.

    `created` is in seconds since 1970.
    """
    used = answer.usage
    content = [
        {
            "type": "output_text",
            "text": answer.text,
            "annotations": _annotations(answer),
            "logprobs": [],
        }
    ]
    frame = response_frame(model, answer.turn, "completed", previous=previous, created=created)
    return frame | {
        "output": [_message(answer.turn, "completed", content)],
        "usage": {
            "input_tokens": used.prompt_tokens,
            "input_tokens_details": {"cached_tokens": used.cached_tokens},
            "output_tokens": used.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": used.prompt_tokens + used.completion_tokens,
        },
        "ontopilot": extension(answer),
    }


def response_frame(
    model: str, turn: str, status: str, *, previous: str | None, created: int
) -> dict[str, Any]:
    """A response without output, such as one that is being written."""
    return {
        "id": f"{PREFIX}{turn}",
        "object": "response",
        "created_at": created,
        "status": status,
        "model": model,
        "output": [],
        "previous_response_id": previous,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
        "temperature": None,
        "top_p": None,
        "usage": None,
    }


def _message(turn: str, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"msg_{turn}",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def _annotations(answer: Answer) -> list[dict[str, Any]]:
    cited = {citation.number: citation for citation in answer.citations}
    return [
        {
            "type": "file_citation",
            "index": found.start(),
            "file_id": cited[int(found[1])].id,
            "filename": cited[int(found[1])].source,
        }
        for found in _MARKER.finditer(answer.text)
        if int(found[1]) in cited
    ]


class ResponseStream:
    """Turns the events of one turn into those of a response."""

    def __init__(self, model: str, *, previous: str | None) -> None:
        self._model = model
        self._previous = previous
        self._created = int(time.time())
        self._turn = ""
        self._sent = ""
        self._number = 0

    async def lines(
        self, events: AsyncIterator[Event], remember: Callable[[Answer], None]
    ) -> AsyncIterator[str]:
        """The lines of the stream; `remember` is told of the answer."""
        async with aclosing(cast(AsyncGenerator[Event, None], events)):
            try:
                async for event in events:
                    for line in self._of(event):
                        yield line
                    if isinstance(event, Done):
                        remember(event.answer)
            except OntopilotError as error:
                http = as_http(error)
                told = error_document(http.status_code, http.detail)["error"]
                yield self._line("error", told)

    def _of(self, event: Event) -> Iterator[str]:
        if isinstance(event, Begun):
            yield from self._open(event.turn)
        elif isinstance(event, Released):
            yield self._delta(f" {event.text}" if self._sent else event.text)
        elif isinstance(event, Done):
            yield from self._close(event.answer)

    def _open(self, turn: str) -> Iterator[str]:
        self._turn = turn
        begun = response_frame(
            self._model, turn, "in_progress", previous=self._previous, created=self._created
        )
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        yield self._line("response.created", {"response": begun})
        yield self._line("response.in_progress", {"response": begun})
        item = _message(turn, "in_progress", [])
        yield self._line("response.output_item.added", {"output_index": 0, "item": item})
        yield self._line("response.content_part.added", self._place() | {"part": part})

    def _delta(self, text: str) -> str:
        self._sent += text
        told = self._place() | {"delta": text, "logprobs": []}
        return self._line("response.output_text.delta", told)

    def _close(self, answer: Answer) -> Iterator[str]:
        rest = answer.text[len(self._sent) :] if answer.text.startswith(self._sent) else ""
        if rest:
            yield self._delta(rest)
        done = response_document(
            self._model, answer, previous=self._previous, created=self._created
        )
        item = done["output"][0]
        part = item["content"][0]
        for index, one in enumerate(part["annotations"]):
            told = self._place() | {"annotation_index": index, "annotation": one}
            yield self._line("response.output_text.annotation.added", told)
        text = self._place() | {"text": answer.text, "logprobs": []}
        yield self._line("response.output_text.done", text)
        yield self._line("response.content_part.done", self._place() | {"part": part})
        yield self._line("response.output_item.done", {"output_index": 0, "item": item})
        yield self._line("response.completed", {"response": done})

    def _place(self) -> dict[str, Any]:
        return {"item_id": f"msg_{self._turn}", "output_index": 0, "content_index": 0}

    def _line(self, name: str, document: dict[str, Any]) -> str:
        told = {**document, "type": name, "sequence_number": self._number}
        self._number += 1
        data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return f"event: {name}\ndata: {data}\n\n"
