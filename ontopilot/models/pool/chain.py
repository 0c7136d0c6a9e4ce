"""Which deployments stand behind a role, and in which order they are tried."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ontopilot.errors import ConfigError
from ontopilot.models.engine import Engine
from ontopilot.models.engines import LOCAL_ORDER, Host, backend_of, check_kind
from ontopilot.models.hardware import Machine
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.spec import Model, parse

Served = Model | str | Engine
"""What a user may name for a role."""

Tier = tuple[Deployment, ...]
"""Deployments that are as good as one another: the least busy of them serves."""

Chain = tuple[Tier, ...]
"""Tiers in the order in which they are tried; the last one quotes and needs no model."""


@dataclass(slots=True)
class Deployer:
    """Makes the chains of a pool; deployments of one model are shared between roles."""

    host: Host
    machine: Callable[[], Machine]
    _made: dict[Model, Deployment] = field(default_factory=dict, init=False)
    _given: dict[int, Deployment] = field(default_factory=dict, init=False)

    def chain(self, role: str, choice: Served | Sequence[Served] | None) -> Chain:
        """The chain of a role: what was named, what stands in for it, and quoting.

        Raises:
            ConfigError: something named is no model, or names an engine that there is none of.
        """
        named = [self._one(role, given) for given in _listed(role, choice)]
        quoting = self._of_model(Model("extractive"))
        chosen: list[list[Deployment]] = [[], []]
        for given in named:
            if isinstance(given, Model):
                check_kind(given)
                first, *rest = [self._of_model(model) for model in candidates(given)]
                self._require_gpu(given, first)
                chosen[0].append(first)
                chosen += [[] for _ in range(len(rest) + 1 - len(chosen))]
                for at, stand_in in enumerate(rest, start=1):
                    chosen[at].append(stand_in)
            else:
                chosen[0].append(self._of_engine(given))
        tiers = (tuple(d for d in dict.fromkeys(tier) if d is not quoting) for tier in chosen)
        return (*(tier for tier in tiers if tier), (quoting,))

    def drop(self, deployment: Deployment) -> None:
        """Forget a deployment, so that the same model gets a new one."""
        self._made = {m: d for m, d in self._made.items() if d is not deployment}
        self._given = {k: d for k, d in self._given.items() if d is not deployment}

    def _one(self, role: str, given: object) -> Model | Engine:
        if isinstance(given, (Model, str)):
            return parse(given)
        if isinstance(given, Engine):
            return given
        raise ConfigError(
            f"Pool({role}={given!r}): give a Model, a name such as 'extractive', an Engine, "
            "or several of them"
        )

    def _of_model(self, model: Model) -> Deployment:
        if model not in self._made:
            backend = backend_of(model)
            self._made[model] = Deployment(
                self._name(model),
                lambda: backend.make(model, self.host),
                model.options,
                model=model,
                at_once=backend.at_once,
                retries=backend.retries,
                slow=backend.slow,
            )
        return self._made[model]

    def _name(self, model: Model) -> str:
        """The label of a model, numbered if another deployment has it already."""
        taken = {deployment.name for deployment in self._made.values()}
        names = (f"{model.label}#{n}" if n > 1 else model.label for n in itertools.count(1))
        return next(name for name in names if name not in taken)

    def _of_engine(self, engine: Engine) -> Deployment:
        return self._given.setdefault(id(engine), Deployment(engine.name, lambda: engine))

    def _require_gpu(self, asked: Model, first: Deployment) -> None:
        """A bare name means vLLM only where there is a GPU."""
        if not asked.kind and first.name.startswith("vllm:") and not self.machine().gpus:
            first.unusable = "this machine has no GPU"


def candidates(model: Model) -> list[Model]:
    """The model on the engine it names, then on those that can stand in for it."""
    kind = model.kind
    if not kind:
        order = LOCAL_ORDER if not model.target.endswith(".gguf") else ("openvino",)
        return [replace(model, name=f"{k}:{model.target}") for k in order]
    if kind not in LOCAL_ORDER:
        return [model]
    rest = LOCAL_ORDER[LOCAL_ORDER.index(kind) + 1 :] if _is_checkpoint(model.target) else ()
    return [model, *(replace(model, name=f"{k}:{model.target}") for k in rest)]


def _is_checkpoint(target: str) -> bool:
    """Whether a target is a Hugging Face checkpoint, or a name on the hub, and not a file."""
    path = Path(target).expanduser()
    return (path / "config.json").is_file() if path.exists() else path.suffix != ".gguf"


def _listed(role: str, choice: Served | Sequence[Served] | None) -> Sequence[Served]:
    if choice is None:
        return (Model("extractive"),)
    if isinstance(choice, (list, tuple)):
        if not choice:
            raise ConfigError(f"Pool({role}=[]): name a model, or leave the role out")
        return choice
    return (choice,)  # type: ignore[return-value]  # what is no model is refused with its value
