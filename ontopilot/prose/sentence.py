"""Where sentences end: full stops of abbreviations, decimals and list numbers do not count."""

import re
from collections.abc import Iterator
from functools import lru_cache

Span = tuple[int, int]

_MARKERS = r"(?:[ \t]*\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\])*"
_END = re.compile(rf"[.!?…]+[\"'”’»)\]*_`]*{_MARKERS}(?=\s|$)")
_LAST_TOKEN = re.compile(r"[^\s(\[\"'“]*$")
_NEXT = re.compile(r"\s*[\"'“‘(\[*_`]*(\S*)")

# Never the end of a sentence.
_ABBREVIATIONS = frozenset(
    "e.g i.e eg ie cf vs ca approx resp incl excl mr mrs ms dr prof st fig figs art sec ch vol "
    "tel ext dept est viz nr p pp ed eds rev gen".split()
)
# The end only when a capital letter follows.
_ABBREVIATIONS_THAT_MAY_END = frozenset(
    "etc a.m p.m am pm inc ltd co corp u.s u.k e.u jan feb mar apr jun jul aug sep sept oct nov "
    "dec mon tue wed thu fri sat sun hrs hr mins secs max min no nos".split()
)
_NUMBER_FOLLOWS = frozenset(
    "no nos max min jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_STARTERS = frozenset(
    "the a an it its this that these those you your we our they he she i if when in on for to "
    "after before please do not only all any each there then as with by at and but or so".split()
)


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether the token that ends in a full stop is short for something."""
    token = before.lower().rstrip(".")
    if token in _ABBREVIATIONS:
        return True
    if token in _NUMBER_FOLLOWS and after[:1].isdigit():
        return True
    if len(before) == 1 and before.isupper():
        return after[:1].isupper() and after.lower().rstrip(".,") not in _STARTERS
    return False


def _continues(after: str) -> bool:
    """Whether the next word is lower-case, so that the sentence goes on (`iPhone` does not)."""
    head = after[:1]
    return head.islower() and not re.match(r"[a-z]{1,2}[A-Z]", after)


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    stop = match.group()
    after = _NEXT.match(text, match.end()).group(1)  # type: ignore[union-attr]
    if not after or "[" in stop:
        return True
    if stop.startswith((".", "…")) and _continues(after):
        return False
    if not stop.startswith(".") or stop.startswith(".."):
        return not (stop.startswith("!") and _continues(after))
    before = _LAST_TOKEN.search(text, start, match.start()).group()  # type: ignore[union-attr]
    if before.isdigit() and text[start : match.start()].strip("*_ ") == before:
        return False
    return not _is_abbreviation(before, after)


def split(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Spans of the sentences of a stretch of running text, white space trimmed."""
    stop = len(text) if end is None else end
    at = start
    for match in _END.finditer(text, start, stop):
        if match.end() < stop and not _ends_here(text, _skip(text, at, stop), match):
            continue
        span = _trim(text, at, match.end())
        if span[0] < span[1]:
            yield span
        at = match.end()
    span = _trim(text, at, stop)
    if span[0] < span[1]:
        yield span


def _skip(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _trim(text: str, start: int, end: int) -> Span:
    start = _skip(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


@lru_cache(maxsize=1024)
def ends(text: str) -> bool:
    """Whether the text ends as a finished sentence does."""
    return bool(re.search(r"[.!?…:][\"'”’»)\]*_`]*(?:\s*\[\d{1,3}\])*\s*$", text))
