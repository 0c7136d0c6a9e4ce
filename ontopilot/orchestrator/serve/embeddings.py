"""`/v1/embeddings`: the vectors of an agent's encoder."""

import asyncio
import base64
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from ontopilot.orchestrator.serve.body import described, read
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.serving import Serving

MOST_INPUTS = 256
LONGEST_INPUT = 20_000


class EmbeddingRequest(BaseModel):
    """Texts to encode; `model` is an agent."""

    model_config = ConfigDict(strict=True)

    model: str
    input: str | list[str] = Field(min_length=1)
    encoding_format: Literal["float", "base64"] | None = None

    @property
    def texts(self) -> list[str]:
        """The texts.

        Raises:
            HTTPException: 400, there are too many, or one is empty or too long.
        """
        texts = [self.input] if isinstance(self.input, str) else self.input
        if len(texts) > MOST_INPUTS or any(not 0 < len(text) <= LONGEST_INPUT for text in texts):
            message = f"Give 1 to {MOST_INPUTS} texts of 1 to {LONGEST_INPUT:,} characters."
            raise HTTPException(400, {"message": message, "param": "input"})
        return texts


class Embeddings:
    """The handler."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def install(self, app: FastAPI) -> None:
        """Add the route."""
        body = described(EmbeddingRequest, self._serving.agents)
        app.post("/v1/embeddings", openapi_extra=body)(self.embed)

    async def embed(self, request: Request) -> dict[str, Any]:
        """Encode texts as the agent encodes its documents and questions."""
        caller = await self._serving.door.api(request)
        caller.must("embed")
        body = read(EmbeddingRequest, await read_body(request))
        agent, texts = self._serving.agent(body.model), body.texts
        self._serving.rates.count(caller)
        vectors = await asyncio.to_thread(lambda: agent.pool.small.encoder.encode(texts))
        plain = body.encoding_format != "base64"
        rows = [row.tolist() if plain else _packed(row) for row in vectors.astype("<f4")]
        words = sum(len(text.split()) for text in texts)
        return {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": row}
                for index, row in enumerate(rows)
            ],
            "model": body.model,
            "usage": {"prompt_tokens": words, "total_tokens": words},
        }


def _packed(row: Any) -> str:
    return base64.b64encode(row.tobytes()).decode()
