"""The chat request as OpenAI clients send it; what an agent does not use is tolerated."""

from typing import Literal

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from ontopilot.orchestrator.serve.body import read


class Part(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(strict=True)

    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    """One message of the history that a client sends along."""

    model_config = ConfigDict(strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The message as one text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream should contain besides the text."""

    model_config = ConfigDict(strict=True)

    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """A chat completion request.

    The question is the last user message. Earlier messages only tell which conversation goes on:
    what was said is kept by the server. `user` is the identifier of the customer.
    """

    model_config = ConfigDict(strict=True)

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = Field(default=None, max_length=200)
    metadata: dict[str, str] | None = None
    n: Literal[1] | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None

    @classmethod
    def parse(cls, body: bytes) -> "ChatRequest":
        """Read a request body.

        Raises:
            HTTPException: 400, with the parameter that is wrong.
        """
        request = read(cls, body)
        if request.messages[-1].role != "user":
            raise HTTPException(
                400,
                {
                    "message": f"The last message has the role {request.messages[-1].role!r}; "
                    "it must be the user's question.",
                    "param": "messages",
                },
            )
        return request

    @property
    def question(self) -> str:
        """What the customer says now."""
        return self.messages[-1].text

    @property
    def named_conversation(self) -> str | None:
        """The conversation that the client names in `metadata.conversation`."""
        return (self.metadata or {}).get("conversation") or None

    @property
    def earlier(self) -> list[ChatMessage]:
        """What was said before the question, by the customer and by the agent."""
        return [m for m in self.messages[:-1] if m.role in ("user", "assistant")]
