"""From data to an adapter in service, with the tiny Llama as base."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ontopilot.cli import main
from ontopilot.errors import ConfigError, DataUnfit, ModelError
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.tune.adapters import AdapterPlan, check_base, licence_of, train_adapter
from ontopilot.tune.metrics import Metrics
from ontopilot.tune.sets import DataSet

pytestmark = pytest.mark.timeout(600)
PLAN = AdapterPlan(rank=4, rate=5e-3, steps=10, tokens=1024, length=1024)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main([*(str(argument) for argument in arguments), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out.strip() else None


@pytest.mark.slow
def test_an_adapter_is_trained_measured_promoted_and_rolled_back(
    base: Path, data: DataSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "adapter"
    code, made = run(
        capsys, "finetune", "train", "--base", base, "--data", data.folder, "-o", out,
        "--steps", 3, "--tokens", 1024, "--rank", 4,
    )  # fmt: skip
    assert code == 0
    assert made["licence"] == "apache-2.0"
    open_adapter(out, open_checkpoint(base))
    for file in ("README.md", "training.svg", "metrics.jsonl", "origin.json"):
        assert (out / file).is_file()
    shared = ("--base", base, "--data", data.folder, "--engine", "openvino", "--most", 3)
    code, found = run(capsys, "finetune", "evaluate", *shared, "--adapter", out)
    assert code == 0
    assert found["examples"] == 3
    releases = tmp_path / "releases"
    code, verdict = run(capsys, "finetune", "promote", out, *shared, "--releases", releases)
    assert code == 1
    assert verdict["promoted"] == ""
    assert "not better beyond chance" in verdict["why"]
    assert main(["finetune", "rollback", "--releases", str(releases)]) == 1
    assert "no earlier version" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
    base: Path, data: DataSet, tmp_path: Path
) -> None:
    class Cut(Exception): ...

    def cut(at: object) -> None:
        raise Cut

    plan = AdapterPlan(rank=4, rate=5e-3, steps=12, tokens=800, length=800)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_adapter(str(base), data, whole, plan, watch=lambda at: None)
    with pytest.raises(Cut):
        train_adapter(str(base), data, broken, replace(plan, checkpoint_s=0.0), watch=cut)
    train_adapter(str(base), data, broken, plan, watch=lambda at: None)
    wanted, found = (
        [row["loss"] for row in Metrics(folder).rows() if "loss" in row]
        for folder in (whole, broken)
    )
    assert found[-1] == pytest.approx(wanted[-1], rel=0.01)
    assert wanted[-1] < wanted[0]


def test_a_base_without_a_licence_is_refused(base: Path, data: DataSet, tmp_path: Path) -> None:
    (base / "README.md").unlink()
    with pytest.raises(ConfigError, match="has no licence"):
        train_adapter(str(base), data, tmp_path / "out", PLAN, watch=lambda at: None)
    (base / "LICENSE.txt").write_text("…")
    assert licence_of(base) == "LICENSE.txt"


def test_examples_that_fit_no_row_are_refused(base: Path, data: DataSet, tmp_path: Path) -> None:
    plan = AdapterPlan(length=16, steps=1)
    with pytest.raises(DataUnfit, match="fits a row of 16 tokens"):
        train_adapter(str(base), data, tmp_path / "out", plan, watch=lambda at: None)


def test_an_adapter_of_another_base_is_refused(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    with pytest.raises(ModelError, match=r"has no origin\.json"):
        check_base(adapter, base)
    (adapter / "origin.json").write_text('{"base": "other", "base_digest": "123"}')
    with pytest.raises(ModelError, match="was trained over 'other'"):
        check_base(adapter, base)


def test_data_that_are_missing_are_named(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["finetune", "train", "--base", str(base), "--data", str(tmp_path), "-o", "out"])
    assert code == 1
    assert "make them with `ontopilot finetune data`" in capsys.readouterr().err


@pytest.mark.slow
def test_a_student_learns_the_teachers_verified_answers(
    base: Path, data: DataSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = tmp_path / "teacher"
    shutil.copytree(base, teacher)
    lending = Path(__file__).resolve().parents[1] / "lending/lending.ttl"
    code, made = run(
        capsys, "distill", "--teacher", teacher, "--student", base, "--data", data.folder,
        "--ontology", lending, "-o", tmp_path / "student", "--steps", 2,
        "--most", 3,
    )  # fmt: skip
    assert code == 0
    assert made["logits"] is True
    open_adapter(tmp_path / "student", open_checkpoint(base))
