"""The small model that reads two texts together, as it ships."""

import shutil

import numpy as np
import pytest

from ontopilot.errors import ModelError
from ontopilot.models.encoding import pairs as module
from ontopilot.models.encoding.pairs import PairModel

PLACE = "Coffee machine Ristra: manual > Cleaning"
ASKED = "How often do I have to empty the drip tray?"
PAIRS = [
    (f"{PLACE}: Empty the drip tray every evening.", ASKED),
    (f"{PLACE}: The drip tray is made of steel and weighs 300 grams.", ASKED),
    (f"{PLACE}: The machine has a red lamp.", ASKED),
    ("Opening hours: On Sundays the museum opens at noon.", ASKED),
]


@pytest.fixture(scope="module")
def model():
    return PairModel("answering", threads=1)


def test_every_pair_gets_a_number(model):
    odds = model.odds(PAIRS)
    assert odds.shape == (len(PAIRS),)
    assert odds.dtype == np.float32
    assert len(set(odds.tolist())) == len(PAIRS)


def test_each_pair_is_read_alone(model):
    many = [PAIRS[at % len(PAIRS)] for at in range(37)]
    together = model.odds(many)
    alone = np.array([model.odds([pair])[0] for pair in PAIRS])
    assert np.allclose(together, alone[np.arange(37) % len(PAIRS)], atol=1e-3)


def test_what_was_known_before_counts(model):
    before, after = model.odds(PAIRS[:1], [0.0]), model.odds(PAIRS[:1], [1.0])
    assert after[0] > before[0]


def test_no_pairs_load_nothing():
    fresh = PairModel("answering")
    assert fresh.odds([]).shape == (0,)
    assert fresh._loaded is None


def test_a_long_text_is_cut_and_not_the_question(model):
    long = f"{PLACE}: " + "Empty the drip tray every evening. " * 200
    assert np.isfinite(model.odds([(long, ASKED)])).all()


def test_its_name_tells_the_weights(model):
    assert model.name.startswith("answering@")
    assert model.name == PairModel("answering").name


def test_damaged_weights_are_named(tmp_path, monkeypatch):
    folder = tmp_path / "weights" / "answering"
    shutil.copytree(module.Path(module.__file__).parents[1] / "weights" / "answering", folder)
    (folder / "head.safetensors").write_bytes(b"\x08")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "encoding" / "pairs.py"))
    with pytest.raises(ModelError, match=r"head\.safetensors"):
        PairModel("answering").odds(PAIRS)
