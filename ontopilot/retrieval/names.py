"""Names in text, found without a model: titles, and runs of capitalised words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ontopilot.prose import STOP_WORDS

LONGEST = 12
"""Words of a title that is looked for in text."""

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[.!?;:,()\"“”\n]")
_ENDS = frozenset(".!?\n")
_WITHIN = frozenset("of de la le du des von van der den di da del al bin ibn the".split())
_QUALIFIED = re.compile(r"\s*\([^)]*\)\s*$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text; `sure` unless its only sign is a capital letter that begins a sentence."""

    key: str
    sure: bool


def tokens(text: str) -> list[str]:
    """The words of a text and the marks that may part names, in order."""
    return _TOKEN.findall(text)


def key(words: Iterable[str]) -> str:
    """What stands for a name: lower case, without accents and possessive endings."""
    return " ".join(_folded(word) for word in words)


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    plain = word.lower().replace("’", "'").removesuffix("'s")
    if plain.isascii():
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(char for char in parts if not unicodedata.combining(char))


def title_keys(title: str) -> frozenset[str]:
    """The keys under which a title is mentioned: whole, and without its `(band)` or `(film)`."""
    found = {key(_words(tokens(one))) for one in (title, _QUALIFIED.sub("", title))}
    return frozenset(one for one in found if len(one) > 2 and one not in STOP_WORDS)


def _words(found: Iterable[str]) -> list[str]:
    return [token for token in found if token[0].isalnum()]


class Titles:
    """Titles that can be looked for in text, the longest first.

    One that is mentioned has a capital letter or a digit somewhere: a page that is called
    `Returns` is not mentioned by every text that says so.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(key for key in keys if key.count(" ") < LONGEST)
        lengths: dict[str, set[int]] = {}
        for one in self._keys:
            words = one.split()
            lengths.setdefault(words[0], set()).add(len(words))
        self._lengths: Mapping[str, Sequence[int]] = {
            first: sorted(found, reverse=True) for first, found in lengths.items()
        }

    def within(self, found: Iterable[str]) -> Iterator[str]:
        """The keys of the titles that a text mentions, given its tokens, in its order."""
        words = _words(found)
        keys = [_folded(word) for word in words]
        at = 0
        while at < len(words):
            taken = 1
            for length in self._lengths.get(keys[at], ()):
                title = " ".join(keys[at : at + length])
                if title in self._keys and any(map(_marked, words[at : at + length])):
                    yield title
                    taken = length
                    break
            at += taken


def _marked(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit()


def names(found: Sequence[str]) -> Iterator[Name]:
    """The runs of capitalised words in a text's tokens: `Henrik Ibsen`, `University of Oslo`."""
    at, begins = 0, True
    while at < len(found):
        token = found[at]
        if not token[0].isupper():
            begins = token in _ENDS or (begins and not token[0].isalnum())
            at += 1
            continue
        end = _run(found, at)
        name = _named(found[at:end], begins=begins)
        if name is not None:
            yield name
        at, begins = end, False


def _run(found: Sequence[str], start: int) -> int:
    """Where the run of capitalised words that begins at `start` ends."""
    at = end = start + 1
    while at < len(found):
        token = found[at]
        if token[0].isupper() or (token[0].isdigit() and end == at):
            end = at + 1
        elif token not in _WITHIN:
            break
        at += 1
    return end


def _named(words: Sequence[str], *, begins: bool) -> Name | None:
    """A run as a name, without the stop words before it: `In Oslo` is `Oslo`."""
    rest = list(words)
    while rest and _folded(rest[0]) in STOP_WORDS:
        rest = rest[1:]
    found = key(rest)
    if len(found) < 3:
        return None
    return Name(found, sure=not begins or len(words) > 1)
