"""A plan as a tree to read, as databases print theirs."""

from collections.abc import Iterator, Sequence

from ontopilot.orchestrator.plan.plan import Alternative, Operator, Plan

_NAME = 22
_SHOWN = 6
"""Rejected plans that are listed; the others are counted."""


def render(plan: Plan) -> str:
    """The plan, its operators with estimates and actuals, what was not chosen, and why.

    An estimate is `median..95 %` in milliseconds. `q` is the q-error, the larger of estimate and
    actual over the smaller; 1.0 is exact. Tokens are told as `estimated/actual`.
    """
    return "\n".join(lines(plan))


def lines(plan: Plan) -> Iterator[str]:
    """The lines of the tree."""
    yield f"{plan.strategy}: {plan.reason}"
    yield from _expected(plan)
    top = [step for step in plan.operators if not step.of]
    for step in top:
        parts = [part for part in plan.operators if part.of == step.name]
        yield _operator("├─ ", step)
        for number, part in enumerate(parts, start=1):
            yield _operator("│  └─ " if number == len(parts) else "│  ├─ ", part)
    yield f"└─ {_total(plan, top)}"
    for again in plan.replans:
        yield f"   planned again after {again.after}: {again.reason}"
        yield f"      {again.before}  →  {again.now}"
    if plan.degraded:
        yield f"   degraded: {plan.degraded}"
    if plan.regret is not None:
        yield f"   {_regret(plan)}"
    yield from (_rejected(other) for other in plan.rejected[:_SHOWN])
    if len(plan.rejected) > _SHOWN:
        yield f"   and {len(plan.rejected) - _SHOWN} more plans"


def _expected(plan: Plan) -> Iterator[str]:
    if plan.expected is None:
        return
    told = plan.expected
    yield f"   plan: {told.label}"
    sure = "" if told.in_time is None else f", in time with {told.in_time:.2f}"
    yield (
        f"   expected: {_span(told.p50_ms, told.p95_ms)} ms{sure}, right with {told.right:.2f} "
        f"(at least {told.right_low:.2f}, {told.turns:.0f} turns seen), {told.price:.3g} core-s"
    )
    if plan.objective:
        yield f"   objective: {plan.objective}"


def _operator(lead: str, step: Operator) -> str:
    name = step.name if step.chance >= 1 else f"{step.name} ({step.chance:.0%})"
    estimated = (
        "?" if step.estimated_ms is None else _span(step.estimated_ms, step.estimated_p95_ms)
    )
    actual = "not run" if step.actual_ms is None else f"{_ms(step.actual_ms)} ms"
    off = step.q_error
    said = (
        f"{lead}{name:<{_NAME - len(lead)}} est {estimated:>12} ms  "
        f"actual {actual:>10}  {'' if off is None else f'q {off:.1f}':<8}"
    )
    return f"{said}{_detail(step)}".rstrip()


def _detail(step: Operator) -> str:
    parts = [f"×{step.runs}"] if step.runs > 1 else []
    if step.detail:
        parts.append(step.detail)
    if step.estimated_tokens is not None or step.actual_tokens is not None:
        guess = "?" if step.estimated_tokens is None else f"{step.estimated_tokens:.0f}"
        real = "" if step.actual_tokens is None else f"/{step.actual_tokens:.0f}"
        parts.append(f"{guess}{real} tokens")
    return " ".join(parts)


def _total(plan: Plan, top: Sequence[Operator]) -> str:
    actual = plan.actual_ms
    if actual is None:
        return "not run"
    said = f"total {_ms(actual)} ms"
    if plan.expected is not None and plan.expected.p50_ms > 0:
        ratio = actual / plan.expected.p50_ms
        said += f"  q {max(ratio, 1 / ratio):.1f}"
    planning = next((s.actual_ms for s in top if s.name == "plan" and s.actual_ms), None)
    return said if planning is None else f"{said}  planning {_ms(planning)} ms"


def _regret(plan: Plan) -> str:
    if not plan.regret:
        return "in hindsight: no other plan would have been better"
    return f"in hindsight: {plan.hindsight} would have saved {plan.regret:.3g} core-s"


def _rejected(other: Alternative) -> str:
    said = f"   not {other.label or other.strategy}: {other.reason}"
    if other.estimated_ms is None:
        return said
    return (
        f"{said}  [{_span(other.estimated_ms, other.estimated_p95_ms)} ms, "
        f"right {other.right or 0:.2f}, {other.price or 0:.3g} core-s]"
    )


def _span(middle: float, high: float | None) -> str:
    return _ms(middle) if high is None else f"{_ms(middle)}..{_ms(high)}"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"
