"""Whether the server answers, whether it can work, and its figures."""

import asyncio
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from ontopilot.errors import OntopilotError
from ontopilot.models.measuring.prometheus import CONTENT_TYPE, exposition
from ontopilot.orchestrator.serve.metrics import measured
from ontopilot.orchestrator.serve.serving import Serving


class State:
    """The handlers for load balancers and for Prometheus."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def install(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/healthz")(self.health)
        app.get("/readyz")(self.ready)
        app.get("/metrics", response_class=Response)(self.metrics)

    async def health(self) -> dict[str, Any]:
        """Say that the server answers, and which agents it serves."""
        return {"status": "ok", "agents": sorted(self._serving.agents)}

    async def ready(self) -> dict[str, Any]:
        """Say that turns can be run: every agent has its knowledge, and its store answers."""
        try:
            await asyncio.to_thread(self._look)
        except OntopilotError as error:
            detail = {"message": "A store or an agent cannot be used now.", "code": "not_ready"}
            raise HTTPException(503, detail, headers={"Retry-After": "5"}) from error
        return {"status": "ready"}

    def _look(self) -> None:
        for name, agent in self._serving.agents.items():
            self._serving.store(name).history("", limit=1)
            _ = agent.snapshot

    async def metrics(self, request: Request) -> Response:
        """The stats of the models for Prometheus."""
        (await self._serving.door.api(request)).must("metrics")
        text = await asyncio.to_thread(exposition, lambda: measured(self._serving.agents))
        return Response(text, media_type=CONTENT_TYPE)
