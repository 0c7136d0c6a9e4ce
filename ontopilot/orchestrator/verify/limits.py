"""Conditions: what limits a sentence of evidence must not be left out of the claim."""

import re
from collections.abc import Iterator

from ontopilot.orchestrator.verify.copied import Copied, copied
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading, Word
from ontopilot.prose import Cue, Quantity

_RESTRICTIVE = frozenset(
    """
    new old opened unopened used unused unworn unwashed faulty defective damaged undamaged
    refurbished original sealed unsealed registered unregistered personalised personalized custom
    digital business private international domestic express standard premium bulky oversized
    heavy partial full online selected eligible certain some most unpaid paid reduced discounted
    clean dry empty cold hot external internal optional authorised authorized trained
    """.split()
)  # fmt: skip
# These introduce more than they limit; dropping them leaves the claim true.
_HARMLESS = frozenset({"only", "while"})


def check_limits(claim: Reading, said: Reading, *, question: Reading) -> Finding | None:
    """Whether the claim leaves out a condition under which alone the evidence says it.

    What the question itself supposes (`my unopened kettle`) need not be repeated.
    """
    known = claim.concepts | question.concepts
    found = copied(claim.text, said.text)
    for cue, words, amounts in _conditions(said):
        if _kept(words, amounts, known, claim, question) or not _states_the_rest(claim, said, cue):
            continue
        if found.repeats and (_repeated(cue, found) or not _governs(cue, said, found)):
            continue
        text = said.text[cue.start : cue.scope[1]].strip(" ,.")
        explanation = f'It leaves out a condition: "{text}".'
        return Finding("condition", "unsupported", explanation, 0.9)
    return _bounds(claim, said, question, found) or _modifiers(claim, said, known, found)


def _repeated(cue: Cue, found: Copied) -> bool:
    """Whether a claim keeps the words of a condition."""
    cues = any(cue.start <= token.start < cue.end for token in found.kept)
    return cues and found.keeps(*cue.scope) > 0


def _part(text: str, at: int) -> tuple[int, int]:
    """The part of a sentence around a place: stops and `and` or `but` end it."""
    start = max((m.end() for m in _PARTS.finditer(text) if m.end() <= at), default=0)
    end = min((m.start() for m in _PARTS.finditer(text) if m.start() >= at), default=len(text))
    return start, end


_PARTS = re.compile(r"[;:,](?!\d)|\b(?:and|or|but)\b", re.IGNORECASE)


def _governs(cue: Cue, said: Reading, found: Copied) -> bool:
    """Whether a claim keeps what a condition bears on: what stands before it up to the last joint,
    or, where it opens its part of the sentence, the parts around it.
    """
    joints = [(0, 0), *(m.span() for m in _PARTS.finditer(said.text)), (len(said.text),) * 2]
    at = max(i for i, (_, end) in enumerate(joints) if end <= cue.start)
    if said.text[joints[at][1] : cue.start].strip():
        return found.keeps(joints[at][1], cue.start) > 0
    before = joints[at - 1][1] if at else 0
    later = [i for i, (start, _) in enumerate(joints) if start >= cue.scope[1]]
    after = joints[later[1]][0] if len(later) > 1 else len(said.text)
    stop = re.search(r"[;:]", said.text[before : cue.start])
    kept_before = 0 if stop else found.keeps(before, cue.start)
    return kept_before + found.keeps(cue.scope[1], after) > 0


def _conditions(said: Reading) -> Iterator[tuple[Cue, list[Word], list[Quantity]]]:
    for cue in said.conditions:
        if cue.text in _HARMLESS:
            continue
        start, end = cue.scope
        words = [word for word in said.within(start, end) if word.weight == 1.0]
        amounts = [q for q in said.quantities if start <= q.start and q.end <= end]
        if words or amounts:
            yield cue, words, amounts


def _kept(
    words: list[Word],
    amounts: list[Quantity],
    known: frozenset[str],
    claim: Reading,
    question: Reading,
) -> bool:
    total = len(words) + len(amounts)
    held = sum(word.concept in known for word in words)
    held += sum(_given(amount, claim, question) for amount in amounts)
    return held >= 0.5 * total


def _given(amount: Quantity, claim: Reading, question: Reading) -> bool:
    there = (*claim.quantities, *question.quantities)
    return any(q.same_amount(amount) or q.unit == amount.unit for q in there)


def _states_the_rest(claim: Reading, said: Reading, cue: Cue) -> bool:
    """Whether the claim states what the condition limits, not some other part of the sentence."""
    inside = {word.concept for word in said.within(cue.start, cue.scope[1])}
    limited = _limited_part(said, cue)
    shared = (claim.concepts - inside) & limited
    return len(shared) >= 0.5 * max(1, len(claim.concepts - inside))


def _limited_part(said: Reading, cue: Cue) -> frozenset[str]:
    """The concepts of the clause that a condition belongs to: up to `;` or `otherwise`."""
    start, end = _clause(said.text, cue.start)
    return frozenset(
        word.concept
        for word in said.within(start, end)
        if not (cue.start <= word.start < cue.scope[1])
    )


def _clause(text: str, at: int) -> tuple[int, int]:
    cuts = [m.start() for m in re.finditer(r";|\botherwise\b|\bbut\b|, and\b|, or\b", text)]
    start = max((cut for cut in cuts if cut < at), default=0)
    end = min((cut for cut in cuts if cut > at), default=len(text))
    return start, end


def _bounds(claim: Reading, said: Reading, question: Reading, found: Copied) -> Finding | None:
    """`free for orders over EUR 50` must not become `free`."""
    for amount in said.quantities:
        if not amount.bound or _given(amount, claim, question):
            continue
        start, end = _clause(said.text, amount.start)
        if found.repeats and not found.keeps(*_part(said.text, amount.start)):
            continue
        words = {w.concept for w in said.within(start, end)}
        if len(claim.concepts & words) >= 0.6 * max(1, len(claim.concepts)):
            text = said.text[max(start, amount.start - 14) : amount.end].strip(" ,.;")
            explanation = f'It leaves out a limit: "{text}".'
            return Finding("limit", "unsupported", explanation, 0.85)
    return None


def _modifiers(
    claim: Reading, said: Reading, known: frozenset[str], found: Copied
) -> Finding | None:
    """`opened headphones` must not become `headphones`."""
    for word, after in zip(said.words, said.words[1:], strict=False):
        surface = said.text[word.start : word.end]
        if surface.lower() not in _RESTRICTIVE or word.concept in known:
            continue
        if found.repeats and not found.keeps(after.start, after.end):
            continue
        if after.concept in claim.concepts and not said.text[word.end : after.start].strip(" -"):
            phrase = said.text[word.start : after.end]
            explanation = f'The cited text says this of "{phrase}" only.'
            return Finding("modifier", "unsupported", explanation, 0.85)
    return None
