"""The guard of vLLM as a library ends what vLLM left behind, and nothing else."""

import os
import subprocess
import sys

import psutil
import pytest

from ontopilot.models.vllm import guard

SLEEP = "import time; print(flush=True); time.sleep(600)"


@pytest.fixture
def start():
    """Starts processes with a mark, and ends those that are left."""
    started: list[subprocess.Popen] = []

    def start(mark: str, *arguments: str) -> psutil.Process:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", SLEEP, *arguments],
            stdout=subprocess.PIPE,
            env={**os.environ, "MARK": mark},
        )
        started.append(process)
        process.stdout.readline()
        return psutil.Process(process.pid)

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("end", ["close", "kill"])
def test_it_ends_those_of_vllm_that_have_the_mark(start, end):
    ours, others = start("ours", "VLLM::Worker"), start("others", "VLLM::Worker")
    innocent = start("ours", "an application")
    script = [sys.executable, "-I", "-S", guard.__file__]
    owner = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); "
    owner += "p.stdin.write(b'MARK=ours\\n'); p.stdin.flush(); print(p.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", owner, *script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        watching = psutil.Process(int(parent.stdout.readline()))
        assert ours.is_running()
        if end == "kill":
            parent.kill()
        parent.stdin.close()
    assert psutil.wait_procs([ours, watching], timeout=10)[1] == []
    assert others.is_running()
    assert innocent.is_running()
