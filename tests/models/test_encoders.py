"""Every encoder in the conformance tests, and MiniLM beside sentence-transformers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ontopilot.errors import ConfigError, ModelError, ModelNotFound
from ontopilot.models import HashEncoder, SentenceEncoder
from ontopilot.models.encoding.sentence import nearness_encoder
from tests.conformance.encoder import TEXTS, EncoderConformance

ROOT = Path(__file__).resolve().parents[2]


class TestHashing(EncoderConformance):
    @pytest.fixture
    def encoder(self):
        return HashEncoder()


class TestSentenceOnOpenVino(EncoderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls):
        return SentenceEncoder(threads=1)


@pytest.mark.slow
class TestSentenceOnTorch(EncoderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls):
        return SentenceEncoder(backend="torch")


@pytest.fixture
def folder(tmp_path):
    """A copy of the packaged MiniLM that a test may damage."""
    return Path(shutil.copytree(SentenceEncoder().folder, tmp_path / "encoder"))


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_vectors_equal_those_of_sentence_transformers(folder, pooling):
    from sentence_transformers import SentenceTransformer

    settings = folder / "1_Pooling/config.json"
    modes = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": False}
    chosen = "pooling_mode_mean_tokens" if pooling == "mean" else "pooling_mode_cls_token"
    width = {"word_embedding_dimension": 384}
    settings.write_text(json.dumps({**width, **modes, chosen: True}))
    expected = SentenceTransformer(str(folder), device="cpu").encode(
        list(TEXTS), normalize_embeddings=True
    )
    encoder = SentenceEncoder(folder)
    assert encoder.backend == "openvino"
    np.testing.assert_allclose(encoder.encode(TEXTS), expected, atol=1e-4)


@pytest.mark.parametrize(
    "encoder", [SentenceEncoder().in_bulk(), SentenceEncoder(precision="bf16")]
)
def test_many_texts_are_encoded_nearly_alike(encoder):
    """In bfloat16 where the processor has it."""
    exact = SentenceEncoder()
    assert encoder.name == exact.name
    assert (exact.encode(TEXTS) * encoder.encode(TEXTS)).sum(axis=1).min() > 0.999


def test_it_tells_how_far_it_is():
    seen = []
    SentenceEncoder().encode(
        [f"text {i}" for i in range(150)], progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (150, 150)
    assert sorted(seen) == seen


def test_the_name_follows_the_weights(folder):
    name = SentenceEncoder(folder).name
    assert SentenceEncoder(folder).name == name
    config = folder / "config.json"
    config.write_text(config.read_text() + " ")
    assert SentenceEncoder(folder).name != name


def test_it_needs_no_torch_and_reports_to_nobody(tmp_path):
    code = (
        "import sys; from ontopilot.models import SentenceEncoder; "
        "assert SentenceEncoder().encode(['a']).shape == (1, 384); "
        "heavy = {'torch', 'transformers', 'openvino_telemetry'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", ["openvino", pytest.param("torch", marks=pytest.mark.slow)])
def test_weights_that_are_cut_off(folder, backend):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"encoder.*copy the model again") as error:
        SentenceEncoder(folder, backend=backend).encode(["a"])
    assert "\n" not in str(error.value)


def test_a_tokenizer_that_is_cut_off(folder):
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"tokenizer\.json.*copy the model again"):
        SentenceEncoder(folder).encode(["a"])


@pytest.mark.parametrize("content", ["", "{", "[{}]", "7", '{"a": 1}'])
def test_modules_that_make_no_sense(folder, content):
    (folder / "modules.json").write_text(content)
    with pytest.raises(ModelError, match=r"modules\.json"):
        SentenceEncoder(folder)


def test_settings_that_make_no_sense(folder):
    (folder / "config.json").write_text('{"model_type": "bert"')
    with pytest.raises(ModelError, match=r"config\.json.*cannot be read"):
        SentenceEncoder(folder).encode(["a"])


def test_a_config_of_another_shape(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 9}))
    with pytest.raises(ModelError, match="cannot be used"):
        SentenceEncoder(folder).encode(["a"])


def test_a_pickle_is_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="are a pickle, which can run code"):
        SentenceEncoder(folder)


def test_code_from_elsewhere_is_refused(folder):
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["type"] = "custom_st.Transformer"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match=r"'custom_st\.Transformer' is code from outside"):
        SentenceEncoder(folder)


def test_a_folder_that_is_no_encoder(tmp_path):
    with pytest.raises(ModelNotFound, match=r"has no modules\.json; give the folder"):
        SentenceEncoder(tmp_path)


def test_unknown_backends_and_dimensions_are_refused():
    with pytest.raises(ConfigError, match=r"precision='fp8'"):
        SentenceEncoder(precision="fp8")
    with pytest.raises(ConfigError, match=r"backend='tpu'"):
        SentenceEncoder(backend="tpu")
    with pytest.raises(ConfigError, match=r"dimension=4"):
        HashEncoder(4)


class TestNearnessOnOpenVino(EncoderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls):
        return nearness_encoder(threads=1)


def test_an_adapter_makes_another_encoder():
    plain, taught = SentenceEncoder(), nearness_encoder()
    assert plain.name != taught.name
    assert np.abs(plain.encode(TEXTS) - taught.encode(TEXTS)).max() > 0.01


@pytest.mark.slow
def test_an_adapter_is_the_same_on_every_backend():
    adapter = nearness_encoder()._adapter.folder
    here = SentenceEncoder(adapter=adapter).encode(TEXTS)
    there = SentenceEncoder(adapter=adapter, backend="torch").encode(TEXTS)
    np.testing.assert_allclose(here, there, atol=1e-4)


def test_an_adapter_that_is_missing_or_of_another_model_is_named(tmp_path):
    with pytest.raises(ModelNotFound, match=r"adapter_config\.json"):
        SentenceEncoder(adapter=tmp_path)
    damaged = Path(shutil.copytree(nearness_encoder()._adapter.folder, tmp_path / "damaged"))
    (damaged / "adapter_model.safetensors").write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match=r"adapter_model\.safetensors"):
        SentenceEncoder(adapter=damaged)
