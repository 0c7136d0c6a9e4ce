"""Claims that repeat a sentence but for a word: another word is another claim."""

from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.prose import STOP_WORDS, concept, tokens

REPEATS = 0.7
"""The share of a claim's words that stand in the sentence in the same order, from which the claim
repeats the sentence and does not put it in its own words."""

FEWEST = 4
"""Words in the same order without which nothing is repeated."""


class _Token(NamedTuple):
    text: str
    concept: str
    bears: bool
    """Whether it carries content."""


def check_substitution(claim: Reading, said: Reading) -> Finding | None:
    """The first word that a claim puts in the place of another one of the sentence it repeats."""
    theirs, ours = _tokens(said.text), _tokens(claim.text)
    matcher = SequenceMatcher(
        None, [token.concept for token in theirs], [token.concept for token in ours], autojunk=False
    )
    kept = sum(block.size for block in matcher.get_matching_blocks())
    if kept < FEWEST or kept < REPEATS * len(ours):
        return None
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "replace":
            continue
        was = [token for token in theirs[a:b] if token.bears]
        now = [token for token in ours[c:d] if token.bears]
        known = {token.concept for token in was}
        other = next((token for token in now if token.concept not in known), None)
        if was and other is not None:
            before = next((t for t in was if t.concept not in {n.concept for n in now}), was[0])
            text = f'The cited text says "{before.text}", not "{other.text}".'
            return Finding("unsupported", text, kept / max(len(ours), 1))
    return None


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(
        _Token(word, concept(word), word.lower() not in STOP_WORDS and not word[0].isdigit())
        for _, _, word in tokens(text)
    )
