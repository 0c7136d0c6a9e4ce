"""A decision as the plan that an answer carries: operators, alternatives, expectations."""

from collections.abc import Mapping, Sequence

from ontopilot.orchestrator.plan.cost import Estimate, Part
from ontopilot.orchestrator.plan.log import decision_log
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.plan import Alternative, Expected, Operator, Plan, Strategy
from ontopilot.orchestrator.plan.planned import Planned, success_in_time
from ontopilot.orchestrator.plan.quantity import Quantity, total

_MS = 1000.0
_STEPS: Mapping[str, tuple[str, ...]] = {
    "facts": ("understand", "plan", "retrieve", "draft", "verify", "respond"),
    "draft": ("understand", "plan", "retrieve", "draft", "verify", "respond"),
    "reason": ("understand", "plan", "retrieve", "reason", "verify", "respond"),
}


def told(
    turn: Planned,
    strategy: Strategy,
    reason: str,
    typical_ms: Mapping[str, float],
    pruned: Sequence[Alternative],
) -> Plan:
    """The plan of a turn; `typical_ms` gives the steps that no cost model covers.

    `pruned` are the strategies that the rules left out.
    """
    decision = turn.decision
    chosen = decision.chosen
    rejected = [
        Alternative(
            other.estimate.candidate.strategy,
            other.reason,
            other.estimate.candidate.label,
            *_times(other.estimate),
            other.estimate.price,
            other.estimate.success.mean,
        )
        for other in decision.rejected()
    ]
    return Plan(
        strategy,
        reason,
        tuple(_operators(chosen, typical_ms)),
        (*rejected, *(p for p in pruned if p.strategy not in {r.strategy for r in rejected})),
        expected=expected(chosen, turn.objective),
        objective=said(turn.objective),
        degraded=decision.degraded,
        log="" if turn.objective is None else decision_log(decision, draw=turn.draw),
    )


def expected(chosen: Estimate, objective: Objective | None) -> Expected:
    """What a whole plan is expected to take."""
    p50, p95 = _times(chosen)
    return Expected(
        chosen.candidate.label,
        p50,
        p95,
        chosen.price,
        chosen.success.mean,
        chosen.success.low,
        chosen.success.seen,
        success_in_time(chosen, objective),
    )


def said(objective: Objective | None) -> str:
    """An objective in a few words; "" for none."""
    if objective is None:
        return ""
    parts = []
    if objective.slo_s is not None:
        parts.append(f"within {objective.slo_s:.3g} s with {objective.confidence:.2f}")
    if objective.floor:
        parts.append(f"right with at least {objective.floor:.2f}")
    worth = f", a right answer is worth {objective.value:.3g} core-s" if objective.value else ""
    return f"the cheapest plan {' and '.join(parts)}".rstrip() + worth


def _times(found: Estimate) -> tuple[float, float]:
    return found.latency.quantile(0.5) * _MS, found.latency.quantile(0.95) * _MS


def _operators(chosen: Estimate, typical_ms: Mapping[str, float]) -> list[Operator]:
    parts = {part.name: part for part in (*chosen.parts, *chosen.then)}
    whole = parts.get("facts")
    operators: list[Operator] = []
    for step in _STEPS[chosen.candidate.strategy]:
        if whole is not None and step in ("retrieve", "draft", "verify"):
            operators.append(_facts_step(step, whole, typical_ms))
        elif step in ("draft", "reason"):
            operators += _generation(step, chosen.parts, 1.0)
        elif step in parts:
            operators.append(_operator(parts[step], step))
        else:
            operators.append(Operator(step, estimated_ms=typical_ms.get(step)))
    if chosen.then:
        operators[-1:-1] = _generation("reason", chosen.then, chosen.chance)
    return operators


def _facts_step(step: str, whole: Part, typical_ms: Mapping[str, float]) -> Operator:
    """A step of an answer from facts; what they take together is estimated."""
    usual = typical_ms.get(step)
    if step != "retrieve":
        return Operator(step, estimated_ms=usual)
    return Operator(step, "the ontology's facts first", usual or whole.seconds.quantile(0.5) * _MS)


def _operator(part: Part, name: str, *, of: str = "", chance: float = 1.0) -> Operator:
    seconds, detail = part.seconds, f"on {part.deployment}" if part.deployment and not of else ""
    tokens = part.amount if of and part.amount else None
    if name == "retrieve":
        detail = f"k={part.amount:.0f}"
    return Operator(
        name,
        detail,
        seconds.quantile(0.5) * _MS,
        estimated_p95_ms=seconds.quantile(0.95) * _MS,
        estimated_tokens=tokens,
        chance=chance,
        of=of,
    )


def _generation(step: str, parts: Sequence[Part], chance: float) -> list[Operator]:
    """A generation, and its parts: queue, prefill, decode."""
    own = [p for p in parts if p.name == "queue" or p.name.startswith(f"{step}: ")]
    if not own:
        return [Operator(step)]
    whole: Quantity = total(part.seconds for part in own)
    parent = _operator(Part(step, whole, deployment=own[-1].deployment), step, chance=chance)
    return [
        parent,
        *(_operator(p, p.name.removeprefix(f"{step}: "), of=step, chance=chance) for p in own),
    ]
