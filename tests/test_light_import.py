"""Importing ontopilot is light, and what is missing is named with the extra that brings it."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "vllm",
    "faiss",
    "transformers",
    "sentence_transformers",
    "openvino",
    "openvino_genai",
    "owlready2",
    "rustdl",
    "jpype",
    "py4j",
    "rdflib",
    "langgraph",
    "sqlalchemy",
    "fastapi",
    "numpy",
)


def modules_after(code):
    show = f"import sys; {code}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import ontopilot", "import ontopilot.cli"])
def test_an_import_is_light(code):
    assert modules_after(code).isdisjoint(HEAVY)


def test_importing_the_agent_loads_no_model_and_no_java():
    loaded = modules_after("from ontopilot.orchestrator.agent import Agent")
    assert loaded.isdisjoint(
        {"torch", "vllm", "faiss", "transformers", "sentence_transformers", "openvino"}
        | {"openvino_genai", "owlready2", "jpype", "py4j"}
    )


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_is_light(command):
    code = f"from ontopilot.cli import main; main(['{command}'])"
    assert modules_after(code).isdisjoint(HEAVY)


def test_a_missing_package_names_its_extra(monkeypatch):
    from ontopilot.errors import MissingExtra
    from ontopilot.models.engines import make_engine
    from ontopilot.models.spec import Model

    monkeypatch.setitem(sys.modules, "vllm", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'ontopilot\[vllm\]'"):
        make_engine(Model("vllm:some/model"))
