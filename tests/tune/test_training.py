"""A training goes on after a kill as if nothing had happened, and stops where it must."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ontopilot.errors import TrainingStopped
from ontopilot.tune.checkpoints import Checkpoints
from ontopilot.tune.metrics import Metrics
from ontopilot.tune.recipe import Kitchen, Recipe

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys, torch
from pathlib import Path
from ontopilot.tune.recipe import Kitchen, Recipe
torch.set_num_threads(1)
recipe = Recipe(size="tiny", worlds=20, passes=0, steps=30, tokens=512, held=1, checkpoint_s=0.0)
Kitchen(Path(sys.argv[1]), recipe).train(lambda at: None)
"""


def quick(**changes: object) -> Recipe:
    told = {"size": "tiny", "worlds": 20, "passes": 0, "steps": 30, "tokens": 512, "held": 1}
    return Recipe(**(told | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kitchen")
    kitchen = Kitchen(folder, quick())
    kitchen.data([])
    kitchen.encoded("train")
    kitchen.encoded("held")
    return folder


def copied(source: Path, target: Path) -> Path:
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    return target


def losses(folder: Path) -> dict[int, float]:
    return {row["step"]: row["loss"] for row in Metrics(folder).rows() if "loss" in row}


@pytest.mark.slow
def test_a_killed_run_goes_on_with_the_same_loss_curve(prepared: Path, tmp_path: Path) -> None:
    straight, killed = (copied(prepared, tmp_path / name) for name in ("straight", "killed"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run(folder: Path) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", RUN, folder], env=environment
        )

    assert run(straight).wait() == 0
    first = run(killed)
    while first.poll() is None and len(losses(killed)) < 2:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    assert run(killed).wait() == 0
    wanted, found = losses(straight), losses(killed)
    assert wanted.keys() == found.keys() == {10, 20, 30}
    assert found == pytest.approx(wanted, rel=1e-6)


@pytest.mark.slow
def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_checkpoint(
    prepared: Path, tmp_path: Path
) -> None:
    folder = copied(prepared, tmp_path / "run")
    Kitchen(folder, quick(steps=1)).train(lambda at: None)
    kept = (folder / "checkpoint.pt").read_bytes()
    with pytest.raises(
        TrainingStopped, match=r"is (nan|inf) at step \d+; the last good checkpoint"
    ):
        Kitchen(folder, quick(rate=1e30)).train(lambda at: None)
    assert (folder / "checkpoint.pt").read_bytes() == kept


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_keeps_the_checkpoint_before(tmp_path: Path) -> None:
    import torch

    checkpoints = Checkpoints(tmp_path)
    checkpoints.save({"weights": [torch.ones(3)]}, step=1)
    (tmp_path / "checkpoint.part").symlink_to("/dev/full")
    with pytest.raises(TrainingStopped, match=r"step 2 cannot be written: the disk is full"):
        checkpoints.save({"weights": [torch.zeros(100_000)]}, step=2)
    kept = checkpoints.load()
    assert kept is not None
    assert kept["step"] == 1


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(TrainingStopped, match="is damaged"):
        Checkpoints(tmp_path).load()


@pytest.mark.slow
def test_the_recipe_makes_a_model_that_every_engine_reads(prepared: Path, tmp_path: Path) -> None:
    from ontopilot.models.files.checkpoint import open_checkpoint
    from ontopilot.models.files.llama import check_llama

    folder = copied(prepared, tmp_path / "made")
    model = Kitchen(folder, quick(steps=20)).train(lambda at: None)
    check_llama(open_checkpoint(model))
    assert "license: apache-2.0" in (model / "README.md").read_text()
    assert (model / "training.svg").read_text().startswith("<svg")
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["exact"]["tokens"] >= 0
    assert losses(folder)[20] < losses(folder)[10]
