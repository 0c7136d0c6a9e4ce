"""What each save of an ontology changed, or why it was refused, while the server runs."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ontopilot.errors import OntopilotError
from ontopilot.ontology.diff import diff
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve.console.effect import Seen, effect
from ontopilot.orchestrator.store.ids import now

LOOK_EVERY_S = 0.5
"""How often the files are looked at; a save is taken up before somebody asks."""

KEPT = 50
"""Changes that are remembered for each agent."""


@dataclass(frozen=True, slots=True)
class Change:
    """One save: what it changed, or why it was refused and the version before serves on."""

    at: int
    version: str
    refused: str = ""
    summary: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    index: Mapping[str, Any] = field(default_factory=dict)
    """What it did to the index: see `effect`."""


class Changes:
    """Follows the ontologies of the agents; `look` is called again and again, from a thread."""

    def __init__(self, agents: Mapping[str, Agent]) -> None:
        self._agents = agents
        self._seen: dict[str, Seen] = {}
        self._error: dict[str, str] = {}
        self._log: dict[str, deque[Change]] = {name: deque(maxlen=KEPT) for name in agents}
        self._lock = threading.Lock()

    def look(self) -> None:
        """Let every agent read what was saved, and note what came of it."""
        with self._lock:
            for name, agent in self._agents.items():
                self._look(name, agent)

    def _look(self, name: str, agent: Agent) -> None:
        before = self._seen.get(name)
        found = before
        try:
            found, error = Seen.of(agent), agent.reload_error
        except OntopilotError as broken:
            error = str(broken)
        if error and error != self._error.get(name):
            version = "" if before is None else before.ontology.version
            self._log[name].appendleft(Change(now(), version, refused=error))
        self._error[name] = error
        if found is None:
            return
        if before is not None and found.ontology.version != before.ontology.version:
            self._log[name].appendleft(_change(before, found))
        self._seen[name] = found

    def log(self, name: str) -> tuple[Change, ...]:
        """The changes of an agent's ontology, the newest first."""
        return tuple(self._log[name])


def _change(before: Seen, after: Seen) -> Change:
    version, index = after.ontology.version, effect(before, after)
    try:
        found = diff(before.ontology, after.ontology)
    except OntopilotError as error:
        summary = f"The difference cannot be told: {error}"
        return Change(now(), version, summary=summary, index=index)
    return Change(now(), version, summary=found.summary(), document=found.document(), index=index)
