"""What the benchmarks share: the machine, the versions, interleaved runs, one document."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

SEED = 7


def machine() -> dict[str, Any]:
    """What a figure was measured on; `load_1m` tells whether others were at work."""
    return {
        "system": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def versions(packages: Sequence[str]) -> dict[str, str]:
    """The installed versions of Python and of packages."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "source"
    return found


def interleaved(
    contenders: Mapping[str, Callable[[int], float]], *, rounds: int, calls: int
) -> dict[str, list[float]]:
    """The median milliseconds of each contender in each round; they take turns call by call.

    A contender gets the number of the call and returns the seconds that it took.
    """
    medians: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for call in range(calls):
            for name, run in contenders.items():
                taken[name].append(run(number * calls + call) * 1000)
        for name, times in taken.items():
            medians[name].append(statistics.median(times))
    return medians


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def document(figures: Mapping[str, Any], *, packages: Sequence[str]) -> dict[str, Any]:
    """A benchmark's one document."""
    return {
        "machine": machine(),
        "versions": versions(("ontopilot", *packages)),
        "seed": SEED,
        **figures,
    }


def show(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the document, or its figures alone for people."""
    if as_json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        if name not in ("machine", "versions", "seed"):
            print(f"{name:<28} {value}")
