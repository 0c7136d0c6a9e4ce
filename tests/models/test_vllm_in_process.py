"""vLLM as a library: its tests run with the Python that vLLM is installed in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ontopilot.errors import MissingExtra
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-vllm/bin/python"
TESTS = Path(__file__).with_name("in_process_vllm.py")


@pytest.mark.slow
@pytest.mark.vllm
@pytest.mark.timeout(600)
def test_vllm_as_a_library_is_an_engine_like_the_others():
    """The conformance class and more; what other libraries warn of there is not ours."""
    ran = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-o", "filterwarnings=", "-p", "no:cacheprovider", TESTS],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_without_vllm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    model = Model("vllm:somewhere", options=EngineOptions(in_process=True))
    with pytest.raises(MissingExtra, match=r"in_process=True\) needs the package 'vllm'"):
        make_engine(model)
