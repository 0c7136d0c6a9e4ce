"""The handlers of the console."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from ontopilot.errors import OntopilotError, StoreError, UnknownTerm
from ontopilot.ontology.terms import Iri
from ontopilot.orchestrator.serve.access.door import give
from ontopilot.orchestrator.serve.console import terms
from ontopilot.orchestrator.serve.console.changes import Changes
from ontopilot.orchestrator.serve.console.documents import (
    open_questions,
    turn_page,
    turn_row,
)
from ontopilot.orchestrator.serve.console.figures import Figures
from ontopilot.orchestrator.serve.console.planner import planner_page
from ontopilot.orchestrator.serve.errors import as_http
from ontopilot.orchestrator.serve.pages import page
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.store.handovers import HandOvers
from ontopilot.orchestrator.store.review import Review

T = TypeVar("T")


class Console:
    """The console of all agents; it changes nothing."""

    def __init__(self, serving: Serving, changes: Changes, figures: Figures) -> None:
        self._serving = serving
        self._changes = changes
        self._figures = figures

    def install(self, app: FastAPI) -> None:
        """Add the routes; they are for the page and not part of the API's description."""
        hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}
        app.get("/console", **hidden)(self.page)
        app.get("/console/{name}/turns", **hidden)(self.turns)
        app.get("/console/{name}/turns/{turn}", **hidden)(self.turn)
        app.get("/console/{name}/models", **hidden)(self.models)
        app.get("/console/{name}/planner", **hidden)(self.planner)
        app.get("/console/{name}/changes", **hidden)(self.changes)
        app.get("/console/{name}/open", **hidden)(self.open)
        app.get("/console/{name}/terms", **hidden)(self.terms)
        app.get("/console/{name}/term", **hidden)(self.term)
        app.get("/console/{name}/graph", **hidden)(self.graph)

    def page(self, request: Request) -> Response:
        """The page; without the scope it asks for a key."""
        caller, cookie = self._serving.door.enter(request)
        values = {
            "agents": "\n".join(self._serving.agents),
            "csrf": caller.csrf,
            "allowed": "yes" if "console" in caller.scopes else "",
        }
        shown = page("console", values)
        if cookie is not None:
            give(shown, request, cookie)
        return shown

    async def _read(self, request: Request, name: str, work: Callable[[], T]) -> T:
        """Do some work in a thread, for callers who may look."""
        (await self._serving.door.page(request)).must("console")
        self._serving.agent(name)
        try:
            return await asyncio.to_thread(work)
        except (StoreError, UnknownTerm) as error:
            raise HTTPException(404, {"message": str(error)}) from error
        except OntopilotError as error:
            raise as_http(error) from error

    async def turns(self, request: Request, name: str) -> dict[str, Any]:
        """The latest turns."""

        def work() -> dict[str, Any]:
            review = Review(self._serving.store(name).database)
            room = self._serving.room
            rows = [turn_row(seen) for seen in review.latest()]
            return {
                "turns": rows,
                "running": room.running,
                "waiting": room.waiting,
                "hand_overs": HandOvers(self._serving.store(name).database).count(),
            }

        return await self._read(request, name, work)

    async def turn(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """One turn with its plan, evidence and verdicts."""

        def work() -> dict[str, Any]:
            store = self._serving.store(name)
            return turn_page(store, turn, self._serving.agent(name).snapshot)

        return await self._read(request, name, work)

    async def models(self, request: Request, name: str) -> dict[str, Any]:
        """The models of an agent, with their load and speed over the last minutes."""

        def work() -> dict[str, Any]:
            self._figures.look()
            return {"models": self._figures.models(name)}

        return await self._read(request, name, work)

    async def planner(self, request: Request, name: str) -> dict[str, Any]:
        """Demand, forecasts and switches, and how the plans of the latest turns came out."""

        def work() -> dict[str, Any]:
            return planner_page(self._serving.agent(name), self._serving.store(name))

        return await self._read(request, name, work)

    async def changes(self, request: Request, name: str) -> dict[str, Any]:
        """What each save changed, or why it was refused."""

        def work() -> dict[str, Any]:
            self._changes.look()
            return {"changes": [asdict(change) for change in self._changes.log(name)]}

        return await self._read(request, name, work)

    async def open(self, request: Request, name: str) -> dict[str, Any]:
        """Questions without a good answer, by topic."""

        def work() -> dict[str, Any]:
            turns = Review(self._serving.store(name).database).unhelpful()
            return {"topics": open_questions(turns, self._serving.agent(name).snapshot)}

        return await self._read(request, name, work)

    async def terms(self, request: Request, name: str, q: str = "") -> dict[str, Any]:
        """The terms that a text names."""
        ontology = self._serving.agent(name).snapshot
        return await self._read(request, name, lambda: {"terms": terms.found(ontology, q[:200])})

    async def term(self, request: Request, name: str, iri: str) -> dict[str, Any]:
        """All about a term."""
        ontology = self._serving.agent(name).snapshot
        return await self._read(request, name, lambda: terms.described(ontology, iri))

    async def graph(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """The terms that a turn touched, lit up among their neighbours."""

        def work() -> dict[str, Any]:
            store, ontology = self._serving.store(name), self._serving.agent(name).snapshot
            touched = turn_page(store, turn, ontology)["terms"]
            return terms.graph(ontology, [Iri(term["iri"]) for term in touched])

        return await self._read(request, name, work)
