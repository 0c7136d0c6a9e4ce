"""Quoting: the sentences of numbered sources that answer a question."""

from ontopilot.models.quote.choose import Quote, quote

__all__ = ["Quote", "quote"]
