"""Every engine in the conformance tests."""

import pytest

from ontopilot.models import EngineOptions, GenerationRequest, Model, ScriptedEngine
from ontopilot.models.engines import make_engine
from tests.conformance.engine import EngineConformance
from tests.models.chat_server import ANSWERS, example


def in_form(request: GenerationRequest) -> str:
    """The script of a double that answers in the form that a request asks for."""
    asked = {"grammar": request.grammar, "schema": request.schema}
    return example(asked) or ANSWERS.get(request.question, "Hm.")


class TestScripted(EngineConformance):
    @pytest.fixture
    def make(self):
        script = lambda request: ANSWERS.get(request.question, "Hm.")  # noqa: E731
        return lambda: ScriptedEngine(script, continues=True)


class TestScriptedWithAContext(EngineConformance):
    @pytest.fixture
    def make(self):
        script = lambda request: ANSWERS.get(request.question, "Hm.")  # noqa: E731
        return lambda: ScriptedEngine(script, context_tokens=100)


class TestScriptedWithForms(EngineConformance):
    @pytest.fixture
    def make(self):
        return lambda: ScriptedEngine(in_form, grammar=True)


class TestExtractive(EngineConformance):
    @pytest.fixture
    def make(self):
        return lambda: make_engine(Model("extractive"))


class TestRemote(EngineConformance):
    @pytest.fixture
    def make(self, server):
        return lambda: make_engine(Model(f"{server.address}#good"))


@pytest.mark.slow
class TestTransformers(EngineConformance):
    @pytest.fixture
    def make(self, tiny):
        return lambda: make_engine(Model(f"transformers:{tiny}"), threads=1)


@pytest.mark.slow
class TestOpenVino(EngineConformance):
    @pytest.fixture
    def make(self, tiny, cache):
        model = Model(f"openvino:{tiny}", options=EngineOptions(cache=cache, kv_cache_mb=8))
        return lambda: make_engine(model, threads=1)


@pytest.mark.slow
class TestOpenVinoThatLooksAhead(EngineConformance):
    @pytest.fixture(params=["ngram", "model"])
    def make(self, tiny, cache, request):
        draft = str(tiny) if request.param == "model" else request.param
        options = EngineOptions(cache=cache, kv_cache_mb=8, draft=draft)
        return lambda: make_engine(Model(f"openvino:{tiny}", options=options), threads=1)
