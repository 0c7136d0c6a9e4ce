"""The planner of an agent: plans its turns, learns from them, and remembers."""

import copy
import json
import logging
import math
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.facts import ClassFacts, DeploymentFacts, Load
from ontopilot.orchestrator.plan.optimizer import Decision, Objective, plan_turn
from ontopilot.orchestrator.plan.planned import FULL, Planned, Roles, Serving, options, usual_of
from ontopilot.orchestrator.plan.quality import Evidenced, arm
from ontopilot.orchestrator.plan.quantity import Quantity
from ontopilot.orchestrator.plan.space import Candidate, Known

LEARNED = 12.0
"""Turns of a class after which a plan with less effort than usual may be chosen."""

EXTRACTIVE = "extractive"

_BARE = 0.25
"""The share of a prompt that is taken to be no evidence: engines count the whole."""

_KEEP_EVERY = 20
_BANDS = ("low", "middle", "high")
_LOG = logging.getLogger(__name__)

_NOBODY: Mapping[str, str] = MappingProxyType({})

_TYPICAL = ClassFacts("typical", prompt=Quantity(300.0, 9e4), evidence=Quantity(110.0, 1.2e4))


class Planner:
    """Plans the turns of an agent with statistics that it keeps.

    `recall` gives what was kept, or ""; `keep` stores it. A store that fails is told in the log
    once, and turns go on with what is known.
    """

    def __init__(
        self,
        *,
        recall: Callable[[], str] = lambda: "",
        keep: Callable[[str], None] = lambda text: None,
        seeds: Mapping[str, DeploymentFacts] | None = None,
        clock: Callable[[], float] = time.monotonic,
        seed: int | None = None,
    ) -> None:
        self.catalog = Catalog(typical=_TYPICAL)
        self.catalog.quality.priors = {"facts": 0.75, EXTRACTIVE: 0.7}
        self._seeds = dict(seeds or {})
        self._keep = keep
        self._clock = clock
        self.prices: Mapping[str, float] = {}
        """The shadow prices of deployments, as the fleet was sized with."""
        self._random = random.Random(seed)  # noqa: S311 - it explores
        self._arrived: Counter[Evidenced] = Counter()
        self._offered: dict[Evidenced, bool] = {}
        self._scores: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self._failed = False
        self._restore(recall)

    def begin(
        self,
        safe: Candidate,
        *,
        offered: bool,
        turn_class: str,
        roles: Roles,
        objective: Objective | None,
        began: float,
    ) -> Planned:
        """Plan a turn that was understood; without an objective the usual plan is taken."""
        with self._lock:
            seen = Evidenced(turn_class)
            known = Known(facts=offered)
            self._arrived[seen] += 1
            self._offered[seen] = offered
            explores = objective is not None and objective.explore > 0
            draw = self._random.random() if explores else 1.0
            decision = self._decide(
                safe, seen=seen, known=known, roles=roles, objective=objective, draw=draw
            )
            return Planned(
                seen,
                objective,
                decision,
                safe,
                known,
                roles,
                began,
                dict(self.catalog.facts),
                draw,
            )

    def arrivals(self) -> tuple[dict[Evidenced, int], dict[Evidenced, bool]]:
        """The turns by class since this was asked last, and whether facts may answer a class."""
        with self._lock:
            arrived, self._arrived = dict(self._arrived), Counter()
            return arrived, dict(self._offered)

    def known(self, roles: Roles) -> Catalog:
        """A copy of what is known of deployments and of turns, for whoever sizes the fleet."""
        with self._lock:
            self._meet(roles)
            facts = {serving.name: self.catalog.facts[serving.name] for serving in roles.both}
            return replace(copy.deepcopy(self.catalog), facts=facts)

    def started(self, deployment: str, seconds: float) -> None:
        """Learn how long the engine of a deployment took to start."""
        with self._lock:
            if (facts := self.catalog.facts.get(deployment)) is not None:
                self.catalog.facts[deployment] = replace(facts, start_s=seconds)

    def retrieved(self, turn: Planned, *, found: int, score: float) -> str:
        """Plan the rest after retrieval where reality differs; why it was, or ""."""
        with self._lock:
            band = self._band(turn.seen.turn_class, score)
            seen = Evidenced(turn.seen.turn_class, band)
            elapsed = self._clock() - turn.began
            reason = self._beyond(turn, seen, found, elapsed)
            if seen != turn.seen:
                self._arrived[turn.seen] -= 1
                self._arrived[seen] += 1
                self._offered[seen] = self._offered.get(turn.seen, False)
            turn.seen = seen
            turn.known = replace(turn.known, found=max(1, found))
            if not reason or turn.objective is None or turn.candidate.strategy == "facts":
                return ""
            known = replace(turn.known, facts=False)
            before = turn.candidate
            usual = replace(turn.safe, evidence=min(turn.safe.evidence, turn.known.found or 1))
            turn.decision = self._decide(
                usual,
                seen=seen,
                known=known,
                roles=turn.roles,
                objective=turn.objective,
                elapsed=elapsed,
                retrieved=True,
            )
            return reason if turn.candidate != before else ""

    def may_reason(self, turn: Planned) -> tuple[bool, str]:
        """Whether to reason after a draft that failed, and why not."""
        slo = None if turn.objective is None else turn.objective.slo_s
        if slo is None:
            return True, ""
        with self._lock:
            elapsed = self._clock() - turn.began
            names = [serving.name for serving in turn.roles.reasoners[:1]]
            option = Candidate("reason", FULL, 1, "", names[0] if names else "")
            decision = self._decide(
                option,
                seen=turn.seen,
                known=Known(found=FULL, drafted=True),
                roles=turn.roles,
                objective=None,
                elapsed=elapsed,
                retrieved=True,
            )
            sure = decision.chosen.latency.below(slo)
        if sure >= 0.5:
            return True, ""
        return False, f"reasoning would end within {slo:.3g} s with {sure:.2f} only"

    def drafted(self, turn: Planned, *, passed: bool, second: bool) -> None:
        """Learn whether verification passed what was drafted."""
        with self._lock:
            grades = {name: facts.grade for name, facts in self.catalog.facts.items()}
            option = turn.candidate
            if second and not option.reasoner:
                option = replace(option, reasoner=turn.safe.reasoner)
            use_second = second and option.strategy == "draft"
            self.catalog.quality.note_pass(
                turn.seen, arm(option, grades, second=use_second), passed=passed
            )

    def ended(
        self, turn: Planned, taken_ms: Mapping[str, float], served: Mapping[str, str] = _NOBODY
    ) -> tuple[float, str]:
        """Learn what the steps took; the regret in core-seconds, and the plan that saves it.

        `served` names the deployment that served a step.
        """
        with self._lock:
            seen = turn.seen
            for step, size in (
                ("understand", "understand_s"),
                ("retrieve", "retrieve_s"),
                ("verify", "verify_s"),
            ):
                if (taken := taken_ms.get(step)) and turn.candidate.strategy != "facts":
                    self.catalog.note_size(seen.turn_class, size, taken / 1000)
            if turn.candidate.strategy == "facts":
                whole = sum(taken_ms.get(s, 0.0) for s in ("retrieve", "draft", "verify")) / 1000
                self.catalog.note_size(seen.turn_class, "facts_s", whole)
            self._learn_generation(turn, taken_ms, served)
            self.catalog.turns += 1
            regret = self._regret(turn)
            due = self.catalog.turns % _KEEP_EVERY == 0
            text = json.dumps(self.catalog.document()) if due else ""
        if text:
            self._store(text)
        return regret

    def rated(self, turn_class: str, deployment: str, rating: int) -> None:
        """Learn from a person's rating, from 1 to 5, of what a deployment said; or `facts`."""
        with self._lock:
            known = self.catalog.facts.get(deployment)
            grade = deployment if known is None else known.grade
            self.catalog.quality.note_right(
                Evidenced(turn_class), grade, right=float(rating >= 4), weight=1.0
            )

    def close(self) -> None:
        """Keep what was learned."""
        with self._lock:
            text = json.dumps(self.catalog.document()) if self.catalog.turns else ""
        if text:
            self._store(text)

    def _decide(
        self,
        safe: Candidate,
        *,
        seen: Evidenced,
        known: Known,
        roles: Roles,
        objective: Objective | None,
        elapsed: float = 0.0,
        retrieved: bool = False,
        draw: float = 1.0,
    ) -> Decision:
        loads = self._loads(roles)
        about = self.catalog.situated(seen, loads, elapsed_s=elapsed, retrieved=retrieved)
        every = options(safe, known, roles.space)
        if objective is None:
            found = plan_turn(every, about, Objective(), draw=1.0)
            return usual_of(
                found, safe, "the rules chose another plan, and no objective asks for less"
            )
        decision = plan_turn(every, about, objective, draw=draw)
        chosen = decision.chosen
        little = chosen.candidate != safe and chosen.success.seen < LEARNED
        if little and not decision.explored and not decision.degraded:
            usual = next((e for e in decision.others if e.candidate == safe), None)
            if usual is not None and (
                objective.slo_s is None
                or usual.latency.below(objective.slo_s) >= objective.confidence
            ):
                return usual_of(
                    decision, safe, f"only {chosen.success.seen:.0f} turns of it are known"
                )
        return decision

    def _loads(self, roles: Roles) -> dict[str, Load]:
        self._meet(roles)
        return {
            serving.name: Load(
                serving.running,
                serving.waiting,
                output=90.0,
                price=self.prices.get(serving.name, 0.0),
            )
            for serving in roles.both
        }

    def _meet(self, roles: Roles) -> None:
        """Take deployments up that were not known yet."""
        for serving in roles.both:
            if serving.name not in self.catalog.facts:
                self.catalog.facts[serving.name] = self._facts(serving)

    def _facts(self, serving: Serving) -> DeploymentFacts:
        """What is known of a deployment: its profile, else a guess that turns correct."""
        if serving.name in self._seeds:
            return self._seeds[serving.name]
        if serving.name.startswith(EXTRACTIVE):
            return DeploymentFacts(
                serving.name, grade=EXTRACTIVE, prefill_s=6e-5, step_s=6e-5, slots=serving.capacity
            )
        return DeploymentFacts(
            serving.name,
            prefill_s=5e-4,
            step_s=0.03,
            stream_s=0.002,
            slots=serving.capacity,
        )

    def _band(self, turn_class: str, score: float) -> str:
        """How near the evidence is, among what turns of the class found of late."""
        scores = self._scores.setdefault(turn_class, deque(maxlen=96))
        if math.isfinite(score):
            scores.append(score)
        if len(scores) < LEARNED:
            return ""
        ordered = sorted(scores)
        edges = (ordered[len(ordered) // 3], ordered[2 * len(ordered) // 3])
        return _BANDS[sum(score >= edge for edge in edges)]

    def _beyond(self, turn: Planned, seen: Evidenced, found: int, elapsed: float) -> str:
        """Why what retrieval found is outside of what the plan was chosen for, or ""."""
        if found < turn.candidate.evidence:
            return f"{found} pieces of evidence were found, not {turn.candidate.evidence}"
        parts = [p for p in turn.decision.chosen.parts if p.name in ("understand", "retrieve")]
        late = sum(part.seconds.quantile(0.95) for part in parts)
        if parts and elapsed > late:
            return f"it took {elapsed * 1000:.0f} ms so far, beyond {late * 1000:.0f} ms"
        grades = {name: facts.grade for name, facts in self.catalog.facts.items()}
        key = arm(turn.candidate, grades)
        before = self.catalog.quality.passes(turn.seen, key).mean
        now = self.catalog.quality.passes(seen, key).mean
        if abs(now - before) > 0.1:
            return f"evidence this near passes with {now:.2f}, not {before:.2f}"
        return ""

    def _learn_generation(
        self, turn: Planned, taken_ms: Mapping[str, float], served: Mapping[str, str]
    ) -> None:
        """Correct a deployment's times: reading until the first token, and writing after it."""
        for step in ("draft", "reason"):
            first, rest = taken_ms.get(f"{step}: prefill"), taken_ms.get(f"{step}: decode")
            prompt, output = taken_ms.get(f"{step}: read"), taken_ms.get(f"{step}: written")
            facts = self.catalog.facts.get(served.get(step, ""))
            if first is None or rest is None or facts is None:
                continue
            running = next((s.running for s in turn.roles.both if s.name == facts.name), 0)
            self.catalog.note_times(
                facts.name,
                prefill=(first / 1000, (prompt or 0.0) * facts.prefill_s + facts.fixed_s),
                decode=(rest / 1000, (output or 0.0) * facts.step(running + 1)),
            )
            if prompt and output:
                seen = turn.seen.turn_class
                pieces = max(1, turn.candidate.evidence)
                self.catalog.note_size(seen, "output", output)
                self.catalog.note_size(seen, "prompt", _BARE * prompt)
                self.catalog.note_size(seen, "evidence", (1 - _BARE) * prompt / pieces)

    def _regret(self, turn: Planned) -> tuple[float, str]:
        """What the plan that would be chosen now saves against the one that was."""
        if turn.objective is None:
            return 0.0, ""
        decision = self._decide(
            turn.safe,
            seen=turn.seen,
            known=replace(turn.known, found=None),
            roles=turn.roles,
            objective=turn.objective,
        )
        was = next(
            (e for e in (decision.chosen, *decision.others) if e.candidate == turn.candidate), None
        )
        if was is None or decision.degraded:
            return 0.0, ""
        saved = turn.objective.cost(was) - turn.objective.cost(decision.chosen)
        return (saved, decision.chosen.candidate.label) if saved > 0 else (0.0, "")

    def _restore(self, recall: Callable[[], str]) -> None:
        try:
            text = recall()
            refused = self.catalog.restore(json.loads(text)) if text else 0
        except (OntopilotError, ValueError, TypeError, AttributeError) as error:
            _LOG.warning("the planner's statistics cannot be read and begin anew: %s", error)
            return
        if refused:
            _LOG.warning("%d of the planner's statistics are damaged and begin anew", refused)

    def _store(self, text: str) -> None:
        try:
            self._keep(text)
        except OntopilotError as error:
            if not self._failed:
                _LOG.warning("the planner's statistics are not kept: %s", error)
            self._failed = True
        else:
            self._failed = False
