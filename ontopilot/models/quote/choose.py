"""Choosing what to quote: relevance first, then what adds to it without repeating it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ontopilot.models.messages import NEAR_ENOUGH, Source
from ontopilot.models.quote.candidates import Candidate, candidates
from ontopilot.models.quote.inquiry import Inquiry, inquire

ABOVE, CONTEXT, BODY = 0.8, 0.6, 0.35
"""How much a question's word counts that only a heading, the title, or the same source has."""

UNKNOWN = 0.7
"""How much a word counts against relevance that no source has."""

MEETS = 0.25
"""Bonus for a sentence with the kind of thing asked for, such as a duration."""

RANK = 0.15
"""Bonus for the best source; it falls with the rank."""

SMALLEST = 0.34
"""The share of the question's weight that a sentence with its headings must have."""

SMALLEST_OWN = 0.12
"""The share that the sentence itself must have, or a heading right above it."""

NEAR = 0.42
"""How near in meaning a further sentence must be, where the best one is near enough."""

MEANING = 3.0
"""How much meaning counts beside shared words, where it is known."""

FOLLOWS, ELSEWHERE = 0.7, 0.9
"""The share of the first sentence's score that a further one must have: of a source that is quoted
already, and of another one, for which there is one more citation to read."""

MOST, MOST_STEPS = 4, 8


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence and the sources that it stands in."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    score: float
    relevance: float
    meaning: float = 0.0


def quote(
    question: str, sources: Sequence[Source], near: Sequence[Sequence[float]] | None = None
) -> tuple[Quote, ...]:
    """The sentences that answer the question, best source first; none when nothing is relevant.

    `near` says how near each statement of each source is in meaning (see `Relevance`); without
    it, words alone decide.
    """
    found = candidates(sources)
    inquiry = inquire(question)
    if not found or not inquiry.words:
        return ()
    weights = _weights(inquiry, found)
    scored = [_score(candidate, inquiry, weights) for candidate in found]
    relevant = [entry for entry in scored if entry.relevance >= SMALLEST]
    if near is not None:
        scored = [_with_meaning(entry, near[entry.candidate.rank]) for entry in scored]
        if max(entry.meaning for entry in scored) < NEAR_ENOUGH:
            return ()
        relevant = [entry for entry in scored if entry.meaning >= NEAR]
    if not relevant:
        return ()
    best = max(relevant, key=lambda entry: entry.score)
    steps = _steps(best, found, inquiry)
    chosen = steps or _pick(best, relevant, found)
    return _quotes(chosen, found)


def _weights(inquiry: Inquiry, found: Sequence[Candidate]) -> dict[str, float]:
    """The weight of each word of the question: rarer in the sources, heavier.

    What no source has counts too, unless it only tells of the background.
    """
    total = len(found) + 1
    weights = {}
    for word, share in inquiry.words.items():
        frequency = sum(word in c.words or word in c.near or word in c.context for c in found)
        if frequency:
            weights[word] = share * math.log(1 + total / (frequency + 0.5))
        elif share == 1.0:
            weights[word] = UNKNOWN * math.log(1 + total)
    return weights


def _score(candidate: Candidate, inquiry: Inquiry, weights: dict[str, float]) -> _Scored:
    total = sum(weights.values()) or 1.0
    own = sum(weight for word, weight in weights.items() if word in candidate.words)
    near = sum(w for word, w in weights.items() if word in candidate.near - candidate.words)
    known = candidate.words | candidate.near
    far = sum(w for word, w in weights.items() if word in candidate.context - known)
    rest = candidate.body - known - candidate.context
    body = sum(w for word, w in weights.items() if word in rest)
    relevance = (own + ABOVE * near + CONTEXT * far + BODY * body) / total
    if (own + near) / total < SMALLEST_OWN:
        relevance = 0.0
    relevance *= _model(candidate, inquiry.names)
    score = relevance + RANK / (1 + candidate.rank) - 0.1 * (len(candidate.text.split()) > 45)
    score += MEETS * inquiry.is_met_by(candidate.text)
    score += 0.1 * ("steps" in inquiry.wanted and bool(candidate.step))
    return _Scored(candidate, score, relevance)


def _with_meaning(entry: _Scored, near: Sequence[float]) -> _Scored:
    """The same with what meaning says of it, which counts more than the words that are shared."""
    at = entry.candidate.at
    meaning = near[at] if at < len(near) else 0.0
    return replace(entry, score=entry.relevance + MEANING * meaning, meaning=meaning)


def _model(candidate: Candidate, names: Sequence[str]) -> float:
    """Less than 1 where only another model is spoken of (`AquaBoil 3`)."""
    if not names or any(name in candidate.surroundings for name in names):
        return 1.0
    return 0.4 if candidate.models else 1.0


def _steps(best: _Scored, found: Sequence[Candidate], inquiry: Inquiry) -> list[Candidate]:
    """All steps of the list that the best sentence is in or leads to, for a how-to question."""
    if "steps" not in inquiry.wanted:
        return []
    same = [c for c in found if c.rank == best.candidate.rank]
    if best.candidate.step:
        group = best.candidate.group
    else:
        after = (c.group for c in same if c.step and c.at > best.candidate.at
                 and c.near == best.candidate.near)  # fmt: skip
        group = next(after, 0)
    steps = [c for c in same if c.group == group and c.step]
    return steps[:MOST_STEPS]


def _pick(
    best: _Scored, relevant: Sequence[_Scored], found: Sequence[Candidate]
) -> list[Candidate]:
    chosen = [best.candidate]
    rest = [entry for entry in relevant if entry.candidate is not best.candidate]
    while rest and len(chosen) < MOST:
        entry = max(rest, key=lambda e: e.score - 0.5 * _repeats(e.candidate, chosen))
        rest.remove(entry)
        quoted = entry.candidate.rank in {candidate.rank for candidate in chosen}
        if entry.score < (FOLLOWS if quoted else ELSEWHERE) * best.score:
            continue
        if _repeats(entry.candidate, chosen) < 0.7:
            chosen.append(entry.candidate)
    return _with_antecedents(chosen, found)


def _repeats(candidate: Candidate, chosen: Iterable[Candidate]) -> float:
    """The largest overlap of words with what is chosen already, in [0, 1]."""
    return max(
        len(candidate.words & other.words) / max(1, len(candidate.words | other.words))
        for other in chosen
    )


def _with_antecedents(chosen: Sequence[Candidate], found: Sequence[Candidate]) -> list[Candidate]:
    """Add the sentence before one that leans on it."""
    whole: list[Candidate] = []
    for candidate in chosen:
        before = [
            c
            for c in found
            if c.rank == candidate.rank and c.at == candidate.at - 1 and c.group == candidate.group
        ]
        if candidate.leans and before and before[0] not in (*chosen, *whole):
            whole.append(before[0])
        whole.append(candidate)
    return whole


def _quotes(chosen: Sequence[Candidate], found: Sequence[Candidate]) -> tuple[Quote, ...]:
    """In the order of the sources as first chosen, then as written; equal sentences once."""
    order = {rank: place for place, rank in enumerate(dict.fromkeys(c.rank for c in chosen))}
    quotes: dict[str, tuple[str, ...]] = {}
    for candidate in sorted(chosen, key=lambda c: (order[c.rank], c.at)):
        sources = dict.fromkeys(
            [candidate.source, *(c.source for c in found if c.text == candidate.text)]
        )
        quotes.setdefault(candidate.text, tuple(sources))
    return tuple(Quote(text, sources) for text, sources in quotes.items())
