"""An encoder on real vLLM, its CPU build."""

from pathlib import Path

import numpy as np
import pytest

from ontopilot.errors import EngineFailed, ModelNotFound
from ontopilot.models import EngineOptions, SentenceEncoder
from ontopilot.models.vllm.encoder import VllmEncoder
from tests.conformance.encoder import TEXTS, EncoderConformance

PYTHON = Path(__file__).resolve().parents[2] / ".venv-vllm/bin/python"


def made() -> VllmEncoder:
    return VllmEncoder(options=EngineOptions(compiled=False), program=PYTHON, threads=2)


@pytest.mark.slow
@pytest.mark.vllm
@pytest.mark.timeout(400)
class TestVllm(EncoderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls):
        encoder = made()
        yield encoder
        encoder.close()

    def test_vectors_are_near_those_of_sentence_transformers(self, encoder):
        expected = SentenceEncoder(backend="torch").encode(TEXTS)
        np.testing.assert_allclose(encoder.encode(TEXTS), expected, atol=1e-4)

    def test_the_name_tells_the_weights_and_what_runs_them(self, encoder):
        assert encoder.name == SentenceEncoder().name.replace("sentence:", "vllm:")

    def test_it_comes_back_after_a_crash(self, encoder):
        encoder.server.give_up("was ended by a test")
        encoder.server.ended.result()
        assert encoder.encode(["after"]).shape == (1, 384)


@pytest.mark.vllm
def test_a_closed_one_refuses():
    encoder = made()
    encoder.close()
    with pytest.raises(EngineFailed, match="closed"):
        encoder.encode(["text"])


@pytest.mark.vllm
def test_a_folder_that_is_no_encoder(tiny):
    with pytest.raises(ModelNotFound, match=r"has no modules\.json"):
        VllmEncoder(tiny, program=PYTHON)
