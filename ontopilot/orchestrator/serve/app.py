"""The HTTP application: the API, the chat page, and what guards them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ontopilot.errors import ConfigError, StoreError
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve import errors
from ontopilot.orchestrator.serve.access.fence import Fence
from ontopilot.orchestrator.serve.access.limits import RATE, Rates
from ontopilot.orchestrator.serve.chat.faces import Chat
from ontopilot.orchestrator.serve.completions import Completions
from ontopilot.orchestrator.serve.console.changes import LOOK_EVERY_S, Changes
from ontopilot.orchestrator.serve.console.faces import Console
from ontopilot.orchestrator.serve.console.figures import SAMPLE_EVERY_S, Figures
from ontopilot.orchestrator.serve.console.handovers import HandOverFaces
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.embeddings import Embeddings
from ontopilot.orchestrator.serve.logged import Logged
from ontopilot.orchestrator.serve.responses import Responses
from ontopilot.orchestrator.serve.room import MOST_TURNS, MOST_WAITING, Room
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.serve.state import State
from ontopilot.orchestrator.serve.turns import TurnFaces
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.ids import DAY_MS, now

log = logging.getLogger("ontopilot.serve")


def create_app(
    agents: Mapping[str, Agent],
    *,
    prepared: bool = False,
    most_turns: int = MOST_TURNS,
    most_waiting: int = MOST_WAITING,
    open_to_all: bool = True,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
    rate: str = RATE,
    title: str = "",
    keep_days: int | None = None,
) -> FastAPI:
    """An application that serves agents under the names they are given.

    The agents are prepared when the application starts, unless they already are; closing them is
    left to the caller. It works on `most_turns` turns at a time and lets `most_waiting` requests
    wait; further ones get 429 and when to come again.

    Args:
        agents: by the names under which they are asked; the keys are in the store of the first.
        prepared: the agents have loaded what they need.
        most_turns: turns worked on at a time.
        most_waiting: requests that wait for a turn.
        open_to_all: the API asks for no key. False for every server that others can reach.
        hosts: names under which the server may be asked; none for any.
        origins: sites that may ask from a browser besides our own pages (CORS).
        rate: turns of one key, customer or address, such as `60/minute`.
        title: what the chat page is called; by default the agent's name.
        keep_days: conversations in which nothing was said for so long are deleted; none by default.

    Raises:
        ConfigError: there is no agent to serve, no room for a turn, or the rate is not one.
    """
    if not agents:
        raise ConfigError("create_app agents={}: give at least one agent to serve")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        cold = () if prepared else agents.values()
        await asyncio.gather(*(asyncio.to_thread(agent.prepare) for agent in cold))
        beside = [
            asyncio.create_task(_again(changes.look, LOOK_EVERY_S)),
            asyncio.create_task(_again(figures.look, SAMPLE_EVERY_S)),
        ]
        if keep_days is not None:
            beside.append(asyncio.create_task(_forget(serving, keep_days)))
        yield
        for task in beside:
            task.cancel()

    changes, figures = Changes(agents), Figures(agents)
    app = FastAPI(title="ontopilot", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    serving = Serving(agents, Room(most_turns, most_waiting), Rates(rate), open_to_all)
    talks = Conversations()
    for faces in (
        State(serving),
        Completions(serving, talks),
        Responses(serving, talks),
        Embeddings(serving),
        TurnFaces(serving),
        Chat(serving, title=title),
        Console(serving, changes, figures),
        HandOverFaces(serving),
    ):
        faces.install(app)
    _let_in(app, origins)
    app.add_middleware(Fence, hosts=hosts, origins=origins)
    app.add_middleware(Logged)
    return app


async def _again(look: Callable[[], None], every_s: float) -> None:
    """Look at something now and then: saves of the ontologies, figures of the models."""
    while True:
        await asyncio.to_thread(look)
        await asyncio.sleep(every_s)


async def _forget(serving: Serving, days: int) -> None:
    """Delete old conversations, now and every hour."""
    while True:
        for name in serving.agents:
            forgetting = Forgetting(serving.store(name).database)
            try:
                await asyncio.to_thread(forgetting.before, now() - days * DAY_MS)
            except StoreError as error:
                log.warning("old conversations of %s stay for now: %s", name, error)
        await asyncio.sleep(3600)


def _let_in(app: FastAPI, origins: Collection[str]) -> None:
    """CORS, for the sites that are named."""
    if not origins:
        return
    from fastapi.middleware.cors import CORSMiddleware

    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "content-type", "idempotency-key", "x-request-id"],
        expose_headers=["x-request-id"],
    )
