"""Models as users write them."""

from pathlib import Path

import pytest

from ontopilot.errors import ConfigError
from ontopilot.models import EngineOptions, Model, Pool
from ontopilot.models.engines import BACKENDS, make_engine
from ontopilot.models.spec import parse


@pytest.mark.parametrize(
    ("name", "kind", "target"),
    [
        ("extractive", "extractive", ""),
        ("openvino:models/support", "openvino", "models/support"),
        ("transformers:org/model", "transformers", "org/model"),
        ("scripted:Hello. [1]", "scripted", "Hello. [1]"),
        ("http://127.0.0.1:8000/v1#m", "remote", "http://127.0.0.1:8000/v1#m"),
        ("https://models.example/v1#org/m", "remote", "https://models.example/v1#org/m"),
        ("Qwen/Qwen3-1.7B", "", "Qwen/Qwen3-1.7B"),
        ("./folder", "", "./folder"),
        ("C:\\models\\support", "", "C:\\models\\support"),
        ("vllm:org/model", "vllm", "org/model"),
    ],
)
def test_a_name_says_kind_and_target(name, kind, target):
    model = parse(name)
    assert (model.kind, model.target) == (kind, target)
    assert parse(model) is model


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("openvin:folder", "did you mean 'openvino'?"),
        ("transformer:folder", "did you mean 'transformers'?"),
        ("extractiv:", "did you mean 'extractive'?"),
        ("zebra:folder", "use one of"),
    ],
)
def test_an_unknown_kind_is_named_with_the_nearest_one(name, hint):
    for use in (lambda: make_engine(Model(name)), lambda: Pool(generator=name)):
        with pytest.raises(ConfigError) as error:
            use()
        assert hint in str(error.value)
        assert repr(name) in str(error.value)


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_a_model_needs_a_name(name):
    with pytest.raises(ConfigError, match=r"give a name such as 'extractive'"):
        Model(name)


def test_a_bare_name_is_for_a_pool():
    with pytest.raises(ConfigError, match=r"names no engine; write 'openvino:org/model'"):
        make_engine(Model("org/model"))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"precision": "int3"}, "precision='int3'"),
        ({"context_tokens": 1}, "context_tokens=1"),
        ({"kv_cache_mb": 0}, "kv_cache_mb=0"),
        ({"adapters": -1}, "adapters=-1"),
        ({"stall_s": -1.0}, r"stall_s=-1\.0"),
    ],
)
def test_options_are_checked_at_once(options, named):
    with pytest.raises(ConfigError, match=named):
        EngineOptions(**options)


def test_every_backend_says_what_it_is():
    assert all(backend.about for backend in BACKENDS.values())


def test_the_engines_of_the_table_start_nothing(tmp_path):
    for name in ("openvino:x", "transformers:x", "http://127.0.0.1:1/v1#x", "scripted:x"):
        assert make_engine(Model(name)).name == name
    assert Model("openvino:x", options=EngineOptions(cache=Path("y"))).options.cache == Path("y")
