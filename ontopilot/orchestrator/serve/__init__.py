"""HTTP: agents behind an API that OpenAI clients speak."""

from ontopilot.orchestrator.serve.app import create_app

__all__ = ["create_app"]
