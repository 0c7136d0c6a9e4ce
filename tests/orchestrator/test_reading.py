"""A turn without its small models: it answers, and says what it did without."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ontopilot.models.encoding import pairs, sentence
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent

MakeAgent = Callable[..., Agent]
WEIGHTS = Path(pairs.__file__).parents[1] / "weights"


def damage(case: str, folder: Path) -> None:
    if case == "missing":
        shutil.rmtree(folder)
    elif case == "cut off":
        weights = folder / "adapter_model.safetensors"
        weights.write_bytes(weights.read_bytes()[:90_000])
    else:
        (folder / "head.safetensors").write_bytes(b"")


@pytest.fixture(params=["missing", "cut off", "empty head"])
def damaged(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Both small models as a broken installation leaves them."""
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(pairs, "__file__", str(tmp_path / "encoding" / "pairs.py"))
    for task in ("answering", "entailment"):
        damage(request.param, tmp_path / "weights" / task)
    return tmp_path / "weights"


@pytest.mark.usefixtures("damaged")
def test_a_turn_answers_without_its_small_models_and_says_so(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("How do I descale my AquaBoil 2?")
    assert "vinegar" in answer.text
    assert answer.degraded.startswith("whether a statement answers was told by its nearness alone")
    assert "answering" not in answer.versions


@pytest.mark.usefixtures("damaged")
def test_claims_are_checked_without_the_small_model(make_agent: MakeAgent) -> None:
    draft = "The AquaBoil 2 should hold that mixture during 20 minutes, then empty it. [1]"
    agent = make_agent(generator=ScriptedEngine([draft] * 4))
    answer = agent.ask("How long does the descaling mixture stay in my AquaBoil 2?")
    assert "claims were checked by rules alone" in answer.degraded


def test_an_answer_tells_which_small_models_made_it(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("How do I descale my AquaBoil 2?")
    assert answer.versions["answering"] == pairs.PairModel("answering").name
    assert answer.degraded == ""


def test_doctor_tells_of_a_damaged_small_model(make_agent: MakeAgent, damaged: Path) -> None:
    shutil.copytree(WEIGHTS / "entailment", damaged / "entailment", dirs_exist_ok=True)
    answering, entailment = make_agent().pool.describe()[-2:]
    assert answering.serves == ""
    assert "nearness alone decides" in answering.deployments[0].note
    assert entailment.serves == pairs.PairModel("entailment").name


def test_a_pair_is_read_once_a_turn(make_agent: MakeAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[str, str]] = []
    odds = pairs.PairModel.odds

    def counted(self: Any, several: Any, priors: Any = ()) -> Any:
        read.extend(several)
        return odds(self, several, priors) - 100.0

    monkeypatch.setattr(pairs.PairModel, "odds", counted)
    answer = make_agent().ask("Why is the AquaBoil 2 leaking at its lid?")
    assert any(step.name == "reason" and step.runs for step in answer.plan.operators)
    assert len(read) == len(set(read)) > 0


def test_an_answer_tells_that_its_encoder_of_statements_is_damaged(
    make_agent: MakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence, "_NEARNESS", tmp_path)
    answer = make_agent(encoder=None).ask("How do I descale my AquaBoil 2?")
    assert "vinegar" in answer.text
    assert answer.degraded.startswith("the retrieval encoder stands in")
