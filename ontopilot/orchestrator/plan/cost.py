"""The cost model: what a candidate takes, operator by operator, as quantities with a spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.facts import IDLE, ClassFacts, DeploymentFacts, Load
from ontopilot.orchestrator.plan.learning import Ratio
from ontopilot.orchestrator.plan.quality import Evidenced, Key, Odds, Quality, arm
from ontopilot.orchestrator.plan.quantity import NOTHING, Either, Quantity, total
from ontopilot.orchestrator.plan.space import Candidate

_MOST_PREFILL = 0.8
"""The share of a deployment's time that prompts of others may be taken to fill."""

_ONE = Quantity(1.0)
_NO_ODDS = Odds(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Part:
    """What one operator of a candidate is expected to take; it runs with a probability `chance`.

    `price` is in core-seconds, what it costs others included. `amount` are the tokens that it
    reads or writes, or the pieces of evidence that it looks for.
    """

    name: str
    seconds: Quantity
    price: float = 0.0
    amount: float = 0.0
    chance: float = 1.0
    deployment: str = ""
    problem: str = ""
    """Why it cannot be run, or ""."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A candidate with what it takes and how likely it is right.

    `problem` says why it cannot be run at all, or is "".
    """

    candidate: Candidate
    parts: tuple[Part, ...]
    latency: Either
    price: float
    success: Odds
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Situated:
    """All that an estimate depends on: one turn, and the deployments as they are now."""

    turn: ClassFacts
    seen: Evidenced
    deployments: Mapping[str, DeploymentFacts]
    quality: Quality
    loads: Mapping[str, Load] = field(default_factory=dict)
    prefill: Mapping[str, Ratio] = field(default_factory=dict)
    decode: Mapping[str, Ratio] = field(default_factory=dict)
    elapsed_s: float = 0.0
    retrieved: bool = False
    attempts: int = 0
    """Drafts that failed before."""
    queue_term: bool = True
    """False leaves queues out of estimates, to measure what they are worth."""

    def grades(self) -> dict[str, str]:
        """The grade of every deployment."""
        return {name: facts.grade for name, facts in self.deployments.items()}


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The parts of one attempt at an answer, and its odds to pass and to be right."""

    parts: tuple[Part, ...]
    passes: Odds
    right: Odds


@dataclass(frozen=True, slots=True)
class _Asked:
    """A generation: by which operator, of which tokens, and how likely it is run."""

    name: str
    prompt: Quantity
    output: Quantity
    chance: float = 1.0


def estimate(candidate: Candidate, about: Situated) -> Estimate:
    """What a candidate is expected to take from now on, what was spent before included."""
    turn = about.turn
    spent = Quantity(about.elapsed_s) if about.elapsed_s else turn.understand_s
    before = [Part("understand", spent)]
    if candidate.strategy == "facts":
        before.append(Part("facts", turn.facts_s, turn.facts_s.mean))
        passes = about.quality.passes(about.seen, ("facts",))
        return _whole(
            candidate, before, _Attempt((), passes, about.quality.right(about.seen, "facts"))
        )
    if not about.retrieved:
        searches = turn.retrieve_s.times(1 + candidate.hops)
        before.append(Part("retrieve", searches, searches.mean, candidate.evidence))
    wanted = (candidate.generator, candidate.reasoner)
    missing = [name for name in wanted if name and name not in about.deployments]
    if missing or not any(wanted):
        problem = f"no deployment {missing[0]!r} is known" if missing else "it names no deployment"
        return Estimate(candidate, tuple(before), Either(NOTHING), 0.0, _NO_ODDS, problem)
    return _generated(candidate, about, before)


def _generated(candidate: Candidate, about: Situated, before: Sequence[Part]) -> Estimate:
    turn, grades = about.turn, about.grades()
    prompt = turn.prompt_of(candidate.evidence)
    thought = turn.output + turn.thinking.times(candidate.thinking / turn.thinking.mean)
    key = arm(candidate, grades)
    if candidate.strategy == "reason":
        asked = _Asked("reason", prompt, thought)
        return _whole(candidate, before, _attempt(candidate.reasoner, asked, key, about))
    first = _attempt(candidate.generator, _Asked("draft", prompt, turn.output), key, about)
    if not candidate.reasoner:
        return _whole(candidate, before, first)
    again = _Asked("reason", prompt, thought, 1 - first.passes.mean)
    key = arm(candidate, grades, second=True)
    return _whole(candidate, before, first, _attempt(candidate.reasoner, again, key, about))


def _attempt(deployment: str, asked: _Asked, key: Key, about: Situated) -> _Attempt:
    checking = about.turn.verify_s
    verified = Part("verify", checking, checking.mean, chance=asked.chance)
    facts = about.deployments[deployment]
    return _Attempt(
        (*_generation(facts, asked, about), verified),
        about.quality.passes(about.seen, key),
        about.quality.right(about.seen, facts.grade),
    )


def _whole(
    candidate: Candidate, before: Sequence[Part], first: _Attempt, then: _Attempt | None = None
) -> Estimate:
    passes, right = first.passes, first.right
    mean, low, seen = passes.mean * right.mean, passes.low * right.low, passes.seen
    parts, extra = (*before, *first.parts), then.parts if then else ()
    if then is not None:
        mean += (1 - passes.mean) * then.passes.mean * then.right.mean
        low += (1 - passes.low) * then.passes.low * then.right.low
        seen = min(seen, then.passes.seen)
    latency = Either(
        total(part.seconds for part in parts),
        total(part.seconds for part in extra),
        1 - passes.mean if extra else 0.0,
    )
    price = sum(part.price * part.chance for part in (*parts, *extra))
    problem = next((part.problem for part in (*parts, *extra) if part.problem), "")
    return Estimate(candidate, (*parts, *extra), latency, price, Odds(mean, low, seen), problem)


def _generation(facts: DeploymentFacts, asked: _Asked, about: Situated) -> list[Part]:
    """The parts of a generation: what it waits for, its prompt, its tokens."""
    name = facts.name
    load = about.loads.get(name, IDLE) if about.queue_term else IDLE
    prompt, output = asked.prompt, asked.output
    hit = facts.hit_rate if load.hit_rate is None else load.hit_rate
    read = (1 - hit) * facts.prefill_s
    first = Quantity(
        prompt.mean * read + facts.fixed_s + facts.network_s, prompt.variance * read * read
    )
    streams = _streams(facts, load, prompt.mean + output.mean)
    each = facts.step(streams) / (1 - min(_MOST_PREFILL, load.prefill_share))
    work = facts.work_s(prompt.mean, output.mean, hit_rate=hit)
    price, chance = work * (facts.cores + load.price), asked.chance
    first = _noisy(first, facts, about.prefill)
    written = _noisy(output.times(each), facts, about.decode)
    wait = waiting(facts, load)
    room = _room(facts, prompt + output)
    parts = [Part("queue", wait, chance=chance, deployment=name)] if wait.mean > 0 else []
    parts.append(Part(f"{asked.name}: prefill", first, 0.0, prompt.mean, chance, name, room))
    parts.append(Part(f"{asked.name}: decode", written, price, output.mean, chance, name))
    return parts


def _noisy(seconds: Quantity, facts: DeploymentFacts, corrections: Mapping[str, Ratio]) -> Quantity:
    """Seconds with what live turns say that they are to be multiplied with, and their spread."""
    if seconds.mean <= 0:
        return seconds
    ratio = corrections.get(facts.name)
    factor = _ONE if ratio is None or not ratio.count else ratio.factor
    mean = seconds.mean * factor.mean
    own = 1 + seconds.variance / seconds.mean**2
    learned = 1 + factor.variance / factor.mean**2
    return Quantity(mean, mean * mean * (own * learned * (1 + facts.spread**2) - 1))


def waiting(facts: DeploymentFacts, load: Load) -> Quantity:
    """The time until a new request's prompt is read: starts, prompts ahead, and a free slot."""
    slots = facts.slots
    over = max(0, load.running + load.waiting - slots + 1)
    seconds = load.prompt_ahead * (1 - facts.hit_rate) * facts.prefill_s
    if over:
        seconds += over / slots * load.output * facts.step(slots)
    switch = load.ready_in_s + (facts.adapter_s if load.needs_adapter else 0.0)
    return Quantity(switch) + Quantity(seconds, 0.25 * seconds * seconds)


def _streams(facts: DeploymentFacts, load: Load, tokens: float) -> int:
    """The streams that decode beside a new one, itself included."""
    return max(1, min(facts.held(tokens), load.running + load.waiting + 1))


def _room(facts: DeploymentFacts, tokens: Quantity) -> str:
    """Why a prompt and its answer find no room, or ""."""
    if facts.fits(tokens.quantile(0.9)):
        return ""
    return (
        f"{facts.name} has no room for {tokens.quantile(0.9):.0f} tokens "
        f"(context {facts.context_tokens or 'unbounded'}, cache {facts.kv_tokens or 'unbounded'})"
    )
