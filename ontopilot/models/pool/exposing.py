"""The stats of a pool's deployments with the labels that tell them apart."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from ontopilot.models.hardware import Machine
from ontopilot.models.measuring.prometheus import Measured
from ontopilot.models.pool.chain import Chain
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.pool.report import standing

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
            precision=_precision(deployment),
            adapter=_adapter(deployment),
            standing=standing(deployment),
        )
        for deployment, of in roles.items()
    )


def _precision(deployment: Deployment) -> str:
    engine, model = deployment.started, deployment.model
    served = "" if engine is None else engine.capabilities.weights
    asked = "" if model is None else model.options.precision
    return served or asked.removeprefix("auto")


def _adapter(deployment: Deployment) -> str:
    model = deployment.model
    return "" if model is None or model.adapter is None else Path(model.adapter).name


def _device(kind: str, machine: Callable[[], Machine]) -> str:
    if kind == "vllm":
        return "cuda" if machine().gpus else "cpu"
    return "remote" if kind == "remote" else "cpu"
