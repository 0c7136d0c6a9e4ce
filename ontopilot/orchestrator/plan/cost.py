"""The cost model: what a candidate takes, operator by operator, as quantities with a spread."""

from collections.abc import Mapping
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
    """What one operator of a candidate is expected to take.

    `price` is in core-seconds, what it costs others included. `amount` are the tokens that it
    reads or writes, or the pieces of evidence that it looks for.
    """

    name: str
    seconds: Quantity
    price: float = 0.0
    amount: float = 0.0
    deployment: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A candidate with what it takes and how likely it is right.

    The parts in `then` are run with a probability of `chance`: where verification turns down what
    the others made. `problem` says why it cannot be run at all, or is "".
    """

    candidate: Candidate
    parts: tuple[Part, ...]
    latency: Either
    price: float
    success: Odds
    then: tuple[Part, ...] = ()
    problem: str = ""

    @property
    def chance(self) -> float:
        """How likely the parts in `then` are run."""
        return self.latency.chance


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
class _Generation:
    """The parts of a generation and of the check that follows, their sums, and its tokens."""

    parts: tuple[Part, ...]
    seconds: Quantity
    price: float
    problem: str


class Estimator:
    """Estimates the candidates of one turn; what they share is worked out once."""

    def __init__(self, about: Situated) -> None:
        self._about = about
        self._grades = about.grades()
        self._generations: dict[tuple[str, str, int, int], _Generation] = {}
        self._odds: dict[Key, Odds] = {}
        self._right: dict[str, Odds] = {}
        turn = about.turn
        self._spent = Quantity(about.elapsed_s) if about.elapsed_s else turn.understand_s
        self._before = Part("understand", self._spent)

    def estimate(self, candidate: Candidate) -> Estimate:
        """What a candidate is expected to take from now on, what was spent before included."""
        turn = self._about.turn
        if candidate.strategy == "facts":
            part = Part("facts", turn.facts_s, turn.facts_s.mean)
            latency = Either(self._spent + turn.facts_s)
            odds = _both(self._passes(("facts",)), self._is_right("facts"))
            return Estimate(candidate, (self._before, part), latency, part.price, odds)
        wanted = (candidate.generator, candidate.reasoner)
        missing = [name for name in wanted if name and name not in self._about.deployments]
        if missing or not any(wanted):
            problem = (
                f"no deployment {missing[0]!r} is known" if missing else "it names no deployment"
            )
            return Estimate(candidate, (), Either(NOTHING), 0.0, _NO_ODDS, problem=problem)
        return self._generated(candidate)

    def _generated(self, candidate: Candidate) -> Estimate:
        parts, spent, price = [self._before], self._spent, 0.0
        if (ahead := candidate.hops + (not self._about.retrieved)) > 0:
            searches = self._about.turn.retrieve_s.times(ahead)
            parts.append(Part("retrieve", searches, searches.mean, candidate.evidence))
            spent, price = spent + searches, searches.mean
        alone = candidate.strategy == "reason"
        name = candidate.reasoner if alone else candidate.generator
        first = self._generation("reason" if alone else "draft", name, candidate)
        passes = self._passes(arm(candidate, self._grades))
        odds = _both(passes, self._is_right(self._grades[name]))
        parts += first.parts
        spent, price = spent + first.seconds, price + first.price
        if alone or not candidate.reasoner:
            return Estimate(
                candidate, tuple(parts), Either(spent), price, odds, problem=first.problem
            )
        then = self._generation("reason", candidate.reasoner, candidate)
        again = self._passes(arm(candidate, self._grades, second=True))
        chance = 1 - passes.mean
        return Estimate(
            candidate,
            tuple(parts),
            Either(spent, then.seconds, chance),
            price + chance * then.price,
            _either(odds, passes, _both(again, self._is_right(self._grades[candidate.reasoner]))),
            then.parts,
            first.problem or then.problem,
        )

    def _passes(self, key: Key) -> Odds:
        if key not in self._odds:
            self._odds[key] = self._about.quality.passes(self._about.seen, key)
        return self._odds[key]

    def _is_right(self, grade: str) -> Odds:
        if grade not in self._right:
            self._right[grade] = self._about.quality.right(self._about.seen, grade)
        return self._right[grade]

    def _generation(self, step: str, deployment: str, candidate: Candidate) -> _Generation:
        thinking = candidate.thinking if step == "reason" else 0
        key = (step, deployment, candidate.evidence, thinking)
        found = self._generations.get(key)
        if found is None:
            found = self._generations[key] = generation(
                step, self._about.deployments[deployment], candidate.evidence, thinking, self._about
            )
        return found


def generation(
    step: str, facts: DeploymentFacts, evidence: int, thinking: int, about: Situated
) -> _Generation:
    """What a generation takes: the wait, the prompt, the tokens, and the check of what it says."""
    name, turn = facts.name, about.turn
    load = about.loads.get(name, IDLE) if about.queue_term else IDLE
    prompt, output = turn.prompt_of(evidence), turn.output
    if thinking:
        output += turn.thinking.times(thinking / turn.thinking.mean)
    hit = facts.hit_rate if load.hit_rate is None else load.hit_rate
    read = (1 - hit) * facts.prefill_s
    first = Quantity(
        prompt.mean * read + facts.fixed_s + facts.network_s, prompt.variance * read * read
    )
    streams = _streams(facts, load, prompt.mean + output.mean)
    each = facts.step(streams) / (1 - min(_MOST_PREFILL, load.prefill_share))
    first = _noisy(first, facts, about.prefill)
    written = _noisy(output.times(each), facts, about.decode)
    work = facts.work_s(prompt.mean, output.mean, hit_rate=hit)
    price, wait, check = work * (facts.cores + load.price), waiting(facts, load), turn.verify_s
    parts = (
        *((Part("queue", wait, deployment=name),) if wait.mean > 0 else ()),
        Part(f"{step}: prefill", first, 0.0, prompt.mean, name),
        Part(f"{step}: decode", written, price, output.mean, name),
        Part("verify", check, check.mean),
    )
    seconds = total((wait, first, written, check))
    return _Generation(parts, seconds, price + check.mean, _room(facts, prompt + output))


def _both(passes: Odds, right: Odds) -> Odds:
    """The odds that an answer passes and is right."""
    return Odds(passes.mean * right.mean, passes.low * right.low, passes.seen)


def _either(first: Odds, passes: Odds, then: Odds) -> Odds:
    """The odds of an answer where a second attempt follows what did not pass."""
    return Odds(
        first.mean + (1 - passes.mean) * then.mean,
        first.low + (1 - passes.low) * then.low,
        first.seen,
    )


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
    if not (facts.kv_tokens or facts.context_tokens) or facts.fits(tokens.quantile(0.9)):
        return ""
    return (
        f"{facts.name} has no room for {tokens.quantile(0.9):.0f} tokens "
        f"(context {facts.context_tokens or 'unbounded'}, cache {facts.kv_tokens or 'unbounded'})"
    )
