"""The tools for other agents, as the official client calls them."""

import pytest

mcp = pytest.importorskip("mcp", reason="mcp: needs the extra 'mcp'")

from ontopilot.orchestrator.serve.mcp_server import mcp_server  # noqa: E402


@pytest.fixture
def call(make_agent):
    server = mcp_server(make_agent())

    async def call(tool, **arguments):
        async with mcp.Client(server) as client:
            return await client.call_tool(tool, arguments)

    return call


async def test_the_tools_are_described(make_agent):
    async with mcp.Client(mcp_server(make_agent())) as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == {"search", "terms", "term", "explain", "check_query"}
    assert all(tool.description for tool in tools)


async def test_a_search_finds_evidence_and_says_why(call):
    found = (await call("search", question="How do I descale my AquaBoil 2?")).structured_content
    assert any("vinegar" in item["text"] for item in found["evidence"])
    assert all(item["why"] for item in found["evidence"])


async def test_a_term_is_found_described_and_explained(call):
    (term, *_) = (await call("terms", text="AquaBoil")).structured_content["terms"]
    told = (await call("term", name=term["label"])).structured_content
    assert told["iri"] == term["iri"]
    said = await call("explain", subject="AquaBoil 2", property="type", value="Kettle")
    assert said.structured_content["status"] == "supported"


async def test_a_wrong_query_is_told_with_what_is_wrong(call):
    said = await call("check_query", sparql="SELECT ?x WHERE { ?x a <urn:none> }")
    assert not said.structured_content["ok"]
    assert said.structured_content["violations"]
    assert not (await call("check_query", sparql="SELEC")).structured_content["ok"]


async def test_what_is_not_there_is_an_error_and_not_an_end(call):
    assert (await call("term", name="flying carpet")).is_error
    assert (await call("search", question="")).structured_content is not None
