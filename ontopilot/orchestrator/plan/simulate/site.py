"""What is simulated: deployments that may run, how able their models are, and how many cores."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.facts import DeploymentFacts

ABILITIES = (0.0, 1.0, 2.0)

_SMALL = DeploymentFacts(
    "small",
    prefill_s=2.5e-4,
    step_s=0.015,
    stream_s=1.2e-3,
    fixed_s=0.01,
    slots=16,
    cores=2,
    start_s=8,
    hit_rate=0.05,
)
"""A model of 110 million weights on two cores, as OpenVINO serves it (`benchmarks/engines.py`)."""

DEFAULT = (
    _SMALL,
    DeploymentFacts(
        "medium",
        prefill_s=5.5e-4,
        step_s=0.03,
        stream_s=2.5e-3,
        fixed_s=0.01,
        slots=16,
        cores=4,
        start_s=20,
        hit_rate=0.05,
    ),
    DeploymentFacts(
        "large",
        prefill_s=8e-4,
        step_s=0.045,
        stream_s=4e-3,
        fixed_s=0.01,
        slots=16,
        cores=8,
        start_s=45,
        hit_rate=0.05,
    ),
)
"""The two larger ones are scaled from the small one, by their weights over their cores."""


@dataclass(frozen=True, slots=True)
class Site:
    """Deployments, from the least able to the ablest; `cores` in all, `front_cores` of them for
    everything but models, always held.
    """

    deployments: tuple[DeploymentFacts, ...] = DEFAULT
    abilities: Mapping[str, float] = field(
        default_factory=lambda: dict(zip(("small", "medium", "large"), ABILITIES, strict=True))
    )
    cores: float = 96.0
    front_cores: float = 2.0

    @property
    def facts(self) -> dict[str, DeploymentFacts]:
        """The deployments by their names."""
        return {one.name: one for one in self.deployments}

    def grade(self, name: str) -> int:
        """The rank of a deployment by its ability."""
        ranked = sorted(self.abilities, key=lambda grade: self.abilities[grade])
        return ranked.index(name)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    ability: float = Field(ge=-6, le=6)
    prefill_s: float = Field(gt=0)
    step_s: float = Field(gt=0)
    stream_s: float = Field(ge=0)
    fixed_s: float = Field(0.0, ge=0)
    network_s: float = Field(0.0, ge=0)
    tokens_per_step: float = Field(1.0, ge=1)
    hit_rate: float = Field(0.0, ge=0, lt=1)
    start_s: float = Field(0.0, ge=0)
    slots: int = Field(16, ge=1)
    kv_tokens: int = Field(0, ge=0)
    context_tokens: int = Field(0, ge=0)
    cores: float = Field(gt=0)
    device: Literal["cpu", "gpu", "remote"] = "cpu"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cores: float = Field(gt=0)
    front_cores: float = Field(2.0, ge=0)
    deployments: Annotated[list[_Row], Field(min_length=1)]


def read_site(file: Path) -> Site:
    """Read a site from JSON: `{"cores": 96, "deployments": [{"name": …, "ability": …}]}`.

    Raises:
        ConfigError: the file is missing or wrong.
    """
    try:
        document = _Document.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"site {str(file)!r} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"site {str(file)!r}: {where}: {first['msg']}") from None
    rows = sorted(document.deployments, key=lambda row: row.ability)
    names = [row.name for row in rows]
    if len(set(names)) < len(names):
        raise ConfigError(f"site {str(file)!r}: two deployments have one name; rename one")
    return Site(
        tuple(DeploymentFacts(**row.model_dump(exclude={"ability"})) for row in rows),
        {row.name: row.ability for row in rows},
        document.cores,
        document.front_cores,
    )


def site_document(site: Site) -> dict[str, Any]:
    """A site as `read_site` reads it."""
    wanted = set(_Row.model_fields) - {"ability"}
    return {
        "cores": site.cores,
        "front_cores": site.front_cores,
        "deployments": [
            {
                **{name: getattr(one, name) for name in sorted(wanted)},
                "ability": site.abilities[one.name],
            }
            for one in site.deployments
        ],
    }


def write_site(site: Site, file: Path) -> None:
    """Write a site, to be changed by hand."""
    file.write_text(json.dumps(site_document(site), indent=1) + "\n", encoding="utf-8")
