"""Quantities: numbers with their units, normalised so that equal amounts compare equal."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ontopilot.prose.units import CURRENCY_SIGNS, TIME_BASES, unit
from ontopilot.prose.words import STOP_WORDS, stem

Bound = Literal["", "min", "max"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: `24 months` and `two years` have equal `value` and `unit`.

    `value` is in the base `unit` (s, month, mm, g, ml, W, EUR, ...; a clock time is in minutes;
    "" without a unit; a counted thing is its stem, such as `filter`). `high` is the end of a range
    and else equals `value`. `per` is the base unit of a rate (`EUR 5 per month`: `month`), and
    `bound` is set by words such as "at least" and "up to".
    """

    start: int
    end: int
    text: str
    value: float
    unit: str
    high: float
    per: str = ""
    bound: Bound = ""
    measured: bool = False
    """Whether the unit is a unit of measure or a currency, not a counted thing."""

    def same_amount(self, other: "Quantity") -> bool:
        """Whether both are the same number or range, units aside."""
        return math.isclose(self.value, other.value, rel_tol=1e-6, abs_tol=1e-9) and math.isclose(
            self.high, other.high, rel_tol=1e-6, abs_tol=1e-9
        )


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORD = (
    r"(?:(?:"
    + "|".join(_TENS)
    + r")(?:[- ](?:"
    + "|".join(_ONES[1:10])
    + r"))?|"
    + "|".join(sorted(_ONES, key=len, reverse=True))
    + r"|half|dozen)"
)
_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+(?:[.,]\d+)?"
_NUMBER = rf"(?:{_DIGITS}|\b{_WORD}\b(?:[- ](?:hundred|thousand|million))?)"
_QUANTITY = re.compile(
    rf"(?<![\w.,-])(?<![A-Za-z]-)(?<!\d[/:])(?P<sign>[-−](?=\d))?"
    rf"(?P<currency>[{CURRENCY_SIGNS}]|\b(?:EUR|USD|GBP|CHF)\b)?\s?(?P<low>{_NUMBER})"
    rf"(?:\s?(?P<joint>-|–|—|\bto\b|\band\b)\s?(?P<currency2>[{CURRENCY_SIGNS}])?"
    rf"(?P<high>{_NUMBER}))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:])(?:(\d{1,2}):(\d{2})(?:\s?([ap])\.?m\b)?|(\d{1,2})\s?([ap])\.?m\b)", re.IGNORECASE
)
_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_MONTH = (
    "january february march april may june july august september october november december"
).split()
_WRITTEN_DATE = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?("
    + "|".join(_MONTH)
    + r")|("
    + "|".join(_MONTH)
    + r")\s+(\d{1,2})(?:st|nd|rd|th)?)(?:,?\s+(\d{4}))?\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:(?P<count>once|twice|thrice|(?:\d+|" + _WORD + r")\s+times)\s+(?:a|an|per|every|each)\s+"
    r"(?P<unit>[a-z]+)|(?:every|each)\s+(?:(?P<gap>\d+|other|" + _WORD + r")\s+)?"
    r"(?P<period>seconds?|minutes?|hours?|days?|weeks?|months?|years?)|"
    r"(?P<adverb>hourly|daily|weekly|monthly|quarterly|yearly|annually))\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"(?<!once )(?<!twice )(?<!times )\b(?:a|an|one)[ -](half[ -](?:an?[ -])?)?"
    r"(?P<unit>minute|hour|day|week|month|year)\b|\bhalf an? (?P<half>hour|day|year)\b",
    re.IGNORECASE,
)
_PER = re.compile(r"\s*(?:/|\bper\b|\ban?\b|\beach\b|\bevery\b)\s*([A-Za-z]+)\b")
_NEXT_WORD = re.compile(r"[\s-]+([A-Za-z][A-Za-z-]*)")
_BEFORE_MAX = re.compile(
    r"(?:up to|within|at most|no more than|not more than|not exceed(?:ing)?|less than|under|below|"
    r"maximum(?: of)?|max\.?|no later than|not later than|by)(?: the(?: first)?)?\s*$",
    re.IGNORECASE,
)
_BEFORE_MIN = re.compile(
    r"(?:at least|more than|over|minimum(?: of)?|min\.?|no less than|not less than|above|from|"
    r"exceed(?:s|ing)?)\s*$",
    re.IGNORECASE,
)
_AFTER_MAX = re.compile(r"\s*(?:at most|or less|or fewer|maximum|at the latest|or under)\b", re.I)
_AFTER_MIN = re.compile(r"\s*(?:at least|or more|minimum|or over|or above)\b", re.IGNORECASE)
_ADVERBS = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month",
    "quarterly": "quarter", "yearly": "year", "annually": "year",
}  # fmt: skip


