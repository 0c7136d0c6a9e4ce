"""What would serve what, and why, for people and for `doctor`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ontopilot.errors import ModelError
from ontopilot.models.encoder import Encoder
from ontopilot.models.pool.chain import Chain
from ontopilot.models.pool.deployment import Deployment

if TYPE_CHECKING:
    from ontopilot.models.encoding.pairs import PairReader, Task


@dataclass(frozen=True, slots=True)
class DeploymentReport:
    """One deployment of a role; `note` says in words why it serves, waits or cannot serve."""

    name: str
    serves: bool
    note: str


@dataclass(frozen=True, slots=True)
class RoleReport:
    """A role and its deployments in the order in which they are tried."""

    role: Literal["generator", "reasoner", "encoder", "nearness", "answering", "entailment"]
    deployments: tuple[DeploymentReport, ...]

    @property
    def serves(self) -> str:
        """The deployment that would answer now."""
        return next((d.name for d in self.deployments if d.serves), "")


def of_chain(role: Literal["generator", "reasoner"], chain: Chain) -> RoleReport:
    """A role that is served by engines; all that can serve of the first tier do."""
    reports: list[DeploymentReport] = []
    serving = False
    for tier in chain:
        able = [d for d in tier if not _problem(d) and not d.stopped]
        for deployment in tier:
            serves = deployment in able and not serving
            note = standing(deployment, serves=serves)
            reports.append(DeploymentReport(deployment.name, serves=serves, note=note))
        serving = serving or bool(able)
    return RoleReport(role, tuple(reports))


def of_encoder(role: Literal["encoder", "nearness"], encoder: Encoder, note: str) -> RoleReport:
    """A role that is served by an encoder."""
    told = note or getattr(encoder, "backend", "given")
    return RoleReport(role, (DeploymentReport(encoder.name, serves=True, note=told),))


def of_reader(task: "Task", reader: "PairReader", *, without: str) -> RoleReport:
    """Whether a small model reads, tried on a pair."""
    try:
        reader.odds([("It is open on Sundays.", "It is open on Sundays.")])
    except ModelError as error:
        report = DeploymentReport(reader.name, serves=False, note=f"{without}: {error}")
    else:
        report = DeploymentReport(reader.name, serves=True, note="ships with ontopilot")
    return RoleReport(task, (report,))


def each(chains: Iterable[Chain]) -> list[Deployment]:
    """Every deployment once, though roles may share them."""
    return list(dict.fromkeys(d for chain in chains for tier in chain for d in tier))


def _problem(deployment: Deployment) -> str:
    if deployment.unusable or deployment.breaker.closed:
        return deployment.unusable
    return f"resting after: {deployment.breaker.reason}"


def standing(deployment: Deployment, *, serves: bool = True) -> str:
    """Whether a deployment runs, and why it does not; `serves` where its turn is now."""
    if problem := _problem(deployment):
        return problem
    if deployment.stopped:
        return f"stopped: {deployment.stopped}"
    if not serves:
        return "stands by"
    if deployment.started is None:
        return "starts at the first request"
    return str(getattr(deployment.started, "standing", "running"))
