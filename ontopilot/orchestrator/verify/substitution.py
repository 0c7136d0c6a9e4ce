"""Claims that repeat a sentence but for a few words: another word is another claim."""

from collections.abc import Iterator, Sequence
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

_SIGNS = {
    "no": "not no never none nor neither nothing nobody cannot without hardly nowhere",
    "before": "before until till by",
    "after": "after since once",
    "only": "only solely exclusively merely",
    "all": "all every each any always whole entire both everything everybody anybody",
    "except": "except unless excluding",
    "still": "still even",
}
_SIGN = {word: sign for sign, words in _SIGNS.items() for word in words.split()}
_TURNED = frozenset({("before", "after"), ("after", "before"), ("except", "still")})


class _Token(NamedTuple):
    text: str
    concept: str
    bears: bool
    """Whether it carries content."""
    sign: str
    """What it says of the rest of its sentence, such as that it is denied; "" for most."""


class _Edit(NamedTuple):
    """Words of the sentence and what the claim puts in their place; either may be empty."""

    was: Sequence[_Token]
    now: Sequence[_Token]


def repeats(claim: Reading, said: Reading) -> bool:
    """Whether a claim repeats a sentence, but for a few words."""
    kept, _ = _compared(claim.text, said.text)
    return kept >= FEWEST and kept >= REPEATS * len(_tokens(claim.text))


def check_substitution(claim: Reading, said: Reading) -> Finding | None:
    """What a claim changes in the sentence that it repeats: a word, a sign, or two places."""
    if not repeats(claim, said):
        return None
    kept, edits = _compared(claim.text, said.text)
    closeness = kept / max(len(_tokens(claim.text)), 1)
    found = next(_replaced(edits), None) or next(_exchanged(edits), None) or _turned(edits)
    if found is None:
        return None
    before, after = found
    text = (
        f'The cited text says "{before}", not "{after}".'
        if before and after
        else f'The cited text does not say "{after}".'
        if after
        else f'It leaves out "{before}".'
    )
    return Finding("unsupported", text, closeness)


def _replaced(edits: Sequence[_Edit]) -> Iterator[tuple[str, str]]:
    """Content words that take the place of others."""
    for edit in edits:
        was = [token for token in edit.was if token.bears]
        now = [token for token in edit.now if token.bears]
        known = {token.concept for token in was}
        other = next((token for token in now if token.concept not in known), None)
        if was and other is not None:
            new = {token.concept for token in now}
            before = next((token for token in was if token.concept not in new), was[0])
            yield before.text, other.text


def _exchanged(edits: Sequence[_Edit]) -> Iterator[tuple[str, str]]:
    """Words or numbers that stand where the sentence has others, which stand elsewhere now."""
    for at, edit in enumerate(edits):
        if not edit.was or not edit.now:
            continue
        here = {token.concept for token in edit.was}
        elsewhere = {t.concept for i, e in enumerate(edits) if i != at and e.now for t in e.was}
        for token in edit.now:
            marked = token.bears or token.text[0].isdigit()
            if marked and token.concept in elsewhere - here:
                yield edit.was[0].text, token.text


def _turned(edits: Sequence[_Edit]) -> tuple[str, str] | None:
    """A small word that turns or widens what the sentence says."""
    was = [token for edit in edits for token in edit.was if token.sign]
    now = [token for edit in edits for token in edit.now if token.sign]
    lost = {token.sign: token.text for token in was if token.sign not in {t.sign for t in now}}
    won = {token.sign: token.text for token in now if token.sign not in {t.sign for t in was}}
    for sign, other in _TURNED:
        if sign in lost and other in won:
            return lost[sign], won[other]
    denied = sum(token.sign == "no" for token in was), sum(token.sign == "no" for token in now)
    if denied[0] % 2 != denied[1] % 2:
        return lost.get("no", ""), won.get("no", "")
    for sign in ("only", "all"):
        if sign in won:
            return "", won[sign]
    return (lost["except"], "") if "except" in lost else None


@lru_cache(maxsize=8192)
def _compared(claim: str, said: str) -> tuple[int, tuple[_Edit, ...]]:
    """How many words a claim keeps in their order, and what it changes before its end."""
    theirs, ours = _tokens(said), _tokens(claim)
    matcher = SequenceMatcher(
        None, [token.concept for token in theirs], [token.concept for token in ours], autojunk=False
    )
    kept = sum(block.size for block in matcher.get_matching_blocks())
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return kept, tuple(
        _Edit(theirs[a:b], ours[c:d])
        for kind, a, b, c, d in codes
        if kind != "delete" or (a > 0 and b < len(theirs))
    )


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(
        _Token(
            word,
            concept(word),
            word.lower() not in STOP_WORDS and not word[0].isdigit(),
            "no" if word.lower().endswith(("n't", "n’t")) else _SIGN.get(word.lower(), ""),
        )
        for _, _, word in tokens(text)
    )
