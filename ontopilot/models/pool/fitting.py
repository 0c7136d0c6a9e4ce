"""Whether what may serve a role would fit the memory that is free, and what is missing for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.engines import LOCAL_ORDER
from ontopilot.models.files.footprint import memory_of
from ontopilot.models.hardware import Machine
from ontopilot.models.pool.chain import Chain
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.pool.fit import free_for
from ontopilot.models.spec import Model, Precision

_PRECISIONS: Mapping[str, tuple[Precision, ...]] = MappingProxyType(
    {
        "vllm": ("fp32", "bf16"),
        "openvino": ("fp32", "fp16"),
        "transformers": ("fp32", "bf16"),
    }
)
"""Formats that an engine makes of any checkpoint; others must be in the checkpoint."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a deployment would take in a precision, in bytes, beside what is free for it.

    `problem` says why it cannot serve whatever the memory, or is "".
    """

    deployment: str
    precision: Precision
    needed: int
    free: int
    problem: str = ""

    @property
    def fits(self) -> bool:
        """Whether it could serve."""
        return not self.problem and self.needed <= self.free


def fits_of(chain: Chain, machine: Machine) -> tuple[Fit, ...]:
    """The local deployments of a chain, each in the precisions that its engine offers."""
    found: list[Fit] = []
    for deployment in (d for tier in chain for d in tier):
        if deployment.model is not None and deployment.kind in LOCAL_ORDER:
            found += _fits(deployment, deployment.model, machine)
    return tuple(found)


def _fits(deployment: Deployment, model: Model, machine: Machine) -> Iterable[Fit]:
    asked = model.options.precision
    offered = _PRECISIONS[model.kind] if asked == "auto" else (asked,)
    problem = deployment.unusable or _missing(deployment)
    free = free_for(model, machine)
    for precision in offered:
        try:
            options = replace(model.options, precision=precision)
            needed = memory_of(replace(model, options=options))
        except ModelError as error:
            yield Fit(deployment.name, precision, 0, free, problem or str(error))
            return
        yield Fit(deployment.name, precision, needed, free, problem)


def _missing(deployment: Deployment) -> str:
    """Why the engine cannot be made here: a package that is not installed, and its extra."""
    try:
        deployment.make()  # not `engine`, which would keep it: nothing is to be started here
    except (ConfigError, ModelError) as error:
        return str(error)
    return ""
