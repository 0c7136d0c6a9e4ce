"""What a planner knows when it plans: deployments and how busy they are, and classes of turns."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from ontopilot.orchestrator.plan.quantity import Quantity

Device = Literal["cpu", "gpu", "remote"]


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """How fast a deployment is: coefficients in seconds, fitted by `seeding` or given.

    A step makes `tokens_per_step` tokens of each of `b` streams in `step_s + (b - 1) * stream_s`
    seconds. A prompt takes `prefill_s` for each token that the prefix cache does not hold.
    """

    name: str
    grade: str = ""
    """Deployments of one grade answer alike: the model with its adapter and precision."""
    prefill_s: float = 0.0
    step_s: float = 0.0
    stream_s: float = 0.0
    fixed_s: float = 0.0
    """What a request takes beside its tokens."""
    network_s: float = 0.0
    tokens_per_step: float = 1.0
    """More than 1 where speculation is accepted."""
    hit_rate: float = 0.0
    """The share of a prompt that the prefix cache is expected to hold."""
    start_s: float = 0.0
    adapter_s: float = 0.0
    slots: int = 64
    """Streams at a time at most."""
    kv_tokens: int = 0
    """Tokens for which there is room in the cache of keys and values; 0 for no limit."""
    context_tokens: int = 0
    """The longest prompt and answer; 0 for no limit."""
    cores: float = 1.0
    """Cores, or GPUs by their price in cores, that it holds while it runs."""
    memory_gb: float = 0.0
    device: Device = "cpu"
    spread: float = 0.15
    """The standard deviation of its times as a share of them, where nothing else is going on."""

    def __post_init__(self) -> None:
        if not self.grade:
            object.__setattr__(self, "grade", self.name)

    def step(self, streams: int) -> float:
        """Seconds of a token of each of `streams` streams."""
        return (self.step_s + max(0, streams - 1) * self.stream_s) / self.tokens_per_step

    def held(self, tokens: float) -> int:
        """How many streams of so many tokens fit at a time."""
        if not self.kv_tokens or tokens <= 0:
            return self.slots
        return max(1, min(self.slots, int(self.kv_tokens / tokens)))

    def fits(self, tokens: float) -> bool:
        """Whether a prompt and its answer of so many tokens in all can be served."""
        room = min(self.context_tokens or math.inf, self.kv_tokens or math.inf)
        return tokens <= room

    def work_s(self, prompt: float, output: float, *, hit_rate: float | None = None) -> float:
        """Seconds of the whole deployment that a request takes when it is busy."""
        full = self.step(self.slots) / self.slots
        missed = 1 - (self.hit_rate if hit_rate is None else hit_rate)
        return self.fixed_s + prompt * missed * self.prefill_s + output * full


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a deployment is now; replicas share what comes.

    `prompt_ahead` are prompt tokens that wait to be read, `output` those that a request writes on
    average. `prefill_share` is the share of the time that went into prompts of late, which slows
    those that decode. `ready_in_s` is above 0 while nothing serves, and `price` the shadow price:
    what a second of the deployment costs others beside itself.
    """

    running: int = 0
    waiting: int = 0
    prompt_ahead: float = 0.0
    output: float = 0.0
    prefill_share: float = 0.0
    ready_in_s: float = 0.0
    hit_rate: float | None = None
    price: float = 0.0
    needs_adapter: bool = False


IDLE = Load()


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What turns of a class are like; sizes in tokens and seconds.

    `prompt` is a prompt without evidence, each piece of which adds `evidence`. `retrieve_s` is a
    search, a further hop costs as much again; `verify_s` checks what was drafted.
    """

    name: str
    prompt: Quantity = field(default=Quantity(250.0, 2500.0))
    evidence: Quantity = field(default=Quantity(110.0, 1600.0))
    output: Quantity = field(default=Quantity(90.0, 2500.0))
    thinking: Quantity = field(default=Quantity(400.0, 40000.0))
    understand_s: Quantity = field(default=Quantity(0.004, 4e-6))
    facts_s: Quantity = field(default=Quantity(0.01, 2.5e-5))
    retrieve_s: Quantity = field(default=Quantity(0.02, 1e-4))
    verify_s: Quantity = field(default=Quantity(0.02, 2e-4))

    def prompt_of(self, evidence: int) -> Quantity:
        """The tokens of a prompt with so many pieces of evidence."""
        return self.prompt + self.evidence.times(evidence)


def busier(load: Load, *, streams: int) -> Load:
    """A load with more streams: what a controller plans with."""
    return replace(load, running=load.running + streams)
