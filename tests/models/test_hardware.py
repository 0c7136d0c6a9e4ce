"""What the machine has, as far as any machine can be asserted."""

import os
import stat

import psutil
import pytest

from ontopilot.errors import ModelError
from ontopilot.models.hardware import inspect_machine, require_memory, usable_cores


def fake_tool(folder, script):
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def without_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_machine_is_no_larger_than_it_is(without_gpu):
    machine = inspect_machine()
    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert machine.cores == usable_cores()
    assert 0 < machine.free <= machine.memory <= psutil.virtual_memory().total
    assert machine.processor
    assert machine.gpus == ()
    assert f"{machine.cores} cores" in machine.describe()
    assert "no GPU" in machine.describe()


def test_gpus_are_those_that_the_driver_lists(without_gpu):
    fake_tool(
        without_gpu, 'echo "NVIDIA H100, 80GB, 81559, 80000"; echo garbage; echo "X, [N/A], 7"'
    )
    machine = inspect_machine()
    assert [(g.name, g.memory >> 20, g.free >> 20) for g in machine.gpus] == [
        ("NVIDIA H100, 80GB", 81559, 80000)
    ]
    assert "NVIDIA H100, 80GB (78 GiB free)" in machine.describe()


def test_a_driver_that_fails_is_no_gpu(without_gpu):
    fake_tool(without_gpu, "exit 9")
    assert inspect_machine().gpus == ()


def test_a_model_that_does_not_fit_is_refused_before_it_loads():
    require_memory(1, model="tiny")
    with pytest.raises(ModelError, match=r"model 'huge' needs 1048576\.0 GiB of memory and"):
        require_memory(1 << 50, model="huge")
