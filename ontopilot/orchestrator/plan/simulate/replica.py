"""One engine of the simulation: continuous batching, chunked prefill, a prefix cache.

As in vLLM, every step gives each running stream one token and reads a chunk of the first prompt
that waits. Between two events the streams are the same ones, so that all steps take equally long
and are gone through at once.
"""

import heapq
import itertools
import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.facts import DeploymentFacts, Load

CHUNK = 512
"""Prompt tokens that a step reads at most."""

_REMEMBERED_S = 30.0
"""The time constant of the share of time that prompts take."""

_NEVER = math.inf


@dataclass(slots=True, eq=False)
class Job:
    """A request at an engine; times in seconds of the simulation."""

    prompt: int
    output: int
    arrived: float
    blocks: Sequence[int] = ()
    fixed_s: float = 0.0
    slow: float = 1.0
    """How much longer than usual this one takes to write."""
    cached: int = 0
    began: float = -1.0
    first: float = -1.0
    done: float = -1.0
    streams: int = 0
    """Streams beside which it began to write, itself included."""


class PrefixCache:
    """Blocks of prompts, of which those used longest ago make room."""

    def __init__(self, tokens: int, block: int) -> None:
        self._room = max(0, tokens // max(1, block))
        self._block = block
        self._held: OrderedDict[int, None] = OrderedDict()

    def hit(self, blocks: Sequence[int]) -> int:
        """The tokens at the beginning of a prompt that are held."""
        count = 0
        for block in blocks:
            if block not in self._held:
                break
            count += 1
        return count * self._block

    def take(self, blocks: Sequence[int]) -> None:
        """Hold the blocks of a prompt."""
        held = self._held
        for block in blocks[: self._room]:
            held[block] = None
            held.move_to_end(block)
        while len(held) > self._room:
            held.popitem(last=False)


@dataclass(slots=True, eq=False)
class Replica:
    """A running engine. `advance` takes it to a time and gives back what was finished by then.

    `speed` below 1 makes everything take longer: a fault that a test plants.
    """

    facts: DeploymentFacts
    ready_at: float
    block_tokens: int = 512
    speed: float = 1.0
    leaving: bool = False
    busy_s: float = 0.0
    version: int = 0
    begun_at: float = 0.0
    _now: float = 0.0
    _steps: float = 0.0
    _held: float = 0.0
    _left: float = 0.0
    _prefilling: Job | None = None
    _share: float = 0.0
    _waiting: "deque[Job]" = field(default_factory=deque)
    _running: list[tuple[float, int, Job]] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)
    _cache: PrefixCache = field(init=False)
    _ahead: float = 0.0

    def __post_init__(self) -> None:
        self._now = self.ready_at
        room = self.facts.kv_tokens // 2 if self.facts.kv_tokens else 200_000
        self._cache = PrefixCache(room, self.block_tokens)

    @property
    def jobs(self) -> int:
        """Requests that run or wait."""
        return len(self._running) + len(self._waiting) + (self._prefilling is not None)

    @property
    def idle(self) -> float:
        """The share of what it costs that is spent even if it does nothing more: at most .75."""
        return max(0.0, 0.75 - 1.5 * self.jobs / self.facts.slots)

    def __len__(self) -> int:
        """Requests that wait."""
        return len(self._waiting)

    def load(self, now: float, blocks: Sequence[int], prompt: int, *, price: float) -> Load:
        """How busy it is, for a request with these blocks."""
        running = len(self._running) + (self._prefilling is not None)
        hit = self.facts.hit_rate
        if blocks and prompt:
            hit = min(0.99, self._cache.hit(blocks) / prompt)
        step, chunk = self._step()
        left = max(0.0, self._left - max(0.0, now - self._now) / step * chunk)
        return Load(
            running,
            len(self._waiting),
            self._ahead + left,
            self._mean_left(),
            self._share,
            max(0.0, self.ready_at - now),
            hit,
            price,
        )

    def begins_in(self, now: float, prompt: int, blocks: Sequence[int]) -> float:
        """Seconds until it would begin to write an answer: to compare replicas with."""
        facts, running = self.facts, len(self._running)
        waiting = len(self._waiting) + (self._prefilling is not None)
        if blocks:
            prompt = max(0, prompt - self._cache.hit(blocks))
        ends = max(0.0, self.ready_at - now) + (self._ahead + self._left + prompt) * facts.prefill_s
        over = running + waiting + 1 - facts.slots
        if over > 0:
            ends += over / facts.slots * self._mean_left() * facts.step(facts.slots)
        return ends + (running + waiting) * facts.stream_s

    def _mean_left(self) -> float:
        """Tokens that a running stream has yet to write, on average."""
        running = self._running
        if not running:
            return 0.0
        few = running[:16]
        return max(1.0, sum(end - self._steps for end, _, _ in few) / len(few))

    def push(self, job: Job, now: float) -> list[Job]:
        """Take a request; what was finished until now."""
        finished = self.advance(now)
        self._waiting.append(job)
        self._ahead += job.prompt
        self._admit()
        return finished

    def next_event(self) -> float:
        """When the next prompt is read or the next answer is written, if nobody comes."""
        step, chunk = self._step()
        ends = _NEVER
        if self._prefilling is not None:
            ends = self._now + self._left / chunk * step
        if self._running:
            ends = min(ends, self._now + max(0.0, self._running[0][0] - self._steps) * step)
        return ends

    def advance(self, now: float) -> list[Job]:
        """Go to a time; the requests that were finished on the way."""
        finished: list[Job] = []
        while (ends := self.next_event()) <= now:
            self._go(ends)
            job = self._prefilling
            if job is not None and self._left <= 1e-6:
                self._begin(job)
            while self._running and self._running[0][0] <= self._steps + 1e-6:
                _, _, done = heapq.heappop(self._running)
                done.done = self._now
                self._held -= done.prompt + done.output
                finished.append(done)
            self._admit()
        if now > self._now:
            self._go(now)
        return finished

    def _step(self) -> tuple[float, float]:
        """Seconds of a step, and the prompt tokens that it reads."""
        facts, streams = self.facts, len(self._running)
        seconds = facts.step_s + max(0, streams - 1) * facts.stream_s if streams else 0.0
        chunk = 0.0
        if self._prefilling is not None:
            chunk = max(32.0, CHUNK - streams)
            seconds += chunk * facts.prefill_s
        return max(seconds, 1e-9) / self.speed, chunk

    def _go(self, until: float) -> None:
        passed = until - self._now
        if passed <= 0:
            self._now = max(self._now, until)
            return
        step, chunk = self._step()
        reads = self._prefilling is not None
        if reads or self._running:
            self.busy_s += passed
            self._steps += passed / step
        if reads:
            self._left = max(0.0, self._left - passed / step * chunk)
        fade = math.exp(-passed / _REMEMBERED_S)
        reading = chunk * self.facts.prefill_s / step / self.speed if reads else 0.0
        self._share = self._share * fade + (1 - fade) * reading
        self._now = until

    def _begin(self, job: Job) -> None:
        """A prompt is read: its answer is written from now on."""
        job.first = self._now
        job.streams = len(self._running) + 1
        steps = job.output * job.slow / self.facts.tokens_per_step
        heapq.heappush(self._running, (self._steps + steps, next(self._ids), job))
        self._prefilling = None

    def _admit(self) -> None:
        """Read the next prompt, if there is a stream and room for its keys and values."""
        if self._prefilling is not None or not self._waiting:
            return
        job = self._waiting[0]
        room = self.facts.kv_tokens
        if len(self._running) >= self.facts.slots:
            return
        if room and self._held and self._held + job.prompt + job.output > room:
            return
        self._waiting.popleft()
        self._ahead -= job.prompt
        self._held += job.prompt + job.output
        job.began = max(self._now, job.arrived)
        if job.blocks:
            job.cached = min(job.prompt - 1, self._cache.hit(job.blocks))
            self._cache.take(job.blocks)
        else:
            job.cached = int(job.prompt * self.facts.hit_rate)
        read = max(1, job.prompt - job.cached)
        # What a request takes beside its tokens is taken as tokens more to read.
        fixed = self.facts.fixed_s / self.facts.prefill_s if self.facts.prefill_s else 0.0
        self._left = read * job.slow + fixed
        self._prefilling = job
