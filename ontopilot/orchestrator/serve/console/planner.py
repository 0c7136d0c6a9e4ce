"""The planner as the console shows it: demand, forecasts, switches, and plans with what came."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.autoscaler import Look
from ontopilot.orchestrator.serve.console.documents import turn_row
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.ids import now
from ontopilot.orchestrator.store.review import Review, Seen

LOOKS = 120
"""Looks at the fleet that are shown: an hour of one every 30 s."""

PLANS = 20
"""Turns whose plans are listed."""

DEMAND_MINUTES = 30
_MINUTE_MS = 60_000


def planner_page(agent: Agent, store: Store) -> dict[str, Any]:
    """What was asked in the last half hour, how the fleet followed, and the latest plans.

    Demand is turns a second; that of the store counts what began in each whole minute, as
    `[begin of the minute, rate]`. `fleet` is None where engines do not follow demand.
    """
    review = Review(store.database)
    scaler = agent.autoscaler
    return {
        "demand": per_minute(review.begun(since=now() - DEMAND_MINUTES * _MINUTE_MS), now()),
        "fleet": None if scaler is None else fleet_page(tuple(scaler.history)),
        "plans": [
            plan_row(store, seen) for seen in review.latest(limit=PLANS) if seen.outcome is not None
        ],
    }


def per_minute(begun: Sequence[int], until: int) -> list[tuple[int, float]]:
    """Turns a second in each of the last whole minutes, from the times at which they began."""
    last = until // _MINUTE_MS
    counts = dict.fromkeys(range(last - DEMAND_MINUTES + 1, last), 0)
    for moment in begun:
        if (minute := moment // _MINUTE_MS) in counts:
            counts[minute] += 1
    return [(minute * _MINUTE_MS, count / 60) for minute, count in counts.items()]


def fleet_page(looks: Sequence[Look]) -> dict[str, Any]:
    """The looks at the fleet, oldest first, and every switch, newest first; times as elsewhere."""
    shown = looks[-LOOKS:]
    return {
        "looks": [
            {
                "at": round(look.at * 1000),
                "demand": look.demand,
                "forecast": look.forecast,
                "forecaster": look.forecaster,
                "core_price": look.core_price,
                "running": list(look.running),
            }
            for look in shown
        ],
        "switches": [
            {"at": round(look.at * 1000), **asdict(switch)}
            for look in reversed(looks)
            for switch in look.switches
        ][:50],
    }


def plan_row(store: Store, seen: Seen) -> dict[str, Any]:
    """The plan of a finished turn: what was expected of it and what it took."""
    plan = store.answer(seen.id).plan
    expected = plan.expected
    return {
        **turn_row(seen),
        "strategy": plan.strategy,
        "label": "" if expected is None else expected.label,
        "expected_ms": None if expected is None else expected.p50_ms,
        "expected_p95_ms": None if expected is None else expected.p95_ms,
        "took_ms": plan.actual_ms,
        "in_time": None if expected is None else expected.in_time,
        "replans": len(plan.replans),
        "regret": plan.regret,
        "explain": plan.explain(),
    }
