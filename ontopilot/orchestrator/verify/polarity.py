"""Polarity: a claim must not affirm what the evidence denies, nor the other way round."""

import re
from functools import lru_cache

from ontopilot.orchestrator.verify.copied import copied
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading, Word
from ontopilot.prose import Cue, concept

_HEAD = 4
"""How many content words after a cue are taken to be negated."""

_OPPOSITES = """
include exclude
allow forbid
allow prohibit
allow refuse
accept refuse
accept reject
accept decline
enable disable
available unavailable
possible impossible
valid invalid
compatible incompatible
able unable
open close
open sealed
connect disconnect
switchon switchoff
increase decrease
increase reduce
before after
early late
hot cold
warm cold
wet dry
full empty
left right
top bottom
first last
minimum maximum
free chargeable
inside outside
indoor outdoor
internal external
lock unlock
always never
high low
more less
more fewer
above below
over under
with without
appear disappear
correct incorrect
complete incomplete
regular irregular
safe unsafe
legal illegal
waterproof permeable
optional mandatory
optional require
all none
succeed fail
pass fail
remove insert
raise lower
upper lower
keep discard
fasten loosen
tighten loosen
"""
_EXCLUSIVE = re.compile(
    r"\bonly\b|\bmust\b|\bunless\b|\bneeds? to\b|\bhas to\b|\bhave to\b|\brequired?s?\b", re.I
)
_LIFTED = re.compile(r"\b(?:unless|until|without|before|except)\b|\bif\b.*\bnot\b", re.IGNORECASE)
_UNIVERSAL = re.compile(r"\b(?:all|every|always|any|each|never|none|completely|fully)\b", re.I)
# Words that stand for a side although they carry no content.
_SIDES = re.compile(r"\b(?:before|after|above|below|more|less|fewer|always)\b", re.IGNORECASE)
_PARTIAL = re.compile(
    r"\b(?:most|some|many|usually|sometimes|often|partly|several|few|certain|selected|may)\b", re.I
)


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        one, other = (concept(word) for word in line.split())
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}


def opposite(one: str, other: str) -> bool:
    """Whether two concepts are opposites: by the table, or by a prefix such as `un`."""
    if other in _opposites().get(one, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return any(long == prefix + short for prefix in ("un", "non", "in", "im", "dis", "mis"))


def check_polarity(claim: Reading, said: Reading) -> Finding | None:
    """Whether the claim and the sentence of evidence disagree on yes or no."""
    if copied(claim.text, said.text).repeats:
        return _quantifiers(claim, said)  # what was turned there, the words tell
    cues = _unmatched(claim, said, strict=True) + _unmatched(said, claim, strict=False)
    opposites = _opposite_words(claim, said)
    if cues == 0 and opposites == 0:
        return _quantifiers(claim, said)
    if cues == 1 and (opposites == 1 or _lifted(claim, said)):
        return None
    text = f'The cited text says otherwise: "{said.text}"'
    return Finding("denied", "contradicted", text, 0.95)


def _lifted(claim: Reading, said: Reading) -> bool:
    """`cannot … unless faulty` says the same as `can … only if faulty`."""
    one, other = claim.text, said.text
    if not claim.negations:
        one, other = other, one
    return bool(_LIFTED.search(one) and _EXCLUSIVE.search(other))


def _scope(cue: Cue, reading: Reading) -> list[Word]:
    words = reading.within(*cue.scope)[:_HEAD]
    return words or reading.within(0, cue.start)[-3:]


def _denied(reading: Reading) -> frozenset[str]:
    """The concepts in the scope of any negation of a sentence."""
    found: set[str] = set()
    for cue in reading.negations:
        found.update(word.concept for word in reading.within(*cue.scope))
        if not reading.within(*cue.scope):
            found.update(word.concept for word in _scope(cue, reading))
    return frozenset(found)


def _unmatched(one: Reading, other: Reading, *, strict: bool) -> int:
    """How many negations of `one` deny something that `other` affirms."""
    denied = _denied(other)
    affirmed = other.concepts - denied
    count = 0
    for cue in one.negations:
        scope = [word.concept for word in _scope(cue, one)]
        if not scope or any(word in denied for word in scope):
            continue
        shared = [word for word in scope if word in affirmed]
        if strict:
            count += bool(shared) or not other.negations
        else:
            count += scope[0] in affirmed or len(shared) >= 0.6 * len(scope)
    return count


def _opposite_words(claim: Reading, said: Reading) -> int:
    """How many words of the claim stand where the evidence has the opposite."""
    ours, theirs = _sided(claim) - _sided(said), _sided(said) - _sided(claim)
    return sum(any(opposite(word, other) for other in theirs) for word in ours)


def _sided(reading: Reading) -> frozenset[str]:
    return reading.concepts | {word.lower() for word in _SIDES.findall(reading.text)}


def _quantifiers(claim: Reading, said: Reading) -> Finding | None:
    if not _UNIVERSAL.search(claim.text) or _UNIVERSAL.search(said.text):
        return None
    limited = _PARTIAL.search(said.text)
    if limited is None or re.search(rf"\b{limited.group()}\b", claim.text, re.IGNORECASE):
        return None
    text = f'The cited text says "{limited.group()}", not all.'
    return Finding("quantified", "unsupported", text, 0.8)
