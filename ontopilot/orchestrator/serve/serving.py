"""What all handlers of one application share."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import HTTPException

from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.access.door import Door
from ontopilot.orchestrator.serve.access.limits import Rates
from ontopilot.orchestrator.serve.room import Room
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.owners import Owners


@dataclass(slots=True)
class Serving:
    """The agents with their stores, the door and the room.

    Keys are those of the first agent's store.
    """

    agents: Mapping[str, Agent]
    room: Room
    rates: Rates
    open_to_all: bool
    _stores: dict[str, Store] = field(default_factory=dict)
    _door: Door | None = None

    @property
    def door(self) -> Door:
        """Who comes in."""
        if self._door is None:
            keys = Keys(self.store(next(iter(self.agents))).database)
            self._door = Door(keys, open_to_all=self.open_to_all)
        return self._door

    def agent(self, name: str) -> Agent:
        """The agent of that name.

        Raises:
            HTTPException: 404, there is none.
        """
        agent = self.agents.get(name)
        if agent is None:
            served = ", ".join(repr(known) for known in self.agents)
            raise HTTPException(
                404,
                {
                    "message": f"The model {name!r:.80} does not exist; this server has {served}.",
                    "param": "model",
                    "code": "model_not_found",
                },
            )
        return agent

    def store(self, name: str) -> Store:
        """The store of an agent, asked for once: the agent's own loop may be at work."""
        if name not in self._stores:
            self._stores[name] = self.agent(name).store
        return self._stores[name]

    def owners(self, name: str) -> Owners:
        """Whose conversations those of an agent are."""
        return Owners(self.store(name).database)

    async def claim(self, name: str, conversation: str | None, caller: Caller) -> str:
        """The conversation of a turn, once it is the caller's.

        Raises:
            NotYours: somebody else began it.
        """
        owners = self.owners(name)
        return await asyncio.to_thread(
            owners.claim, conversation, caller.owner, customer=caller.customer
        )

    async def reaches(self, name: str, turn: str, caller: Caller) -> bool:
        """Whether a turn is the caller's own, or one of those that the caller may read."""
        owner = await asyncio.to_thread(self.owners(name).of_turn, turn)
        return owner is not None and (owner == caller.owner or "turns" in caller.scopes)

    async def must_own(self, name: str, turn: str, caller: Caller) -> None:
        """Let only those in who reach a turn.

        Raises:
            HTTPException: 404, there is no such turn for this caller.
        """
        if not await self.reaches(name, turn, caller):
            message = f"There is no turn {turn!r:.80}."
            raise HTTPException(404, {"message": message, "param": "turn"})

    async def as_owner(self, name: str, turn: str, caller: Caller) -> Caller | None:
        """The caller in the name of the owner of a turn, or None where it is not theirs.

        Who may speak for any customer reaches what belongs to a customer.
        """
        owner = await asyncio.to_thread(self.owners(name).of_turn, turn)
        if owner == caller.owner:
            return caller
        kind, _, customer = (owner or "").partition(":")
        if kind == "customer" and "any_customer" in caller.scopes:
            return caller.speaking_for(customer)
        return None
