"""How long a new process takes to its first answer, and how much memory it needs.

    python benchmarks/cold_start.py --json

The process is `ontopilot ask` on the customer-service example. `seconds` is with the index that
an earlier run stored, `building_seconds` without one. Memory is the peak of the resident sets of
the process and its children together.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from _report import document, show

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "customer_service"
QUESTION = "How long do I have to return a kettle?"
COMMAND = "from ontopilot.cli import main; main()"
RUNS, BUILDING_RUNS = 7, 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = measure(Path(name))
    packages = ("langgraph", "faiss-cpu", "openvino", "openvino-genai", "torch", "transformers")
    show(document(result, packages=packages), as_json=arguments.json)
    return 0


def measure(folder: Path) -> dict[str, Any]:
    """Medians over fresh processes."""
    example = folder / "example"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns(".ontopilot"))
    building = [first_answer(example, folder / f"home{run}") for run in range(BUILDING_RUNS)]
    stored = [first_answer(example, folder / "home0") for _ in range(RUNS)]
    return {
        "seconds": round(statistics.median(taken for taken, _ in stored), 2),
        "peak_memory_mb": round(max(memory for _, memory in (*stored, *building))),
        "building_seconds": round(statistics.median(taken for taken, _ in building), 2),
        "runs": [round(taken, 2) for taken, _ in stored],
        "building_runs": [round(taken, 2) for taken, _ in building],
        "runs_peak_memory_mb": [round(memory) for _, memory in (*stored, *building)],
        "question": QUESTION,
    }


def first_answer(example: Path, home: Path) -> tuple[float, float]:
    """Seconds from the start of a process to its answer, and its peak memory in MB."""
    command = [sys.executable, "-c", COMMAND, "ask", f"{example / 'agent.py'}:support"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, QUESTION, "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "ONTOPILOT_HOME": str(home), "PYTHONPATH": str(ROOT)},
    ) as process:
        peak = Peak(process.pid)
        assert process.stdout is not None
        answered = process.stdout.readline()
        taken = time.perf_counter() - began
        process.stdout.read()
        memory = peak.megabytes()
    if process.returncode != 0 or not answered:
        raise SystemExit(f"ontopilot ask ended with {process.returncode}; run it to see why")
    return taken, memory


class Peak:
    """Watches the memory of a process and its children until it ends."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._most = 0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while (used := self._used()) > 0:
            self._most = max(self._most, used)
            time.sleep(0.02)

    def _used(self) -> int:
        try:
            family = [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        total = 0
        for member in family:
            try:
                total += member.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def megabytes(self) -> float:
        """The most that was in use, once the process has ended."""
        self._thread.join()
        return self._most / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
