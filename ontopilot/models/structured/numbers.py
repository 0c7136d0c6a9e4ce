"""Numbers between two bounds, as expressions over their digits."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ontopilot.models.structured.expression import (
    Choice,
    Expression,
    Repeat,
    Text,
    chain,
    choice,
    letters,
    optional,
    repeat,
)

MOST_DIGITS = 15
"""Digits of a number that every reader of JSON keeps exactly."""

_LARGEST = Decimal(10**MOST_DIGITS - 1)
_DECIMALS = 3
"""Decimals that a number may have where its bounds have no more."""


def integers(low: Decimal | None, high: Decimal | None) -> Expression | None:
    """The integers from `low` to `high`; None if there are none."""
    least = int(_least(low).to_integral_value(ROUND_CEILING))
    most = int(_most(high).to_integral_value(ROUND_FLOOR))
    if least > most:
        return None
    options: list[Expression] = []
    if least < 0:
        options.append(chain(Text("-"), _whole(max(1, -most), -least)))
    if most >= 0:
        options.append(_whole(max(0, least), most))
    return choice(options)


def decimals(low: Decimal | None, high: Decimal | None) -> Expression | None:
    """The numbers from `low` to `high` with a few decimals; None if there are none."""
    least, most = _least(low), _most(high)
    places = max(_DECIMALS, _places(least), _places(most))
    scale = Decimal(10) ** places
    lowest = int((least * scale).to_integral_value(ROUND_CEILING))
    highest = int((most * scale).to_integral_value(ROUND_FLOOR))
    if lowest > highest:
        return None
    options: list[Expression] = []
    if lowest < 0:
        options.append(chain(Text("-"), _scaled(max(1, -highest), -lowest, places)))
    if highest >= 0:
        options.append(_scaled(max(0, lowest), highest, places))
    return choice(options)


def _least(low: Decimal | None) -> Decimal:
    return -_LARGEST if low is None else max(low, -_LARGEST)


def _most(high: Decimal | None) -> Decimal:
    return _LARGEST if high is None else min(high, _LARGEST)


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _whole(low: int, high: int) -> Expression:
    """Integers that are not negative, without zeros in front."""
    options = []
    for width in range(len(str(low)), len(str(high)) + 1):
        first = max(low, 10 ** (width - 1) if width > 1 else 0)
        options.append(_digits(first, min(high, 10**width - 1), width))
    return choice(options)


def _scaled(low: int, high: int, places: int) -> Expression:
    """Numbers with so many decimals, given as integers of the last decimal."""
    unit = 10**places
    (first, from_part), (last, to_part) = divmod(low, unit), divmod(high, unit)
    if first == last:
        return _pointed(first, first, from_part, to_part, places)
    options = [_pointed(first, first, from_part, unit - 1, places)]
    if last - first > 1:
        options.append(_pointed(first + 1, last - 1, 0, unit - 1, places))
    options.append(_pointed(last, last, 0, to_part, places))
    return Choice(tuple(options))


def _pointed(first: int, last: int, low: int, high: int, places: int) -> Expression:
    """Integers of a range, each with the same decimals; a whole number may be written short."""
    whole = _whole(first, last)
    if (low, high) == (0, 0):
        return whole
    if (low, high) == (0, 10**places - 1):
        return chain(whole, optional(chain(Text("."), Repeat(_digit(0, 9), 1, places))))
    pointed = chain(whole, Text("."), _digits(low, high, places))
    return Choice((whole, pointed)) if low == 0 else pointed


def _digits(low: int, high: int, width: int) -> Expression:
    """The numbers from `low` to `high` with zeros in front up to a width.

    Those that begin as both do and lie between them in the next digit, and those that begin as
    one of them does and part from it later.
    """
    first, last = f"{low:0{width}}", f"{high:0{width}}"
    if first == last:
        return Text(first)
    at = next(place for place in range(width) if first[place] != last[place])
    smallest, greatest = set(first[at + 1 :]) <= {"0"}, set(last[at + 1 :]) <= {"9"}
    options: list[Expression | None] = []
    if not smallest:
        options.append(Text(first))
        options += (
            _after(first, place, int(first[place]) + 1, 9) for place in range(at + 1, width)
        )
    low, high = int(first[at]) + (not smallest), int(last[at]) - (not greatest)
    options.append(_after(first, at, low, high))
    if not greatest:
        options += (_after(last, one, 0, int(last[one]) - 1) for one in range(at + 1, width))
        options.append(Text(last))
    return choice(option for option in options if option is not None)


def _after(begun: str, place: int, low: int, high: int) -> Expression | None:
    """The digits before a place, one of a range there, and any behind it."""
    if low > high:
        return None
    return chain(Text(begun[:place]), _digit(low, high), _any_digits(len(begun) - place - 1))


def _digit(first: int, last: int) -> Expression:
    return letters([(ord("0") + first, ord("0") + last)])


def _any_digits(width: int) -> Expression:
    return repeat(_digit(0, 9), width, width)
