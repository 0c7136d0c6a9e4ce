"""The vLLM engine where there is a GPU: the conformance class and the fail-over, kept as a file.

    python benchmarks/gpu.py

What the tests and `failover.py` print goes to `benchmarks/results/gpu-NAME.json`, with the machine,
its GPUs and the versions in `.venv-gpu`. Without a GPU nothing runs, and one line says so. It is
what `make test-gpu` runs.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from _report import document

from ontopilot.models.hardware import inspect_machine

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-gpu/bin/python"
RESULTS = Path(__file__).with_name("results")
TESTS = ("-m", "pytest", "-v", "-o", "filterwarnings=", "-p", "no:cacheprovider", "--timeout=600")
RUNS = {
    "server": (sys.executable, *TESTS, "tests/models/gpu_vllm.py"),
    "in_process": (str(PYTHON), *TESTS, "tests/models/in_process_vllm.py"),
    "failover": (sys.executable, "benchmarks/failover.py", "--json"),
}
VERSIONS = """
import json
from importlib.metadata import version
print(json.dumps({name: version(name) for name in ("vllm", "torch", "transformers")}))
"""


def main() -> int:
    gpus = inspect_machine().gpus
    if not gpus:
        print("test-gpu: skipped; gpu: needs an NVIDIA GPU that nvidia-smi lists")
        return 0
    versions = subprocess.run([PYTHON, "-c", VERSIONS], check=True, capture_output=True, text=True)
    runs = {name: run(command) for name, command in RUNS.items()}
    result = document(
        {
            "gpus": [{"name": gpu.name, "memory": gpu.memory} for gpu in gpus],
            "vllm": json.loads(versions.stdout),
            **runs,
        },
        packages=("openvino-genai", "httpx"),
    )
    RESULTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", gpus[0].name.lower()).strip("-")
    file = RESULTS / f"gpu-{name}.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"kept in {file.relative_to(ROOT)}")
    return max(int(made["exit_code"]) for made in runs.values())


def run(command: tuple[str, ...]) -> dict[str, Any]:
    """Run one of them, show what it prints, and keep it."""
    print(" ".join(command), flush=True)
    given = {**os.environ, "ONTOPILOT_VLLM": str(PYTHON), "PYTHONPATH": str(ROOT)}
    lines = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=given,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return {"exit_code": process.returncode, "printed": lines}


if __name__ == "__main__":
    sys.exit(main())
