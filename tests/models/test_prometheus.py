"""What Prometheus is told: valid text, vLLM's names, and nothing of what customers wrote."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ontopilot.errors import EngineFailed
from ontopilot.models import Breaks, GenerationRequest, Message, Pool, ScriptedEngine
from ontopilot.models.measuring.prometheus import exposition

SECRET = "my secret is tulip"
ASKED = GenerationRequest((Message("user", SECRET),), question=SECRET)


async def asked(pool, times=1):
    for _ in range(times):
        _ = [chunk async for chunk in pool.generate("generator", ASKED)]


def samples(text):
    return {
        (sample.name, sample.labels.get("model_name"), sample.labels.get("le")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
async def pool():
    engine = ScriptedEngine(["four words are said", "four words are said", EngineFailed("broke")])
    made = Pool(generator=engine)
    yield made
    await made.aclose()


async def test_the_text_is_valid_and_counts_what_was_served(pool):
    await asked(pool, 3)
    text = exposition(pool.measured).decode()
    found = samples(text)
    assert found["ontopilot:num_requests_running", "scripted", None] == 0
    assert found["ontopilot:requests_arrived_total", "scripted", None] == 3
    assert found["ontopilot:generation_tokens_total", "scripted", None] == 8
    assert found["ontopilot:prompt_tokens_total", "scripted", None] == 8
    assert found["ontopilot:time_to_first_token_seconds_count", "scripted", None] == 2
    assert found["ontopilot:time_to_first_token_seconds_bucket", "scripted", "80.0"] == 2
    assert found["ontopilot:request_failure_total", "scripted", None] == 1
    assert 'error="EngineFailed"' in text
    assert 'finished_reason="stop"' in text
    assert found["ontopilot:requests_arrived_total", "extractive", None] == 1


async def test_buckets_rise_to_the_count(pool):
    await asked(pool, 2)
    families = text_string_to_metric_families(exposition(pool.measured).decode())
    for family in families:
        if family.type != "histogram":
            continue
        by_model = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                by_model.setdefault(sample.labels["model_name"], []).append(sample.value)
        counts = {
            s.labels["model_name"]: s.value for s in family.samples if s.name.endswith("_count")
        }
        for model, values in by_model.items():
            assert values == sorted(values)
            assert values[-1] == counts[model]


async def test_labels_are_those_of_the_configuration_alone(pool):
    await asked(pool)
    text = exposition(pool.measured).decode()
    assert "tulip" not in text
    labels = {
        name for f in text_string_to_metric_families(text) for s in f.samples for name in s.labels
    }
    assert labels == {
        *("role", "model_name", "engine", "device", "le", "finished_reason", "error", "agent")
    } - ({"error"} if 'error="' not in text else set())


async def test_roles_that_share_a_deployment_are_told_together():
    pool = Pool(generator="scripted:hello", reasoner=ScriptedEngine("thought", name="thinker"))
    roles = {one.model_name: (one.role, one.engine, one.device) for one in pool.measured()}
    assert roles == {
        "scripted:hello": ("generator", "scripted", "cpu"),
        "thinker": ("reasoner", "given", "cpu"),
        "extractive": ("generator,reasoner", "extractive", "cpu"),
    }
    await pool.aclose()


async def test_a_server_that_is_somewhere_else_has_a_device_of_its_own():
    pool = Pool(generator="http://127.0.0.1:9/v1#model")
    assert pool.measured()[0].device == "remote"
    await pool.aclose()


async def test_names_are_those_of_vllm():
    pool = Pool(generator=ScriptedEngine([Breaks(EngineFailed("broke"), "said")]))
    await asked(pool)
    names = {
        family.name for family in text_string_to_metric_families(exposition(pool.measured).decode())
    }
    of_vllm = {
        *("num_requests_running", "num_requests_waiting", "prompt_tokens", "generation_tokens"),
        *("prompt_tokens_cached", "request_success", "time_to_first_token_seconds"),
        *("inter_token_latency_seconds", "e2e_request_latency_seconds"),
        *("request_queue_time_seconds", "spec_decode_num_draft_tokens"),
        "spec_decode_num_accepted_tokens",
    }
    assert {f"ontopilot:{name}" for name in of_vllm} <= names
    await pool.aclose()
