"""Words: tokens, Snowball stems, and which of them carry content."""

import re
from functools import lru_cache

import Stemmer

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_]+(?:['’-][^\W_]+)*")

STOP_WORDS = frozenset(
    """
    a about above across after again against ah all almost along already also although always am
    among an and another any anybody anyone anything are aren't around as at be became because
    been before behind being below between both but by can can't cannot could couldn't did didn't
    do does doesn't doing don't done down during each either else ever every everybody everyone
    everything few for from further get gets getting got had hadn't has hasn't have haven't having
    he he'd he'll he's hello her here here's hers herself hey hi him himself his how how's however
    i i'd i'll i'm i've if in instead into is isn't it it'd it'll it's its itself just kindly let
    let's may maybe me might mine more most much must mustn't my myself needn't neither never no
    nor not now of off oh ok okay on once only onto or other others ought our ours ourselves out
    over own per perhaps please quite rather really s same shall shan't she she'd she'll she's
    should shouldn't since so some somebody someone something still such t than thank thanks that
    that's the their theirs them themselves then there there's therefore these they they'd they'll
    they're they've thing things this those though through thus to too toward towards under until
    up upon us very via was wasn't we we'd we'll we're we've well were weren't what what's whatever
    when when's where where's whether which while who who's whom whose why why's will with within
    without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
    yourselves
    """.split()
)


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    # Its own cache off: a call is then one C call, which threads may share.
    return Stemmer.Stemmer("english", 0)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball (English) stem of a word, lower-cased, without a possessive ending."""
    lower = word.lower().replace("’", "'")
    if lower.endswith("'s"):
        lower = lower[:-2]
    return str(_stemmer().stemWord(lower.strip("'")))


def tokens(text: str) -> tuple[tuple[int, int, str], ...]:
    """The words and numbers of a text as (start, end, word); `Wi-Fi` becomes `wifi`.

    Hyphenated words are taken apart (`24-month`: `24`, `month`) unless a part is a mere prefix.
    """
    found: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if "-" not in word:
            found.append((match.start(), match.end(), word))
        elif _is_prefixed(word) or _is_identifier(word):
            found.append((match.start(), match.end(), word.replace("-", "")))
        else:
            at = match.start()
            for part in word.split("-"):
                found.append((at, at + len(part), part))
                at += len(part) + 1
    return tuple(found)


def _is_prefixed(word: str) -> bool:
    head, _, tail = word.partition("-")
    return (
        len(head) <= 2
        and word.isascii()
        and head.isalpha()
        and head.lower() not in STOP_WORDS
        and tail.replace("-", "").isalpha()
    )


def _is_identifier(word: str) -> bool:
    head, _, tail = word.partition("-")
    return any(c.isdigit() for c in tail) and any(c.isupper() for c in head)


@lru_cache(maxsize=16384)
def content_words(text: str) -> tuple[str, ...]:
    """The stems of a text's content words and numbers, in order, stop words left out."""
    return tuple(
        stem(word)
        for _, _, word in tokens(text)
        if word.lower().replace("’", "'") not in STOP_WORDS
    )
