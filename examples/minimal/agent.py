"""The smallest whole agent: an ontology, a page of rules, and one action."""

from pathlib import Path

from ontopilot import Agent, Knowledge

HERE = Path(__file__).parent
library = Agent("library", ontology=HERE / "library.ttl", knowledge=Knowledge("docs", folder=HERE))


@library.action(effect="Renewal", examples=("Please renew my book", "Extend my loan of M-1234"))
def renew(medium: str) -> str:
    """Extend a loan."""
    return f"{medium} is yours for another loan period."
