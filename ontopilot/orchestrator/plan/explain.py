"""A plan as a tree to read."""

from ontopilot.orchestrator.plan.plan import Operator, Plan


def render(plan: Plan) -> str:
    """The plan, its steps with estimated and actual milliseconds, and what was not chosen."""
    lines = [f"{plan.strategy}: {plan.reason}"]
    lines += [_operator(step) for step in plan.operators]
    actual = [step.actual_ms for step in plan.operators if step.actual_ms is not None]
    if actual:
        lines.append(f"└─ total {sum(actual):.1f} ms")
    lines += [f"   not {other.strategy}: {other.reason}" for other in plan.rejected]
    return "\n".join(lines)


def _operator(step: Operator) -> str:
    estimated = "?" if step.estimated_ms is None else f"{step.estimated_ms:.1f}"
    actual = "not run" if step.actual_ms is None else f"{step.actual_ms:.1f} ms"
    times = f" ×{step.runs}" if step.runs > 1 else ""
    detail = f"  {step.detail}" if step.detail else ""
    return f"├─ {step.name:<10} est {estimated:>6} ms  actual {actual}{times}{detail}"
