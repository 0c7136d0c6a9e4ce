"""Verification: the text that will be shown, claim by claim."""

from ontopilot.orchestrator.verify.coverage import answers
from ontopilot.orchestrator.verify.judge import judge

__all__ = ["answers", "judge"]
