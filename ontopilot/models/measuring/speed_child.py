"""The process that measures the machine: `speed_child.py THREADS FORMAT…` prints one JSON object.

It is run by its path, so that nothing of ontopilot is loaded beside what it measures. Of several
runs the best one counts, as with STREAM (McCalpin 1995): others only take from it.
"""

import json
import sys
import time
from collections.abc import Callable

TRIAD_NUMBERS = 16 << 20
"""Numbers of one array: three of them are 192 MiB, well beyond the last cache."""

SIDE = 1024
"""Rows and columns of the matrices."""

BUDGET_S = 0.3
"""Seconds for one measurement."""


def main(threads: int, formats: list[str]) -> None:
    """Measure and print."""
    import torch

    torch.set_num_threads(threads)
    rates = {name: 2 * SIDE**3 / _best(_product(name)) / 1e9 for name in formats}
    told = {"memory_gb_per_s": _bandwidth(), "matmul_gflop_per_s": rates}
    sys.stdout.write(json.dumps(told))


def _bandwidth() -> float:
    import torch

    a, b, c = (torch.ones(TRIAD_NUMBERS) for _ in range(3))
    seconds = _best(lambda: torch.add(b, c, alpha=3.0, out=a))
    return 3 * a.nbytes / seconds / 1e9


def _product(name: str) -> Callable[[], object]:
    """Multiplies two matrices of a number format."""
    import torch

    if name == "int8":
        whole = torch.ones(SIDE, SIDE, dtype=torch.int8)
        return lambda: torch._int_mm(whole, whole)
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[name]
    matrix = torch.ones(SIDE, SIDE, dtype=dtype)
    return lambda: torch.mm(matrix, matrix)


def _best(run: Callable[[], object]) -> float:
    """The seconds of the fastest run of those that the budget allows, at least five."""
    taken: list[float] = []
    began = time.perf_counter()
    while len(taken) < 5 or time.perf_counter() - began < BUDGET_S:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
