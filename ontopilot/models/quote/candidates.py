"""What can be quoted: the statements of sources that stand alone and speak to a customer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ontopilot.models.messages import Source
from ontopilot.models.quote.inquiry import models, spelled
from ontopilot.prose import Statement, concepts, ends, statements

_BACKREFERENCE = re.compile(
    r"(?:it|they|them|this|these|those|that|he|she|then|otherwise|in (?:this|that) case|"
    r"if (?:so|not)|such|also|however|instead|there)\b(?! is| are)",
    re.IGNORECASE,
)
_VOICE = re.compile(
    r"\b(?:I|I['’]m|I['’]ve|my|mine)\b|^(?:dear|hi|hello|thanks|thank you|sorry|best regards)\b",
    re.I,
)
_LABEL = re.compile(
    r"^(?:answer|resolution|solution|agent|support|fix|note|tip|important|a|resolved)\s*:\s*", re.I
)
_ASKED = re.compile(r"^(?:customer|question|problem|issue|subject|symptom|q)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted.

    `rank` is the position of its source and `at` its own within the source. `words` are its
    concepts, `near` those of the heading, question or lead-in right above it, `context` those of
    the title and the other headings, `body` those of the whole source. `leans` says that it
    refers to the sentence before it.
    """

    source: str
    rank: int
    at: int
    text: str
    words: frozenset[str]
    near: frozenset[str]
    context: frozenset[str]
    body: frozenset[str]
    surroundings: str
    models: tuple[str, ...]
    step: int = 0
    group: int = 0
    leans: bool = False


def candidates(sources: Sequence[Source]) -> list[Candidate]:
    """All that can be quoted, in the order of the sources."""
    return [
        found
        for rank, source in enumerate(sources)
        for found in _of_source(source.id, source.title, source.text, rank)
    ]


@lru_cache(maxsize=1024)
def _of_source(key: str, title: str, text: str, rank: int) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    asked = ""
    lead = ("", 0)
    for at, statement in enumerate(statements(text)):
        if _is_question(statement.text):
            asked = statement.text
        elif statement.text.endswith(":"):
            lead = (statement.text, statement.group + 1)
        elif sentence := _standing(statement):
            path = (*title.split(" > "), *statement.headings)
            above = f"{asked} {lead[0] if lead[1] == statement.group else ''}"
            found.append(
                _candidate((key, rank, at), path, statement, sentence, whole=text, above=above)
            )
    return tuple(found)


def _is_question(text: str) -> bool:
    return text.rstrip("\"') ").endswith("?") or bool(_ASKED.match(text))


def _standing(statement: Statement) -> str:
    """The sentence as it can stand alone, or "" if it cannot."""
    text = _LABEL.sub("", statement.text).strip()
    shortest = 1 if statement.number else 3  # a list of steps without one of them misleads
    if text.endswith(":") or len(text.split()) < shortest or _VOICE.search(text):
        return ""
    if not ends(text):
        text = text.rstrip(",; ") + "."
    return text if re.match(r"[a-z]+[A-Z]", text) else text[0].upper() + text[1:]


def _candidate(
    place: tuple[str, int, int],
    path: tuple[str, ...],
    statement: Statement,
    text: str,
    *,
    whole: str,
    above: str,
) -> Candidate:
    near = f"{path[-1]} {above}" if len(path) > 1 else above
    context = " ".join(path[:-1] if len(path) > 1 else path)
    return Candidate(
        *place,
        text,
        frozenset(concepts(text)),
        frozenset(concepts(near)),
        frozenset(concepts(context)),
        frozenset(concepts(whole)),
        surroundings=spelled(f"{context} {near} {text}"),
        models=models(f"{context} {near} {text}"),
        step=statement.number,
        group=statement.group,
        leans=bool(_BACKREFERENCE.match(text)),
    )
