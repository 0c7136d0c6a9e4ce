"""`/metrics` of the server, as Prometheus reads it."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.serve.metrics import measured

QUESTION = "How do I descale my AquaBoil 2?"


def test_the_server_tells_prometheus_of_its_models(make_agent):
    agent = make_agent(generator=ScriptedEngine("I do not know."))
    with TestClient(create_app({"tiny": agent})) as client:
        body = {"model": "tiny", "messages": [{"role": "user", "content": QUESTION}]}
        assert client.post("/v1/chat/completions", json=body).status_code == 200
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "AquaBoil" not in answer.text
    arrived = next(
        sample
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "ontopilot:requests_arrived_total"
        and sample.labels["model_name"] == "scripted"
    )
    assert arrived.labels["agent"] == "tiny"
    assert arrived.value == agent.pool.stats()["scripted"].totals.arrived > 0


def test_a_pool_that_agents_share_is_told_once(make_agent):
    agent = make_agent()
    names = [one.agent for one in measured({"one": agent, "two": agent})]
    assert set(names) == {"one,two"}
    assert len(names) == len(agent.pool.measured())