@lru_cache(maxsize=512)
def number(text: str) -> float:
    """The value of a numeral, in digits (`1,299.50`, `49,90`) or in words (`twenty-four`)."""
    if text[0].isdigit():
        return _digits(text)
    total = 0.0
    for word in re.split(r"[- ]", text.lower()):
        if word in _ONES:
            total += _ONES.index(word)
        elif word in _TENS:
            total += (_TENS.index(word) + 2) * 10
        elif word in ("hundred", "thousand", "million"):
            total *= {"hundred": 100, "thousand": 1000, "million": 1000000}[word]
        else:
            total += {"half": 0.5, "dozen": 12}.get(word, 0)
    return total


def _digits(text: str) -> float:
    text = re.sub(r"[\u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text.replace(",", "."))


@lru_cache(maxsize=16384)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text, in order, none overlapping."""
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []
    for reader in (_dates, _clocks, _frequencies, _amounts, _singles):
        for quantity in reader(text):
            if all(quantity.end <= start or quantity.start >= end for start, end in taken):
                found.append(quantity)
                taken.append((quantity.start, quantity.end))
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _made(
    text: str, start: int, end: int, value: float, name: str, *, high: float | None = None,
    per: str = "", bound: Bound = "", measured: bool = True,
) -> Quantity:  # fmt: skip
    top = value if high is None else high
    return Quantity(start, end, text[start:end], value, name, top, per, bound, measured)


def _dates(text: str) -> Iterator[Quantity]:
    for match in _DATE.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        yield _made(text, *match.span(), year * 10000 + month * 100 + day, "date")
    for match in _WRITTEN_DATE.finditer(text):
        day_text = match.group(1) or match.group(4)
        month_name = (match.group(2) or match.group(3)).lower()
        value = (_MONTH.index(month_name) + 1) * 100 + int(day_text)
        yield _made(text, *match.span(), value + int(match.group(5) or 0) * 10000, "date")


def _clocks(text: str) -> Iterator[Quantity]:
    for match in _CLOCK.finditer(text):
        hour = int(match.group(1) or match.group(4))
        half = (match.group(3) or match.group(5) or "").lower()
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        yield _made(text, *match.span(), hour * 60 + int(match.group(2) or 0), "clock")


def _frequencies(text: str) -> Iterator[Quantity]:
    """`twice a year`, `every 3 months`, `weekly`: as times per base unit of time."""
    for match in _OFTEN.finditer(text):
        name = match["unit"] or match["period"] or _ADVERBS[match["adverb"].lower()]
        period = unit(name)
        if period is None or period[0] not in TIME_BASES:
            continue
        times = _times((match["count"] or "once").lower())
        gap = (match["gap"] or "1").lower()
        every = 2.0 if gap == "other" else number(gap)
        yield _made(text, *match.span(), times / (every * period[1]), "times", per=period[0])


def _times(count: str) -> float:
    fixed = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
    return fixed[count] if count in fixed else number(count.rsplit(maxsplit=1)[0])


def _singles(text: str) -> Iterator[Quantity]:
    """`a year`, `an hour`, `half an hour`."""
    for match in _SINGLE.finditer(text):
        base = unit(match["unit"] or match["half"])
        if base is not None:
            value = base[1] * (0.5 if match["half"] or match[1] else 1)
            bound = _bound(text, *match.span())
            yield _made(text, *match.span(), value, base[0], bound=bound)


def _bound(text: str, start: int, end: int) -> Bound:
    before = text[max(0, start - 24) : start]
    if _BEFORE_MAX.search(before) or _AFTER_MAX.match(text, end):
        return "max"
    if _BEFORE_MIN.search(before) or _AFTER_MIN.match(text, end):
        return "min"
    return ""


def _amounts(text: str) -> Iterator[Quantity]:
    at = 0
    while match := _QUANTITY.search(text, at):
        quantity = _amount(text, match)
        at = match.end("low")
        if quantity is not None:
            at = quantity.end
            yield quantity


def _amount(text: str, match: re.Match[str]) -> Quantity | None:
    low, high = match["low"], match["high"]
    if low.lower() in ("half", "one") and not _is_measured(text, match):
        return None
    if high and match["joint"].lower() == "and" and not _follows(text, match, "between"):
        high = None
    end = match.end("high") if high else match.end("low")
    measure = _measure_at(text, end)
    currency = match["currency"] or (match["currency2"] if high else None)
    if measure is None and not currency and text[end : end + 1].isalpha():
        return None
    name, factor, end = _named(end, measure, currency)
    value = number(low) * factor * (-1 if match["sign"] else 1)
    top = number(high) * factor if high else value
    start = min(match.start(g) for g in ("sign", "currency", "low") if match.start(g) >= 0)
    measured = bool(measure or currency)
    per, rate, end = _rate(text, end) if measured else ("", 1.0, end)
    return _made(
        text, start, end, value / rate, name if measured else _counted(text, end),
        high=max(value, top) / rate, per=per, bound=_bound(text, start, end), measured=measured,
    )  # fmt: skip


def _follows(text: str, match: re.Match[str], word: str) -> bool:
    return text[max(0, match.start() - 12) : match.start()].lower().rstrip().endswith(word)


def _is_measured(text: str, match: re.Match[str]) -> bool:
    return bool(match["currency"]) or _measure_at(text, match.end("low")) is not None


_UNIT_AT = re.compile(
    r"[-\s]?(°\s?[CF]\b|[°%€$£]|(?:working|business)[ -]days?\b|"
    r"kilowatt-hours?\b|[A-Za-z]+/s\b|m[²³]|[A-Za-z]+\b)",
    re.IGNORECASE,
)


def _measure_at(text: str, end: int) -> tuple[str, float, int] | None:
    """The unit of measure that follows a number: base unit, factor, end."""
    match = _UNIT_AT.match(text, end)
    if match is None:
        return None
    name = re.sub(r"°\s", "°", match.group(1))
    name = re.sub(r"(?i)(working|business) day", r"\1-day", name)
    if name in ("a", "in", "A") and text[end : end + 1].isspace() and name != "A":
        return None
    found = unit(name)
    if found is None:
        return None
    base, factor, stop = found[0], found[1], match.end()
    if base == "°":
        scale = re.compile(r"\s+(Celsius|Fahrenheit)\b", re.IGNORECASE).match(text, stop)
        if scale:
            base, stop = ("°C" if scale[1].lower() == "celsius" else "°F"), scale.end()
    return base, factor, stop


def _named(
    end: int, measure: tuple[str, float, int] | None, currency: str | None
) -> tuple[str, float, int]:
    if currency:
        base = unit(currency)
        return (base[0] if base else currency), 1.0, end
    return measure if measure else ("", 1.0, end)


def _rate(text: str, end: int) -> tuple[str, float, int]:
    """`per month` after an amount: base unit of time, factor, end."""
    match = _PER.match(text, end)
    base = unit(match[1]) if match and len(match[1]) > 2 else None
    if match is None or base is None or base[0] not in TIME_BASES:
        return "", 1.0, end
    return base[0], base[1], match.end()


def _counted(text: str, end: int) -> str:
    """The stem of the thing that a number counts: the word after it, if it is no stop word."""
    match = _NEXT_WORD.match(text, end)
    if match is None or match[1].lower() in STOP_WORDS:
        return ""
    return stem(match[1])
