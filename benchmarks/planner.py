"""The planner against static plans, routers and autoscalers, on public traces.

    python benchmarks/planner.py --data ../shared/data --json

On each trace at each load, every policy is tuned on the first 30 % with the same budget and
measured on the rest with several seeds (`ontopilot/orchestrator/plan/simulate/tuning.py` has the
grids). What counts is goodput: turns that are right and in time, for each core-second that is
held. `load` is the share of the site's cores that the middle model would fill. Cells that are in
`--cells` already are not run again. `--ablate` leaves out mechanisms of the planner, `--join`
varies how questions are joined to arrivals.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from _report import document, show

from ontopilot.orchestrator.plan.simulate.compare import (
    Comparison,
    at_load,
    compare,
    default_slo,
    measure,
    warmed,
)
from ontopilot.orchestrator.plan.simulate.outcomes import measured
from ontopilot.orchestrator.plan.simulate.planned import Parts
from ontopilot.orchestrator.plan.simulate.run import Scenario, figures
from ontopilot.orchestrator.plan.simulate.site import Site
from ontopilot.orchestrator.plan.simulate.trace import read_trace
from ontopilot.orchestrator.plan.simulate.tuning import (
    KEPT,
    Grids,
    Tuned,
    split,
    tune,
    tune_planner,
)

TRACES = {
    "azure": ("AzureLLMInferenceTrace_conv.csv.gz", 1.0, 6),
    "mooncake": ("conversation_trace.jsonl.gz", 0.15, 4),
    "servegen": ("servegen-reason-deepseek-r1.tar.gz", 0.2, 9),
}
"""Files, what their tokens are multiplied with, and of how many requests one is taken, so that a
small site can serve them."""

CORES = 48.0

KEEPS = 0.95
"""The share of the static plan's good turns below which a rival does not count: it gives them up.
"""

LOADS = (0.35, 0.7)
REACH = {"static": 1.5, "adaptive": 1.2, "never": 0.97, "gap": 0.8}

_ADAPTIVE = ("cascade", "threshold", "reactive", "predictive")
_COMPARED = ("static", *_ADAPTIVE, "cascade, scaled", "planner")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cells", type=Path, help="a folder in which cells are kept")
    parser.add_argument("--traces", default=",".join(TRACES))
    parser.add_argument("--loads", default=",".join(str(load) for load in LOADS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--ablate", action="store_true", help="leave mechanisms out")
    parser.add_argument(
        "--value", type=float, help="with --ablate: what a right answer is worth, not tuned"
    )
    parser.add_argument("--join", action="store_true", help="vary how questions are joined")
    arguments = parser.parse_args()
    folder = arguments.data / "traces"
    if not folder.is_dir():
        print(f"{folder} is not there; give --data", file=sys.stderr)
        return 1
    cells = {}
    for name in arguments.traces.split(","):
        for load in map(float, arguments.loads.split(",")):
            cells[f"{name} at {load}"] = cell(folder, name, load, arguments)
    show(document(summary(cells), packages=("numpy", "scipy")), as_json=arguments.json)
    return 0


def cell(folder: Path, name: str, load: float, arguments: argparse.Namespace) -> dict[str, Any]:
    """One trace at one load, or what was kept of it."""
    kind = "ablate" if arguments.ablate else "join" if arguments.join else "compare"
    kept = arguments.cells / f"{kind}-{name}-{load}.json" if arguments.cells else None
    if kept is not None and kept.is_file():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    file, tokens, every = TRACES[name]
    site = Site(cores=CORES)
    trace = read_trace(folder / file, seed=7).thinned(every).scaled(tokens=tokens)
    scenario = at_load(Scenario(trace, site, measured(), default_slo(trace, site)), load)
    seeds = range(1, arguments.seeds + 1)
    if arguments.ablate:
        found = ablations(scenario, seeds, arguments.value)
    elif arguments.join:
        found = joins(scenario, seeds)
    else:
        found = judged(compare(scenario, _COMPARED, seeds=seeds, told=_tell))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


def judged(compared: Comparison) -> dict[str, Any]:
    """A comparison with the ratios that count."""
    told = compared.document()
    rows = {policy["name"]: policy["figures"] for policy in told["policies"]}
    ours, static = rows["planner"]["goodput"], rows["static"]["goodput"]
    enough = KEEPS * rows["static"]["good"]["mean"]
    able = [name for name in _ADAPTIVE if rows[name]["good"]["mean"] >= enough]
    best = max(able or _ADAPTIVE, key=lambda name: rows[name]["goodput"]["mean"])
    rival, bound = rows[best]["goodput"], told["oracle_goodput"]["mean"]
    told["ratios"] = {
        "against_static": ours["mean"] / static["mean"],
        "disjoint_static": ours["low"] > static["high"],
        "best_adaptive": best,
        "too_few_good": [name for name in _ADAPTIVE if name not in able],
        "against_adaptive": ours["mean"] / rival["mean"],
        "disjoint_adaptive": ours["low"] > rival["high"],
        "against_glued": ours["mean"] / rows["cascade, scaled"]["goodput"]["mean"],
        "gap_closed": (ours["mean"] - static["mean"]) / max(1e-12, bound - static["mean"]),
        "good_against_static": rows["planner"]["good"]["mean"] / rows["static"]["good"]["mean"],
        "undone": rows["planner"]["undone"]["mean"],
    }
    return told


def ablations(scenario: Scenario, seeds: Sequence[int], value: float | None) -> dict[str, Any]:
    """The planner with mechanisms left out, and under faults; tuned anew without a `value`."""
    before, after = split(scenario.trace, 0.3)
    practice, test = replace(scenario, trace=before), replace(scenario, trace=after)
    bare = Grids(practice)
    known = warmed(bare)
    least = KEPT * max(good for _, good, _ in tune("", bare.of("static"), practice, 0.0).tried)
    middle = test.trace.span / 3
    sick = replace(test, faults=((middle, "small", 1 / 3), (middle, "medium", 1 / 3)))
    variants: Mapping[str, tuple[Grids, Parts, dict[str, Any], Scenario]] = {
        "whole": (known, Parts(), {}, test),
        "no quality model": (known, Parts(quality=False), {}, test),
        "no queue term": (known, Parts(queue=False), {}, test),
        "no re-planning": (known, Parts(replan=False), {}, test),
        "no switch cost": (known, Parts(), {"switch_cost": False}, test),
        "forecasts half too low": (known, Parts(), {"bias": 0.5}, test),
        "a cold catalog": (bare, Parts(), {}, test),
        "engines slow threefold": (known, Parts(), {}, sick),
        "engines slow threefold, nothing learned": (known, Parts(learn=False), {}, sick),
    }
    found = {}
    for label, (grids, parts, steered, world) in variants.items():
        _tell(label)
        if value is None:
            tuned = tune_planner(grids, least, parts, **steered)
        else:
            tuned = Tuned(label, grids.planned(value, parts, **steered), ())
        one = measure(tuned, world, seeds)
        found[label] = {"setting": one.setting, "figures": figures(one.results)}
    whole = found["whole"]["figures"]["goodput"]["mean"]
    return {
        "variants": found,
        "goodput_against_whole": {
            label: row["figures"]["goodput"]["mean"] / whole for label, row in found.items()
        },
    }


def joins(scenario: Scenario, seeds: Sequence[int]) -> dict[str, Any]:
    """The ratios where questions come in runs, are as hard as measured, or are harder."""
    variants = {
        "as usual": scenario,
        "runs of ten": replace(scenario, runs=10.0),
        "difficulty as measured": replace(scenario, noise=0.0),
        "difficulty spread twice": replace(scenario, noise=2.0),
        "models nearer to one another": replace(
            scenario, site=replace(scenario.site, abilities=_abilities(0.5))
        ),
    }
    found = {}
    for label, variant in variants.items():
        _tell(label)
        compared = judged(compare(variant, _COMPARED, seeds=seeds))
        found[label] = compared["ratios"]
    return {"variants": found}


def _abilities(apart: float) -> dict[str, float]:
    return {name: apart * ability for name, ability in Site().abilities.items()}


def summary(cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All cells, and how many reach what was to be reached."""
    ratios = [cell["ratios"] for cell in cells.values() if "ratios" in cell]
    if not ratios:
        return {"cells": dict(cells)}
    reached = [
        r["against_static"] >= REACH["static"]
        and r["against_adaptive"] >= REACH["adaptive"]
        and r["disjoint_static"]
        and r["disjoint_adaptive"]
        for r in ratios
    ]
    return {
        "to_reach": REACH,
        "reached": sum(reached),
        "of": len(ratios),
        "worst_against_static": min(r["against_static"] for r in ratios),
        "worst_against_adaptive": min(r["against_adaptive"] for r in ratios),
        "gap_closed_mean": sum(r["gap_closed"] for r in ratios) / len(ratios),
        "undone": sum(r["undone"] for r in ratios),
        "plan_ms_p95": max(cell["plan_ms"]["p95"] for cell in cells.values()),
        "ratios": {name: cell["ratios"] for name, cell in cells.items()},
        "cells": dict(cells),
    }


def _tell(said: str) -> None:
    print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
