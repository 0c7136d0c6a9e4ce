"""Names in a question that nothing known has: what is said of other things does not answer it."""

import re
from collections.abc import Callable, Iterator

from ontopilot.prose import split, stem
from ontopilot.retrieval.passage import Query

_NAME = re.compile(r"(?<![\w.!?:\"'’]) ?\b[A-Z][^\W\d_]+\b")
_ENGLISH = frozenset(
    "a are can do does for how is it my of the there to what which why with you your".split()
)


def strangers(query: Query, frequency: Callable[[str], int]) -> tuple[str, ...]:
    """The names in the sentences that ask which no passage has and which mean no known term.

    `frequency` says how many passages have a stem. Only English shows its names by a capital
    letter: of a question in another language, none is found.
    """
    found = []
    for start, end in _asking(query.text):
        part = query.text[start:end]
        if len(_ENGLISH & set(part.lower().split())) < 2:
            continue
        for match in _NAME.finditer(part):
            word = match.group().strip()
            at = start + match.end() - len(word)
            first = not re.search(r"\w", part[: match.end() - len(word)])
            if first or any(m.start <= at < m.end for m in query.mentions):
                continue
            if not frequency(stem(word)):
                found.append(word)
    return tuple(found)


def _asking(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text that end with a question mark; all if none does."""
    parts = list(split(text))
    asking = [(a, b) for a, b in parts if text[a:b].rstrip("\"') ").endswith("?")]
    yield from asking or parts
