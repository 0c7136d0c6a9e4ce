"""Text as scoring compares it: words without inflection, quantities in one unit each."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_MARKER = re.compile(r"\[\d+\]")
_NUMBER = r"\d+(?:[.,]\d+)*"
_TOKEN = re.compile(
    rf"[^\W\d_]{{1,4}}-\d{{2,}}|{_NUMBER}(?![^\W_])|°c|[^\W_]+(?:'[^\W\d_]+)?|[%€$£]", re.IGNORECASE
)
_ARTICLES = frozenset({"a", "an", "the"})
_PLURAL = re.compile(r"(?<=x|s|z)es$|(?<=ch|sh)es$|(?<![sui])s$")

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_ONES += " fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {word: value for value, word in enumerate(_ONES.split())}
_NUMBER_WORDS |= {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}

# unit -> (base unit, how many of it); the names are those that are left after `_word`
_UNITS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("second", "sec"), ("second", "1")),
    **dict.fromkeys(("minute", "min"), ("second", "60")),
    **dict.fromkeys(("hour", "hr", "h"), ("second", "3600")),
    "day": ("day", "1"),
    "week": ("day", "7"),
    "month": ("month", "1"),
    "year": ("month", "12"),
    **dict.fromkeys(("eur", "euro", "€"), ("eur", "1")),
    **dict.fromkeys(("cent",), ("eur", "0.01")),
    **dict.fromkeys(("usd", "dollar", "$"), ("usd", "1")),
    **dict.fromkeys(("gbp", "£"), ("gbp", "1")),
    **dict.fromkeys(("percent", "%"), ("percent", "1")),
    **dict.fromkeys(("gram", "g"), ("gram", "1")),
    **dict.fromkeys(("kilogram", "kilo", "kg"), ("gram", "1000")),
    **dict.fromkeys(("millilitre", "milliliter", "ml"), ("millilitre", "1")),
    **dict.fromkeys(("litre", "liter", "l"), ("millilitre", "1000")),
    **dict.fromkeys(("millimetre", "millimeter", "mm"), ("millimetre", "1")),
    **dict.fromkeys(("centimetre", "centimeter", "cm"), ("millimetre", "10")),
    **dict.fromkeys(("metre", "meter", "m"), ("millimetre", "1000")),
    **dict.fromkeys(("kilometre", "kilometer", "km"), ("millimetre", "1000000")),
    **dict.fromkeys(("watt", "w"), ("watt", "1")),
    **dict.fromkeys(("kilowatt", "kw"), ("watt", "1000")),
    **dict.fromkeys(("volt", "v"), ("volt", "1")),
    **dict.fromkeys(("hertz", "hz"), ("hertz", "1")),
    **dict.fromkeys(("megahertz", "mhz"), ("hertz", "1000000")),
    **dict.fromkeys(("gigahertz", "ghz"), ("hertz", "1000000000")),
    **dict.fromkeys(("celsiu", "celsius", "°c"), ("celsius", "1")),
    "kwh": ("kwh", "1"),
    **dict.fromkeys(("decibel", "db"), ("decibel", "1")),
    **dict.fromkeys(("mbps", "mbit"), ("mbps", "1")),
    **dict.fromkeys(("gbps", "gbit"), ("mbps", "1000")),
    **dict.fromkeys(("megabyte", "mb"), ("megabyte", "1")),
    **dict.fromkeys(("gigabyte", "gb"), ("megabyte", "1000")),
}
_CURRENCIES = frozenset({"eur", "usd", "gbp"})
_ANY_UNIT = "|".join(sorted(map(re.escape, _UNITS), reverse=True))
_GLUED = re.compile(rf"(?<![^\W_])({_NUMBER})(?=(?:{_ANY_UNIT})(?![^\W_]))", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normal(text: str) -> tuple[str, ...]:
    """The tokens of a text: `24 months`, `two years` and `24-month` all give `24|month`."""
    plain = unicodedata.normalize("NFKC", _MARKER.sub(" ", text)).replace("’", "'")
    spaced = _GLUED.sub(r"\1 ", plain.casefold())
    words = [_word(match.group()) for match in _TOKEN.finditer(spaced)]
    return tuple(_quantities(_numbers(words)))


def contains(text: Sequence[str], fact: Sequence[str]) -> bool:
    """Whether the tokens of a fact stand in a text one after the other."""
    if not fact:
        return False
    width = len(fact)
    return any(tuple(text[at : at + width]) == tuple(fact) for at in range(len(text) - width + 1))


def states(text: str, alternatives: Sequence[str]) -> bool:
    """Whether a text states a fact in one of the ways in which it may be worded."""
    tokens = normal(text)
    return any(contains(tokens, normal(wording)) for wording in alternatives)


def _word(token: str) -> str:
    word = token.removesuffix("'s")
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    return _PLURAL.sub("", word) if len(word) > 3 else word


def _numbers(words: Sequence[str]) -> Iterator[str]:
    """Number words as digits (`twenty four` -> `24`), digits in one notation."""
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        value = _NUMBER_WORDS.get(word)
        if value is None:
            yield _decimal(word) or word
        elif value >= 20 and 0 < _NUMBER_WORDS.get(following, 0) < 10:
            at += 1
            yield str(value + _NUMBER_WORDS[following])
        elif word == "one" and following not in _UNITS:
            yield word
        else:
            yield str(value)
        at += 1


def _decimal(word: str) -> str:
    if not word[0].isdigit() or not word[-1].isdigit():
        return ""
    head, comma, tail = word.rpartition(",")
    plain = word.replace(",", "")
    if comma and "." not in word and "," not in head and len(tail) != 3:
        plain = f"{head}.{tail}"
    try:
        return _plain(Decimal(plain))
    except InvalidOperation:
        return ""


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quantities(words: Iterator[str]) -> Iterator[str]:
    """Join a number with the unit after it, or the currency before it; drop articles."""
    tokens = list(words)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if is_number(token) and following in _UNITS:
            yield _quantity(token, following)
            at += 2
        elif _UNITS.get(token, ("",))[0] in _CURRENCIES and is_number(following):
            yield _quantity(following, token)
            at += 2
        else:
            if token not in _ARTICLES:
                yield token
            at += 1


def _quantity(number: str, unit: str) -> str:
    base, factor = _UNITS[unit]
    return f"{_plain(Decimal(number) * Decimal(factor))}|{base}"


def is_number(token: str) -> bool:
    """Whether a token is a number, with or without a unit."""
    value = token.partition("|")[0]
    return value.replace(".", "", 1).isdecimal()


def is_unit(token: str) -> bool:
    """Whether a token is the name of a unit, which a text may write in another way."""
    return token in _UNITS
