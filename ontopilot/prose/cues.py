"""Cues in a sentence: what is negated, and under which condition it holds."""

import re
from dataclasses import dataclass
from functools import lru_cache

_NEGATION = re.compile(
    r"\b(?:not|never|cannot|nor|neither|without|no longer|nothing|nobody|nowhere|none|no)\b"
    r"|\b\w+n['’]t\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\b(?:not only|no matter|no later than|not later than|no more than|not more than|"
    r"no less than|not less than|no\.? (?=\d))",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:only (?:if|when|while|with|for|after|before|on|in|at|from|until|by)|if|unless|"
    r"except(?:ing)?(?: for| when| if)?|excluding|apart from|other than|"
    r"provided(?: that)?|providing|as long as|so long as|in case(?: of)?|on condition that|"
    r"subject to|when|whenever|(?<!at )once|until|before|after|while|within|without|only|but not|"
    r"no later than|at least|up to|as soon as)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue word and where it stands; `scope` is the span of the text that it bears on."""

    start: int
    end: int
    text: str
    scope: tuple[int, int]


_CLAUSE_END = re.compile(
    r"[;:()—]|,(?!\d)|\s(?:but|because|unless|if|when|while|until|although|so that|except)\b",
    re.IGNORECASE,
)


_CONDITION_END = re.compile(r"[;()—]|[,:](?!\d)")


@lru_cache(maxsize=16384)
def negations(text: str) -> tuple[Cue, ...]:
    """The negation cues of a sentence; the scope runs to the end of the clause."""
    harmless = [match.span() for match in _NO_NEGATION.finditer(text)]
    found = []
    for match in _NEGATION.finditer(text):
        if any(start <= match.start() < end for start, end in harmless):
            continue
        end = _CLAUSE_END.search(text, match.end())
        scope = (match.end(), end.start() if end else len(text))
        found.append(Cue(*match.span(), match.group().lower(), scope))
    return tuple(found)


@lru_cache(maxsize=16384)
def conditions(text: str) -> tuple[Cue, ...]:
    """The clauses of a sentence that limit it: cue word and the span of the clause after it.

    A clause ends at a comma, a colon, a semicolon or the next cue.
    """
    matches = list(_CONDITION.finditer(text))
    found = []
    for at, match in enumerate(matches):
        limit = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        end = _CONDITION_END.search(text, match.end(), limit)
        scope = (match.end(), end.start() if end else limit)
        found.append(Cue(*match.span(), match.group().lower(), scope))
    return tuple(found)
