"""Which conversation goes on, for clients that only send the messages so far."""

import json
from collections import OrderedDict, deque
from collections.abc import Sequence
from hashlib import sha256

from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.serve.request import ChatMessage, ChatRequest

REMEMBERED = 10_000
"""Conversations that are recognised by their messages; the longest unused is forgotten first."""


class Conversations:
    """Recognises a conversation by the messages that were exchanged in it.

    A chat client sends no conversation id, but it repeats what was said, word for word: the digest
    of those messages finds the conversation again. Two conversations in which the same was said
    are told apart by taking turns: the same state is behind both.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._known: OrderedDict[str, deque[str]] = OrderedDict()
        self._remembered = remembered

    def of(self, request: ChatRequest, owner: str) -> str | None:
        """The conversation of a request; `None` begins a new one.

        Earlier messages that nobody remembers give the id that their digest makes, so that a
        client that repeats them stays in one conversation.
        """
        if request.named_conversation is not None:
            return request.named_conversation
        if not request.earlier:
            return None
        key = digest(request, request.earlier, owner)
        found = self._known.get(key)
        if found is None:
            return f"h-{key[:32]}"
        self._known.move_to_end(key)
        return found.popleft() if len(found) > 1 else found[0]

    def remember(self, request: ChatRequest, answer: Answer, owner: str) -> None:
        """Note what has been said by the end of a turn."""
        reply = ChatMessage(role="assistant", content=answer.text)
        key = digest(request, [*request.earlier, request.messages[-1], reply], owner)
        known = self._known.setdefault(key, deque(maxlen=100))
        if answer.conversation not in known:
            known.append(answer.conversation)
        self._known.move_to_end(key)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)


def digest(request: ChatRequest, messages: Sequence[ChatMessage], owner: str) -> str:
    """A digest of who talks to which agent and what was said, white space apart."""
    said = [(message.role, " ".join(message.text.split())) for message in messages]
    return sha256(json.dumps([request.model, owner, said]).encode()).hexdigest()
