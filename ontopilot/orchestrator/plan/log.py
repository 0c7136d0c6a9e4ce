"""Decisions as documents, from which they can be made again."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.cost import Estimate
from ontopilot.orchestrator.plan.optimizer import Decision, Objective, decide
from ontopilot.orchestrator.plan.quality import Odds
from ontopilot.orchestrator.plan.quantity import Either, Quantity
from ontopilot.orchestrator.plan.space import Candidate


def decision_log(decision: Decision, *, draw: float = 1.0) -> str:
    """All that a decision rests on, as JSON: objective, estimates, and the random number."""
    every = (decision.chosen, *decision.others)
    return json.dumps(
        {
            "objective": asdict(decision.objective),
            "draw": draw,
            "kept": decision.kept,
            "chosen": asdict(decision.chosen.candidate),
            "estimates": [_row(found) for found in every],
        },
        separators=(",", ":"),
    )


def replayed(log: str) -> Decision:
    """The decision that a log's estimates give; that the usual plan was kept is not decided anew.

    Raises:
        ConfigError: it is no log of a decision.
    """
    try:
        document = json.loads(log)
        estimates = [_estimate(row) for row in document["estimates"]]
        return decide(estimates, Objective(**document["objective"]), draw=document["draw"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"log {log!r:.60} is no decision: {error}; take Answer.plan.log as it is"
        ) from None


def _row(found: Estimate) -> dict[str, Any]:
    latency = found.latency
    return {
        "candidate": asdict(found.candidate),
        "usual": [latency.usual.mean, latency.usual.variance],
        "extra": [latency.extra.mean, latency.extra.variance],
        "chance": latency.chance,
        "price": found.price,
        "success": [found.success.mean, found.success.low, found.success.seen],
        "problem": found.problem,
    }


def _estimate(row: Mapping[str, Any]) -> Estimate:
    return Estimate(
        Candidate(**row["candidate"]),
        (),
        Either(Quantity(*row["usual"]), Quantity(*row["extra"]), row["chance"]),
        row["price"],
        Odds(*row["success"]),
        problem=row["problem"],
    )
