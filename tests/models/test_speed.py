"""The measured speed of a machine: measured once, kept, and never that of another machine."""

import json
from dataclasses import replace

import pytest

from ontopilot.errors import ModelError
from ontopilot.models.hardware import Machine, inspect_machine
from ontopilot.models.measuring import speed as measuring
from ontopilot.models.measuring.speed import Speed, known_speed, machine_speed, measure_speed

PLAIN = Machine("a processor", 2, ("avx2",), 8 << 30, 4 << 30)


@pytest.fixture
def slow_machine(monkeypatch):
    """Counts how often it is measured."""
    runs = []

    def measured(machine):
        runs.append(machine)
        return Speed(10.0 + len(runs), {"fp32": 100.0})

    monkeypatch.setattr(measuring, "measure_speed", measured)
    return runs


@pytest.mark.slow
def test_bandwidth_and_products_are_those_of_a_real_machine():
    machine = inspect_machine()
    speed = measure_speed(machine)
    assert 1 < speed.memory_gb_per_s < 5000
    assert set(speed.matmul_gflop_per_s) <= {"fp32", "bf16", "int8"}
    assert 1 < speed.matmul_gflop_per_s["fp32"] < 100_000
    assert ("bf16" in speed.matmul_gflop_per_s) == bool(
        {"avx512_bf16", "amx_bf16"} & set(machine.features)
    )


def test_a_machine_is_measured_once(slow_machine, tmp_path):
    cache = tmp_path / "cache" / "speed.json"
    assert known_speed(PLAIN, cache=cache) is None
    first = machine_speed(PLAIN, cache=cache)
    assert machine_speed(PLAIN, cache=cache) == known_speed(PLAIN, cache=cache) == first
    assert len(slow_machine) == 1


def test_another_machine_is_measured_again(slow_machine, tmp_path):
    cache = tmp_path / "speed.json"
    machine_speed(PLAIN, cache=cache)
    other = replace(PLAIN, cores=4)
    assert known_speed(other, cache=cache) is None
    assert machine_speed(other, cache=cache).memory_gb_per_s == 12.0
    assert known_speed(PLAIN, cache=cache) is None


def test_a_machine_that_was_busy_is_measured_again_and_the_best_is_kept(monkeypatch, tmp_path):
    found = iter(
        [
            Speed(20.0, {"fp32": 50.0}, quiet=False),
            Speed(10.0, {"fp32": 60.0}, quiet=True),
        ]
    )
    monkeypatch.setattr(measuring, "measure_speed", lambda machine: next(found))
    cache = tmp_path / "speed.json"
    assert machine_speed(PLAIN, cache=cache) == Speed(20.0, {"fp32": 50.0}, quiet=False)
    best = Speed(20.0, {"fp32": 60.0}, quiet=True)
    assert machine_speed(PLAIN, cache=cache) == best
    assert machine_speed(PLAIN, cache=cache) == known_speed(PLAIN, cache=cache) == best


def test_free_memory_does_not_make_it_another_machine():
    assert replace(PLAIN, free=1).fingerprint == PLAIN.fingerprint


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"version": 1, "machine": ', "\x00"])
def test_a_damaged_file_is_measured_over(kept, slow_machine, tmp_path):
    cache = tmp_path / "speed.json"
    cache.write_text(kept)
    assert known_speed(PLAIN, cache=cache) is None
    machine_speed(PLAIN, cache=cache)
    assert json.loads(cache.read_text())["speed"]["memory_gb_per_s"] == 11.0
    assert list(tmp_path.iterdir()) == [cache]


def test_a_folder_that_cannot_be_is_told(slow_machine, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"speed\.json' cannot be written: .*; choose a folder"):
        machine_speed(PLAIN, cache=tmp_path / "file" / "speed.json")


def test_a_process_that_fails_is_told(monkeypatch, tmp_path):
    broken = tmp_path / "child.py"
    broken.write_text("raise SystemExit('no torch here')")
    monkeypatch.setattr(measuring, "_CHILD", broken)
    with pytest.raises(ModelError, match="cannot be measured: no torch here"):
        measure_speed(PLAIN)
