"""Packing: evidence into a prompt context within a token budget."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ontopilot.errors import ConfigError
from ontopilot.prose import split
from ontopilot.retrieval.passage import Context, Evidence

OVERHEAD_TOKENS = 6
"""The number, the brackets and the line breaks around a source in a prompt."""


def approx(text: str) -> int:
    """About how many tokens a text has: one per four characters of English."""
    return (len(text) + 3) // 4


def pack(
    evidence: Iterable[Evidence], *, budget_tokens: int, count: Callable[[str], int] = approx
) -> Context:
    """Fit evidence into a budget: best first, each text once, what is too long passed over.

    The order is by score, then id, whatever order the evidence came in, so that the same
    evidence gives the same prompt. When not even the best piece fits, its first sentences do.

    Raises:
        ConfigError: the budget is negative.
    """
    if budget_tokens < 0:
        raise ConfigError(f"pack: budget_tokens={budget_tokens!r} must not be negative")
    ranked = sorted(evidence, key=lambda item: (-item.score, item.id))
    chosen: list[Evidence] = []
    tokens = 0
    for item in _distinct(ranked):
        size = _size(item, count)
        if tokens + size <= budget_tokens:
            chosen.append(item)
            tokens += size
    if not chosen and ranked:
        chosen = _shortened(ranked[0], budget_tokens, count)
        tokens = sum(_size(item, count) for item in chosen)
    return Context(tuple(chosen), tokens)


def _size(item: Evidence, count: Callable[[str], int]) -> int:
    return count(item.title) + count(item.text) + OVERHEAD_TOKENS


def _distinct(ranked: Iterable[Evidence]) -> list[Evidence]:
    """Evidence whose text is not in a better piece already."""
    kept: list[Evidence] = []
    texts: list[str] = []
    for item in ranked:
        text = " ".join(item.text.split()).casefold()
        if text and not any(text in other for other in texts):
            kept.append(item)
            texts.append(text)
    return kept


def _shortened(item: Evidence, budget: int, count: Callable[[str], int]) -> list[Evidence]:
    best: list[Evidence] = []
    for _, end in split(item.text):
        shorter = replace(item, text=item.text[:end])
        if _size(shorter, count) > budget:
            break
        best = [shorter]
    return best
