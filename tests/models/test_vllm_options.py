"""What vLLM is told of a model and of a request, and what is refused before it is asked."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from ontopilot.errors import ConfigError, MissingExtra, ModelError, ModelNotFound
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, text_of, threads_and_children
from tests.models.adapter import save_adapter
from tests.models.vllm_stand_in import program, sent, server_of

ROOT = Path(__file__).resolve().parents[2]


async def test_options_become_arguments(make_vllm):
    engine = make_vllm(
        threads=3, precision="bf16", context_tokens=64, kv_cache_mb=8, adapters=2, compiled=False
    )
    _, running = await server_of(engine)
    told = " ".join(running[0].cmdline())
    for part in (
        "--dtype bfloat16",
        "--max-model-len 64",
        f"--kv-cache-memory-bytes {8 << 20}",
        "--max-loras 3",
        "--enforce-eager",
        "--enable-prefix-caching",
        "--max-num-seqs 64",
    ):
        assert part in told
    environment = running[0].environ()
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["HF_HUB_OFFLINE"] == "1"


async def test_speculation_and_precision_become_arguments(make_vllm, tiny):
    _, running = await server_of(make_vllm(draft="ngram", draft_tokens=3, precision="int8"))
    told = running[0].cmdline()
    assert told[told.index("--quantization") + 1] == "int8_per_channel_weight_only"
    assert json.loads(told[told.index("--speculative-config") + 1]) == {
        "num_speculative_tokens": 3,
        "method": "ngram",
        "prompt_lookup_min": 2,
        "prompt_lookup_max": 4,
    }
    _, running = await server_of(make_vllm(draft=str(tiny)))
    told = running[0].cmdline()
    drafted = json.loads(told[told.index("--speculative-config") + 1])
    assert (drafted["method"], drafted["model"]) == ("draft_model", str(tiny))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"gpus": 2}, r"over 2 GPUs and this machine has none; leave gpus out"),
        ({"sleeps": True}, "vLLM sleeps only where there is a GPU"),
        ({"precision": "int4"}, "makes no int4 weights at its start; give a checkpoint"),
        ({"draft": "no/where"}, "model 'no/where'.*nothing is downloaded"),
    ],
)
async def test_what_this_machine_cannot_do_is_refused(make_vllm, options, says):
    with pytest.raises((ConfigError, ModelError), match=says):
        await make_vllm(**options).warm()


async def test_a_draft_with_another_vocabulary_is_refused(make_vllm, tiny, tmp_path):
    draft = shutil.copytree(tiny, tmp_path / "draft")
    tokenizer = json.loads((draft / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["<other>"] = tokenizer["model"]["vocab"].pop("e")
    (draft / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(ModelError, match=r"has another vocabulary than model .* draft='ngram'"):
        await make_vllm(draft=str(draft)).warm()


QUANTISED = {
    "awq": {"quant_method": "awq", "bits": 4},
    "bitsandbytes": {"quant_method": "bitsandbytes", "load_in_4bit": True},
    "fp8": {"quant_method": "fp8", "activation_scheme": "dynamic"},
    "odd": ["awq"],
}


@pytest.mark.parametrize(
    ("stored", "precision", "says"),
    [
        ("awq", "int8", "is stored in int4, so that it cannot be served with precision='int8'"),
        ("awq", "auto", "'awq', which vLLM computes on a CPU with AVX-512 only"),
        ("bitsandbytes", "auto", "'bitsandbytes', which vLLM reads no longer; use AWQ"),
        ("fp8", "auto", "'fp8', which vLLM computes on a GPU only"),
        ("odd", "auto", r"'quantization_config' in its config.json is \['awq'\]"),
    ],
)
async def test_quantised_checkpoints_that_cannot_be_served(
    tiny, tmp_path, monkeypatch, stored, precision, says
):
    monkeypatch.setattr("ontopilot.models.vllm.weights.processor_features", lambda: ("avx2",))
    folder = shutil.copytree(tiny, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = QUANTISED[stored]
    (folder / "config.json").write_text(json.dumps(config))
    model = Model(f"vllm:{folder}", options=EngineOptions(precision=precision))
    engine = make_engine(model, vllm=program(tmp_path))
    with pytest.raises(ModelError, match=says):
        await engine.warm()
    await engine.aclose()


async def test_sleep_must_be_asked_for_at_the_start(make_vllm):
    engine = make_vllm()
    for order in (engine.sleep, engine.wake):
        with pytest.raises(ConfigError, match=r"EngineOptions\(sleeps=True\), which needs a GPU"):
            await order()


async def test_the_context_is_not_more_than_the_model_has(make_vllm):
    _, running = await server_of(make_vllm(context_tokens=5000))
    assert "--max-model-len 1024" in " ".join(running[0].cmdline())


async def test_requests_say_what_vllm_understands(make_vllm, tmp_path):
    engine = make_vllm(adapters=1)
    body = await sent(engine, ask(max_tokens=64, grammar='root ::= "a"', priority=-2, seed=4))
    assert body["structured_outputs"] == {"grammar": 'root ::= "a"\n'}
    assert body["skip_special_tokens"] is False
    assert (body["priority"], body["seed"], body["model"]) == (-2, 4, "blank")
    await engine.load_adapter("polite", save_adapter(tmp_path))
    assert (await sent(engine, ask(max_tokens=64, adapter="polite")))["model"] == "polite"
    await engine.unload_adapter("polite")
    with pytest.raises(ModelError, match=r"has no adapter 'polite' loaded, but \[\]"):
        await text_of(engine, ask(adapter="polite"))


async def test_the_adapter_of_the_model_is_used(make_vllm, tmp_path):
    engine = make_vllm(adapter=save_adapter(tmp_path))
    assert (await sent(engine))["model"] == "adapter"


@pytest.mark.parametrize(
    ("name", "room", "says"),
    [
        ("polite", 0, r"has no room for adapter 'polite'; make it with EngineOptions\(adapters="),
        ("two words", 1, "use a name of letters"),
        ("base", 1, "none of 'base', 'adapter' and 'blank'"),
    ],
)
async def test_adapters_that_cannot_be_loaded(make_vllm, tmp_path, name, room, says):
    with pytest.raises(ConfigError, match=says):
        await make_vllm(adapters=room).load_adapter(name, save_adapter(tmp_path))


async def test_a_bad_model_starts_nothing(tiny, tmp_path):
    before = threads_and_children()
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "chat_template.jinja").unlink()
    for name, says in ((folder, "has no chat template"), ("no/where", "nothing is downloaded")):
        engine = make_engine(Model(f"vllm:{name}"), vllm=program(tmp_path, "slow"))
        with pytest.raises(ModelError, match=says):
            await engine.warm()
    with pytest.raises(ModelNotFound, match=r"has no adapter_config\.json"):
        await make_engine(
            Model(f"vllm:{tiny}", adapter=tmp_path), vllm=program(tmp_path, "slow")
        ).warm()
    assert threads_and_children() <= before


def test_a_vllm_that_is_none(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(MissingExtra, match=r"ONTOPILOT_VLLM names no other vLLM, needs"):
        make_engine(Model(f"vllm:{tiny}"))
    for path in (tmp_path / "none", tmp_path, Path(__file__)):
        with pytest.raises(ConfigError, match=r"is no program; give the path of 'vllm'"):
            make_engine(Model(f"vllm:{tiny}"), vllm=path)
