"""The form of an answer as the grammar that vLLM keeps to."""

from ontopilot.models.structured.constraint import Constraint, ebnf_of
from ontopilot.models.structured.thinking import after_thoughts


def kept(constraint: Constraint, prompt: str, *, thinking: bool) -> str:
    """The EBNF of a constraint; a model that thinks may do so before its answer."""
    grammar = constraint.grammar
    return ebnf_of(after_thoughts(grammar, prompt) if thinking else grammar)
