"""A public library: the second domain, which no model was made for."""

from pathlib import Path

from ontopilot import Agent, Knowledge

HERE = Path(__file__).parent
lending = Agent("lending", ontology=HERE / "lending.ttl", knowledge=Knowledge("docs", folder=HERE))
