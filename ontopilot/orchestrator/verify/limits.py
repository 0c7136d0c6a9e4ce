"""Conditions: what limits a sentence of evidence must not be left out of the claim."""

import re
from collections.abc import Iterator

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
    for cue, words, amounts in _conditions(said):
        if _kept(words, amounts, known, claim, question) or not _states_the_rest(claim, said, cue):
            continue
        text = said.text[cue.start : cue.scope[1]].strip(" ,.")
        return Finding("unsupported", f'It leaves out a condition: "{text}".', 0.9)
    return _bounds(claim, said, question) or _modifiers(claim, said, known)


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


def _bounds(claim: Reading, said: Reading, question: Reading) -> Finding | None:
    """`free for orders over EUR 50` must not become `free`."""
    for amount in said.quantities:
        if not amount.bound or _given(amount, claim, question):
            continue
        start, end = _clause(said.text, amount.start)
        words = {w.concept for w in said.within(start, end)}
        if len(claim.concepts & words) >= 0.6 * max(1, len(claim.concepts)):
            text = said.text[max(start, amount.start - 14) : amount.end].strip(" ,.;")
            return Finding("unsupported", f'It leaves out a limit: "{text}".', 0.85)
    return None


def _modifiers(claim: Reading, said: Reading, known: frozenset[str]) -> Finding | None:
    """`opened headphones` must not become `headphones`."""
    for word, after in zip(said.words, said.words[1:], strict=False):
        surface = said.text[word.start : word.end]
        if surface.lower() not in _RESTRICTIVE or word.concept in known:
            continue
        if after.concept in claim.concepts and not said.text[word.end : after.start].strip(" -"):
            phrase = said.text[word.start : after.end]
            return Finding("unsupported", f'The cited text says this of "{phrase}" only.', 0.85)
    return None
