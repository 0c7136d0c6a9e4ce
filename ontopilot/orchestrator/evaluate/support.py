"""Is what was delivered in the texts it cites? A check that shares nothing with the agent."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ontopilot.orchestrator.evaluate.normal import contains, is_number, is_unit, normal, states

MISSING_SHARE = 0.4
"""More content words than this share absent from the cited texts: the claim is unsupported."""

_MARKERS = re.compile(r"(?:\s*\[\d+\])+")
_NUMBERED = re.compile(r"\[(\d+)\]")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|approx|incl|max|min|no|vs|etc|dr|mr|mrs)\.$", re.I)
_BOUNDARY = re.compile(r"[.!?](?=\s+[\"“(*]*[A-Z0-9])|\n+")
_CAPITALISED = re.compile(r"(?<![^\W_])[A-Z][\w-]*[\w]|(?<![^\W_])\w+[A-Z]\w*")
_INNER = re.compile(r"\w[A-Z]|\d")
_SUFFIX = re.compile(r"(?:ations?|ings?|ed|ment|ly|able|ible|al|e)$")
_STOP = frozenset(
    "i you he she it we they me him her us them my your his its our their this that these those"
    " is are was were be been being am do does did done have has had having will would shall should"
    " can could may might must not no nor and or but if then else when while as of at by for with"
    " about into through from to in on off up down out over under again once here there all any"
    " both each few more most other some such only own same so than too very just also please yes"
    " which who whom what where why how per via within without during before after until because"
    " cannot one get got".split()
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A sentence that the customer saw, the citation numbers after it, and what is wrong with it.

    `problem` is "" for a sentence that its cited texts support.
    """

    text: str
    numbers: tuple[int, ...]
    problem: str = ""


def delivered(answer: Mapping[str, Any], forbidden: Sequence[Sequence[str]]) -> list[Delivered]:
    """The claims of an answer as delivered, each judged against the texts that it cites.

    A sentence without a citation is a claim only in an answer to a question: a refusal, a
    question back or the report of an action speaks for itself, unless it states what is forbidden.
    A forbidden fact is unsupported too, unless the sentence stands in a cited text word for word.
    """
    texts = {int(c["number"]): _evidence(c) for c in answer.get("citations", ())}
    answered = answer.get("outcome", "answered") == "answered"
    judged = []
    for text, numbers in sentences(str(answer.get("text", ""))):
        if numbers:
            problem = _unlisted(numbers, texts) or unsupported(text, numbers, texts)
            if not problem and not _verbatim(text, numbers, texts):
                problem = _forbidden(text, forbidden)
        else:
            problem = _forbidden(text, forbidden)
            if not problem and not (answered and is_claim(text)):
                continue
            problem = problem or "no citation"
        judged.append(Delivered(text, numbers, problem))
    return judged


def supporting(answer: Mapping[str, Any]) -> tuple[float, float]:
    """How many of the citations behind sentences carry their sentence alone, and of how many.

    The citation precision of Gao et al. 2023, who ask a model for entailment; here words, names
    and numbers decide. Whether a citation is about what was asked is another matter.
    """
    texts = {int(c["number"]): _evidence(c) for c in answer.get("citations", ())}
    marks = [(text, n) for text, numbers in sentences(str(answer.get("text", ""))) for n in numbers]
    carried = sum(n in texts and not unsupported(text, (n,), texts) for text, n in marks)
    return float(carried), float(len(marks))


def _verbatim(text: str, numbers: Sequence[int], texts: Mapping[int, str]) -> bool:
    """Whether a sentence is a quotation: what it states, right or wrong here, its source states."""
    tokens = normal(text)
    return any(contains(normal(texts[n]), tokens) or _row(tokens, texts[n]) for n in numbers)


def _row(tokens: Sequence[str], text: str) -> bool:
    """Whether a sentence reads out a row of a table: its cells, under the heads of its columns."""
    rows = [line for line in text.splitlines() if line.lstrip().startswith("|")]
    heads = Counter(normal(rows[0])) if rows else Counter()
    return any(not Counter(tokens) - (heads + Counter(normal(row))) for row in rows[1:])


def sentences(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of an answer with the citation numbers that follow each."""
    found: list[tuple[str, tuple[int, ...]]] = []
    at = 0
    for markers in _MARKERS.finditer(text):
        parts = _split(text[at : markers.start()])
        numbers = tuple(int(n) for n in _NUMBERED.findall(markers.group()))
        found.extend((part, ()) for part in parts[:-1])
        if parts:
            found.append((parts[-1], numbers))
        at = markers.end()
    found.extend((part, ()) for part in _split(text[at:]))
    return found


def _split(text: str) -> list[str]:
    parts, at = [], 0
    for boundary in _BOUNDARY.finditer(text):
        if _ABBREVIATION.search(text[: boundary.end()]):
            continue
        parts.append(text[at : boundary.end()])
        at = boundary.end()
    parts.append(text[at:])
    return [clean for part in parts if _words(clean := part.strip(" \t\n*-•.,;"))]


def is_claim(text: str) -> bool:
    """Whether an uncited sentence asserts something: questions and lead-ins do not."""
    return not text.rstrip().endswith(("?", ":")) and bool(_content(text))


def unsupported(text: str, numbers: Sequence[int], texts: Mapping[int, str]) -> str:
    """Why the cited texts do not carry a sentence, or ""."""
    cited = "\n".join(texts[n] for n in numbers)
    have = normal(cited)
    values = {token.partition("|")[0] for token in have if is_number(token)}
    for token in normal(text):
        if is_number(token) and token not in have and ("|" in token or token not in values):
            return f"number {token.replace('|', ' ')!r} is not in the cited text"
    stems = {_stem(token) for token in have}
    for name in _names(text):
        if any(_stem(token) not in stems and not is_unit(token) for token in normal(name)):
            return f"name {name!r} is not in the cited text"
    words = _content(text)
    missing = [word for word in words if _stem(word) not in stems]
    if len(missing) > MISSING_SHARE * len(words):
        return f"{len(missing)} of {len(words)} content words are not in the cited text"
    return ""


def _evidence(citation: Mapping[str, Any]) -> str:
    return f"{citation.get('title', '')}\n{citation.get('text', '')}"


def _forbidden(text: str, forbidden: Sequence[Sequence[str]]) -> str:
    for wordings in forbidden:
        if states(text, wordings):
            return f"states the forbidden fact {wordings[0]!r}"
    return ""


def _unlisted(numbers: Sequence[int], texts: Mapping[int, str]) -> str:
    missing = [n for n in numbers if n not in texts]
    return f"cites [{missing[0]}], which is not among the citations" if missing else ""


def _names(text: str) -> list[str]:
    """Capitalised words; the first one of a sentence only if it has a digit or an inner capital."""
    names = [match for match in _CAPITALISED.finditer(text) if match.group() not in {"I'm", "I"}]
    return [m.group() for m in names if m.start() > 0 or _INNER.search(m.group())]


def _words(text: str) -> tuple[str, ...]:
    return tuple(token for token in normal(text) if not is_number(token))


def _content(text: str) -> list[str]:
    return [word for word in _words(text) if word not in _STOP and len(word) > 1]


def _stem(word: str) -> str:
    stem = _SUFFIX.sub("", word)
    return stem if len(stem) >= 3 else word
