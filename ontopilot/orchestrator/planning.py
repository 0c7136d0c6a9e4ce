"""The planner inside a turn: what it is asked at each node, and what it learns."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ontopilot.models.messages import Chunk
from ontopilot.models.pool import Role
from ontopilot.orchestrator.plan.plan import Plan, Replan, Strategy
from ontopilot.orchestrator.plan.planned import FULL, Roles, Serving
from ontopilot.orchestrator.plan.space import Candidate
from ontopilot.orchestrator.plan.telling import expected, told
from ontopilot.orchestrator.state import Workspace

_COSTED = ("facts", "draft", "reason")


@dataclass(slots=True)
class Stopwatch:
    """Measures one generation: until its first text, and from there to its end."""

    step: str
    began: float = field(default_factory=time.perf_counter)
    first: float | None = None

    def saw(self, work: Workspace, chunk: Chunk) -> None:
        """Note a chunk; the last one puts the parts into the plan."""
        now = time.perf_counter()
        if chunk.text and self.first is None:
            self.first = now
        if chunk.finish is None or work.plan is None:
            return
        work.served[self.step] = chunk.engine
        first, usage = self.first or now, chunk.usage
        read = 0 if usage is None else usage.prompt_tokens
        written = 0 if usage is None else usage.completion_tokens
        # In the order of the tree: each part goes right behind its operator.
        work.plan = work.plan.part(
            self.step, "decode", milliseconds=(now - first) * 1000, tokens=written
        )
        work.plan = work.plan.part(
            self.step, "prefill", milliseconds=(first - self.began) * 1000, tokens=read
        )


def begin(work: Workspace, ruled: Plan, typical_ms: Mapping[str, float]) -> Plan:
    """The plan of a turn: what the rules say, or what they leave and costs least."""
    if ruled.strategy not in _COSTED:
        return ruled
    roles = _roles(work)
    work.planned = planned = work.services.planner.begin(
        _usual(ruled.strategy, roles),
        offered=ruled.strategy == "facts",
        turn_class=ruled.strategy,
        roles=roles,
        objective=work.objective,
        began=work.began,
    )
    chosen = planned.candidate.strategy
    reason = ruled.reason
    if chosen != ruled.strategy:
        reason = f"{chosen} suits the objective better than {ruled.strategy}: {ruled.reason}"
    return told(planned, chosen, reason, typical_ms, ruled.rejected)


def pieces(work: Workspace, usual: int) -> int:
    """How many pieces of evidence a search is for."""
    if work.planned is None or not work.planned.candidate.evidence:
        return usual
    return min(usual, work.planned.candidate.evidence)


def retrieved(work: Workspace) -> Strategy | None:
    """Plan the rest again where retrieval found something else; the strategy if it changed."""
    planned, plan = work.planned, work.plan
    if planned is None or plan is None:
        return None
    before = planned.candidate
    score = work.evidence[0].score if work.evidence else 0.0
    reason = work.services.planner.retrieved(planned, found=len(work.evidence), score=score)
    if not reason:
        return None
    after = planned.candidate
    again = Replan("retrieve", reason, before.label, after.label)
    work.plan = replace(
        plan,
        strategy=after.strategy,
        replans=(*plan.replans, again),
        expected=expected(planned.decision.chosen, planned.objective),
        degraded=planned.decision.degraded,
    )
    return after.strategy if after.strategy != before.strategy else None


def deployment(work: Workspace, role: Role) -> str:
    """The deployment that the plan names for a role; "" lets the pool choose the least busy."""
    if work.planned is None or work.planned.objective is None:
        return ""
    chosen = work.planned.candidate
    return chosen.generator if role == "generator" else chosen.reasoner


def verified(work: Workspace, *, passed: bool, second: bool) -> None:
    """Learn whether verification passed a draft."""
    if work.planned is not None and not work.services.ablated:
        work.services.planner.drafted(work.planned, passed=passed, second=second)


def may_reason(work: Workspace) -> bool:
    """Whether a failed draft is followed by reasoning: unless it would be too late."""
    planned, plan = work.planned, work.plan
    if planned is None or plan is None:
        return True
    able, reason = work.services.planner.may_reason(planned)
    if not able:
        again = Replan("verify", reason, planned.candidate.label, "answer with what there is")
        work.plan = replace(plan, replans=(*plan.replans, again), degraded=reason)
    return able


def ended(work: Workspace) -> None:
    """Learn what the turn took, and tell what would have been better."""
    planned, plan = work.planned, work.plan
    if planned is None or plan is None or work.services.ablated:
        return
    taken = {s.name: s.actual_ms for s in plan.operators if s.actual_ms is not None and not s.of}
    for part in plan.operators:
        if part.of and part.actual_ms is not None:
            taken[f"{part.of}: {part.name}"] = part.actual_ms
            kind = "read" if part.name == "prefill" else "written"
            taken[f"{part.of}: {kind}"] = part.actual_tokens or 0.0
    regret, better = work.services.planner.ended(planned, taken, work.served)
    if planned.objective is not None:
        work.plan = replace(plan, regret=regret, hindsight=better)
    if plan.degraded:
        work.degrade(plan.degraded)


def _usual(strategy: Strategy, roles: Roles) -> Candidate:
    """The plan that is taken while little is known: all evidence, and reasoning where it fails."""
    reasoner = roles.reasoners[0].name if roles.reasoners else ""
    if strategy == "facts":
        return Candidate("facts")
    if strategy == "reason":
        return Candidate("reason", FULL, 1, "", reasoner)
    generator = roles.generators[0].name if roles.generators else ""
    return Candidate("draft", FULL, 0, generator, reasoner)


def _roles(work: Workspace) -> Roles:
    able = "reasoner" not in work.services.ablated
    return Roles(_serving(work, "generator"), _serving(work, "reasoner") if able else ())


def _serving(work: Workspace, role: Role) -> tuple[Serving, ...]:
    return tuple(Serving(*standing) for standing in work.services.pool.serving(role))
