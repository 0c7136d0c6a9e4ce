"""A sentence as verification reads it: words, names, quantities, negations, conditions."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ontopilot.prose import (
    STOP_WORDS,
    Cue,
    Quantity,
    canonical,
    concept,
    conditions,
    negations,
    quantities,
    tokens,
)

# Words that carry little of what a sentence claims: a paraphrase adds or drops them freely.
_WEAK = frozenset(
    concept(word)
    for word in """
    provide offer come make take give find thing way able simply currently usually normally
    available following follow mean specify state describe say apply particular certain total
    overall respective different actual actually general generally typically customer service
    please note model product item device unit purchase time amount go become feature equip
    """.split()
)
_ANSWER_WORD = re.compile(r"^(?:yes|no|sure|certainly|of course)\s*[,.:;!–—-]\s*", re.IGNORECASE)
_NAME = re.compile(
    r"\b(?:[A-Z]{1,4}-\d[\w-]*|[^\W\d_]*\d[\w-]*[^\W\d_][\w-]*|[^\W\d_][\w-]*\d[\w-]*"
    r"|[A-Z][\w'’-]*)(?:[ -]\d+(?:\.\d+)?(?![\w%]|\s?(?:%|°|€)))?"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its concept and where it stands."""

    concept: str
    start: int
    end: int

    @property
    def weight(self) -> float:
        """How much it counts for coverage."""
        return 0.25 if self.concept in _WEAK else 1.0


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name, model or number of an order: `spelled` is comparable."""

    text: str
    spelled: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence read: `text` has everyday phrases made uniform, and offsets point into it."""

    text: str
    words: tuple[Word, ...]
    names: tuple[Name, ...]
    quantities: tuple[Quantity, ...]
    negations: tuple[Cue, ...]
    conditions: tuple[Cue, ...]
    spelled: str

    @property
    def concepts(self) -> frozenset[str]:
        """The concepts of the content words."""
        return frozenset(word.concept for word in self.words)

    def within(self, start: int, end: int) -> list[Word]:
        """The words in a span."""
        return [word for word in self.words if start <= word.start and word.end <= end]


def spell(text: str) -> str:
    """A text as bare lower-case words, so that `WR-300` and `WR 300` are the same."""
    return " ".join(re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", text.lower().replace("’s", "")))


@lru_cache(maxsize=16384)
def read(text: str) -> Reading:
    """Read a sentence."""
    text = canonical(_ANSWER_WORD.sub("", text))
    names = tuple(_names(text))
    amounts = tuple(q for q in quantities(text) if not _inside(q.start, q.end, names))
    return Reading(
        text,
        tuple(_words(text, amounts)),
        names,
        amounts,
        negations(text),
        conditions(text),
        spell(text),
    )


def _inside(start: int, end: int, names: tuple[Name, ...]) -> bool:
    return any(name.start <= start and end <= name.end for name in names)


def _names(text: str) -> list[Name]:
    """Capitalised words inside the sentence, and anything that mixes letters and digits.

    The first word is a name only if it has a digit or a second capital letter, for every sentence
    begins with a capital.
    """
    found = []
    first = re.search(r"\w", text)
    for match in _NAME.finditer(text):
        name = match.group()
        initial = first is not None and match.start() == first.start()
        if name.split()[0].lower() in STOP_WORDS or _is_amount(name):
            continue
        marked = any(c.isdigit() for c in name) or sum(c.isupper() for c in name) > 1
        if marked or not initial:
            found.append(Name(name, spell(name), match.start(), match.end()))
    return found


def _is_amount(name: str) -> bool:
    """`2.4GHz` and `EUR 5` are quantities; `5G` and `WR-300` are names."""
    read_as = quantities(name)
    return any(q.measured and q.start == 0 and q.end == len(name) for q in read_as)


def _words(text: str, amounts: tuple[Quantity, ...]) -> list[Word]:
    spans = [(q.start, q.end) for q in amounts]
    return [
        Word(concept(word), start, end)
        for start, end, word in tokens(text)
        if word.lower().replace("’", "'") not in STOP_WORDS
        and not word.isdigit()
        and not any(a <= start < b for a, b in spans)
    ]
