"""The stats of a pool's deployments with the labels that tell them apart."""

from collections.abc import Callable, Mapping
from typing import Literal

from ontopilot.models.hardware import Machine
from ontopilot.models.measuring.prometheus import Measured
from ontopilot.models.pool.chain import Chain
from ontopilot.models.pool.deployment import Deployment

Role = Literal["generator", "reasoner"]


def measured(chains: Mapping[Role, Chain], machine: Callable[[], Machine]) -> tuple[Measured, ...]:
    """Every deployment once; one that serves several roles names them all."""
    roles: dict[Deployment, list[str]] = {}
    for role, chain in chains.items():
        for tier in chain:
            for deployment in tier:
                roles.setdefault(deployment, []).append(role)
    return tuple(
        Measured(
            role=",".join(of),
            model_name=deployment.name,
            engine=deployment.kind or "given",
            device=_device(deployment.kind, machine),
            stats=deployment.stats(),
        )
        for deployment, of in roles.items()
    )


def _device(kind: str, machine: Callable[[], Machine]) -> str:
    if kind == "vllm":
        return "cuda" if machine().gpus else "cpu"
    return "remote" if kind == "remote" else "cpu"
