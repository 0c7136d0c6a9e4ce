"""Claims that repeat a sentence but for a few words: another word is another claim."""

from collections.abc import Iterator, Sequence

from ontopilot.orchestrator.verify.copied import Edit, Token, copied
from ontopilot.orchestrator.verify.finding import Finding, Kind
from ontopilot.orchestrator.verify.polarity import opposite
from ontopilot.orchestrator.verify.reading import Reading

_TURNED = frozenset(
    {("before", "after"), ("after", "before"), ("except", "still"), ("we", "you"), ("you", "we")}
)
_WIDENED = ("only", "all", "still")
_LIMITS = frozenset(
    """
    if when unless until before after while once from on in at during between within without with
    under over above below for by upon up
    """.split()
)

_Change = tuple[str, str]
"""What the sentence says and what the claim says instead; either may be ""."""


def check_substitution(claim: Reading, said: Reading) -> Finding | None:
    """What a claim changes in the sentence that it repeats: a word, a sign, or two places."""
    found = copied(claim.text, said.text)
    if not found.repeats:
        return None
    edits = [edit for edit in found.edits if edit.now or edit.inner]
    checks: Sequence[tuple[Kind, _Change | None]] = (
        ("denied", next(_opposed(edits), None)),
        ("replaced", next(_replaced(edits), None)),
        ("exchanged", next(_exchanged(edits), None)),
        ("turned", _turned(edits)),
        ("added", next(_added(edits, said), None)),
        ("joined", next(_joined(edits), None)),
        ("trimmed", next(_trimmed(found.edits), None)),
    )
    for kind, change in checks:
        if change is not None:
            return Finding(kind, "unsupported", _explained(*change), found.share)
    return None


def _explained(before: str, after: str) -> str:
    if before and after:
        return f'The cited text says "{before}", not "{after}".'
    if after:
        return f'The cited text does not say "{after}".'
    return f'It leaves out "{before}".'


def _opposed(edits: Sequence[Edit]) -> Iterator[_Change]:
    """Words that take the place of their opposites."""
    for edit in edits:
        for token in edit.now:
            for other in edit.near:
                if opposite(*(t.concept if t.bears else t.text.lower() for t in (token, other))):
                    yield other.text, token.text


def _replaced(edits: Sequence[Edit]) -> Iterator[_Change]:
    """Content words that take the place of others."""
    for edit in edits:
        was = [token for token in edit.near if token.bears]
        now = [token for token in edit.now if token.bears]
        known = {token.concept for token in was}
        other = next((token for token in now if token.concept not in known), None)
        if was and other is not None:
            new = {token.concept for token in now}
            before = next((token for token in was if token.concept not in new), was[0])
            yield before.text, other.text


def _exchanged(edits: Sequence[Edit]) -> Iterator[_Change]:
    """Words or numbers that stand where the sentence has others, which stand elsewhere now."""
    for at, edit in enumerate(edits):
        here = _concepts(edit.was)
        others = [e for i, e in enumerate(edits) if i != at]
        denied = any(token.sign == "no" for e in others for token in e.was)
        moved = {t.concept for e in others if e.now or _bare(e.was) for t in e.was} - here
        order = [t.concept for t in edit.was if t.marked and t.concept in _concepts(edit.now)]
        if order != [t.concept for t in edit.now if t.marked and t.concept in here]:
            yield edit.was[0].text, edit.now[0].text
        fits = any(token.marked for token in edit.was) if edit.was else _bare(edit.now)
        for token in edit.now:
            if (token.sign == "no" and denied and token.concept not in here) or (
                token.marked and fits and token.concept in moved
            ):
                yield edit.was[0].text if edit.was else "", token.text


def _concepts(words: Sequence[Token]) -> set[str]:
    return {token.concept for token in words}


def _bare(words: Sequence[Token]) -> bool:
    """Whether all is content: whoever moves a phrase moves its small words, too."""
    return all(token.marked for token in words)


def _turned(edits: Sequence[Edit]) -> _Change | None:
    """A small word that turns or widens what the sentence says."""
    was = [token for edit in edits for token in edit.was if token.sign]
    now = [token for edit in edits for token in edit.now if token.sign]
    lost = {token.sign: token.text for token in was if token.sign not in {t.sign for t in now}}
    won = {token.sign: token.text for token in now if token.sign not in {t.sign for t in was}}
    for sign, other in _TURNED:
        if sign in lost and other in won:
            return lost[sign], won[other]
    if ("no" in lost) != ("no" in won):
        return lost.get("no", ""), won.get("no", "")
    for sign in _WIDENED:
        if sign in won:
            return "", won[sign]
    return (lost["except"], "") if "except" in lost else None


def _added(edits: Sequence[Edit], said: Reading) -> Iterator[_Change]:
    """Content words that the sentence has nowhere."""
    for edit in edits:
        for token in edit.now:
            if token.bears and token.concept not in said.concepts:
                yield "", token.text


def _joined(edits: Sequence[Edit]) -> Iterator[_Change]:
    """Parts of a sentence that say two things, put together as one."""
    for edit in edits:
        joined = edit.left and edit.right and edit.left.part != edit.right.part
        if joined and any(token.marked for token in edit.was):
            yield f"{edit.was[0].text} … {edit.was[-1].text}", ""


def _trimmed(edits: Sequence[Edit]) -> Iterator[_Change]:
    """What goes on without a stop after the words that are kept, or limits them in front."""
    for edit in edits:
        near = edit.near
        if edit.now or not any(token.marked for token in near):
            continue
        limits = near[0].text.lower() in _LIMITS
        if limits or not edit.inner:
            yield f"{near[0].text} … {near[-1].text}", ""
