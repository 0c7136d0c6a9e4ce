"""Meaning: the ontology as Protégé saves it, and what follows from it."""

from ontopilot.ontology.edit import Change, Editor
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.policy import Policies
from ontopilot.ontology.terms import (
    Explanation,
    Fact,
    FactCheck,
    Iri,
    Literal,
    Mention,
    QueryViolation,
    Term,
    Violation,
)

__all__ = [
    "Change",
    "Editor",
    "Explanation",
    "Fact",
    "FactCheck",
    "Iri",
    "Literal",
    "Mention",
    "Ontology",
    "Policies",
    "QueryViolation",
    "Term",
    "Violation",
]
