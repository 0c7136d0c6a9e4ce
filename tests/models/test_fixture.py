"""The tiny Llama is what its recipe describes, and small."""

import ast
import json

import pytest

LIMIT = 1_000_000


def constants(source: str) -> dict[str, object]:
    """Keyword arguments of the recipe that are plain values."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        keyword.arg: keyword.value.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg and isinstance(keyword.value, ast.Constant)
    }


def test_it_is_small(tiny):
    assert sum(file.stat().st_size for file in tiny.iterdir() if file.is_file()) < LIMIT


@pytest.mark.parametrize(
    "name",
    [
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "max_position_embeddings",
        "tie_word_embeddings",
        "eos_token_id",
        "bos_token_id",
    ],
)
def test_its_settings_are_those_of_the_recipe(tiny, name):
    recipe = constants((tiny / "recipe.py").read_text(encoding="utf-8"))
    config = json.loads((tiny / "config.json").read_text(encoding="utf-8"))
    assert config[name] == recipe[name]


def test_its_vocabulary_and_weights_belong_together(tiny):
    config = json.loads((tiny / "config.json").read_text(encoding="utf-8"))
    tokenizer = json.loads((tiny / "tokenizer.json").read_text(encoding="utf-8"))
    recipe = constants((tiny / "recipe.py").read_text(encoding="utf-8"))
    assert len(tokenizer["model"]["vocab"]) == config["vocab_size"] <= recipe["vocab_size"]
    raw = (tiny / "model.safetensors").read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    assert {entry["dtype"] for entry in header.values()} == {"BF16"}
    assert header["model.embed_tokens.weight"]["shape"] == [config["vocab_size"], 128]


def test_its_template_is_that_of_the_recipe(tiny):
    template = (tiny / "chat_template.jinja").read_text(encoding="utf-8")
    tree = ast.parse((tiny / "recipe.py").read_text(encoding="utf-8"))
    values = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "TEMPLATE"
    ]
    assert values == [template]
