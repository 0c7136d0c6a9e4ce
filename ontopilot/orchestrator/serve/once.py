"""A request with an idempotency key is answered once, however often it is sent."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from fastapi import Request

from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Begun, Done, Event
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.store.asked import Asked

HEADER = "idempotency-key"


@dataclass(slots=True)
class Once:
    """One request; without a key it is answered whenever it comes.

    `begin` gives the answer that it had before. Else `end` must be told how it went.
    """

    serving: Serving
    agent: str
    owner: str
    key: str
    body: str

    @classmethod
    def of(cls, serving: Serving, request: Request, agent: str, owner: str, text: str) -> "Once":
        """The request as its header says."""
        key = request.headers.get(HEADER, "")
        return cls(serving, agent, owner, key, sha256(text.encode("utf-8", "replace")).hexdigest())

    async def begin(self) -> Answer | None:
        """The answer that it had before, or None for the one who is to answer it.

        Raises:
            StillRunning, OtherRequest, QuestionError: see `store.asked`.
        """
        if not self.key:
            return None
        return await asyncio.to_thread(self._begin)

    def _begin(self) -> Answer | None:
        turn = self._asked().begin(self.key, self.body)
        return None if turn is None else self.serving.store(self.agent).answer(turn)

    async def end(self, answer: Answer | None) -> None:
        """Note the answer; None frees the key."""
        if self.key:
            turn = None if answer is None else answer.turn
            await asyncio.to_thread(self._asked().end, self.key, turn)

    async def watched(self, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
        """The events of a turn, of whose end is noted."""
        answer = None
        async with aclosing(cast(AsyncGenerator[Event, None], events)):
            try:
                async for event in events:
                    if isinstance(event, Done):
                        answer = event.answer
                        await self.end(answer)
                    yield event
            finally:
                if answer is None:
                    await asyncio.shield(self.end(None))

    def _asked(self) -> Asked:
        return Asked(self.serving.store(self.agent).database, self.owner)


async def replayed(answer: Answer) -> AsyncGenerator[Event, None]:
    """The events of a turn that has ended before."""
    yield Begun(answer.turn, answer.conversation)
    yield Done(answer)
