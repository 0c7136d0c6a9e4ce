"""What Prometheus is told of the agents that are served."""

from collections.abc import Mapping
from dataclasses import replace

from ontopilot.models.measuring.prometheus import Measured
from ontopilot.models.pool import Pool
from ontopilot.orchestrator.agent import Agent


def measured(agents: Mapping[str, Agent]) -> list[Measured]:
    """The deployments of all agents; those of a pool that agents share are told once."""
    sharing: dict[int, tuple[Pool, list[str]]] = {}
    for name, agent in agents.items():
        sharing.setdefault(id(agent.pool), (agent.pool, []))[1].append(name)
    return [
        replace(one, agent=",".join(names))
        for pool, names in sharing.values()
        for one in pool.measured()
    ]
