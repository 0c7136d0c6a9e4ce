"""Multi-model agents anchored to an OWL ontology, with inference planned like a database query.

Importing this package loads nothing heavy: a public name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ontopilot.errors import OntopilotError
    from ontopilot.models.spec import Model
    from ontopilot.ontology.terms import Fact, Mention, Term
    from ontopilot.orchestrator.agent import Agent
    from ontopilot.orchestrator.answer import Answer, Citation, Claim, Verdict
    from ontopilot.orchestrator.plan.controller import Steering
    from ontopilot.orchestrator.plan.facts import DeploymentFacts
    from ontopilot.orchestrator.plan.optimizer import Objective
    from ontopilot.retrieval.knowledge import Knowledge
    from ontopilot.retrieval.passage import Evidence

__version__ = "0.1.0"

__all__ = [
    "Agent",
    "Answer",
    "Citation",
    "Claim",
    "DeploymentFacts",
    "Evidence",
    "Fact",
    "Knowledge",
    "Mention",
    "Model",
    "Objective",
    "OntopilotError",
    "Steering",
    "Term",
    "Verdict",
    "__version__",
]

_HOME = {
    "Agent": "ontopilot.orchestrator.agent",
    "Answer": "ontopilot.orchestrator.answer",
    "Citation": "ontopilot.orchestrator.answer",
    "Claim": "ontopilot.orchestrator.answer",
    "DeploymentFacts": "ontopilot.orchestrator.plan.facts",
    "Evidence": "ontopilot.retrieval.passage",
    "Fact": "ontopilot.ontology.terms",
    "Knowledge": "ontopilot.retrieval.knowledge",
    "Mention": "ontopilot.ontology.terms",
    "Model": "ontopilot.models.spec",
    "Objective": "ontopilot.orchestrator.plan.optimizer",
    "OntopilotError": "ontopilot.errors",
    "Steering": "ontopilot.orchestrator.plan.controller",
    "Term": "ontopilot.ontology.terms",
    "Verdict": "ontopilot.orchestrator.answer",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'ontopilot' has no attribute {name!r}")
        return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
