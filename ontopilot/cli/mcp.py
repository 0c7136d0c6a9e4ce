"""`ontopilot mcp`: an agent's ontology and retrieval as tools for other agents."""

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import prepare


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot mcp agent.py:support")(mcp)


def mcp(agent: AgentName) -> None:
    """Offer an agent's ontology and retrieval to other agents (MCP, over stdin and stdout)."""
    from ontopilot.orchestrator.serve.mcp_server import mcp_server

    with opened(agent) as served:
        server = mcp_server(served)
        prepare(served)
        server.run("stdio")
