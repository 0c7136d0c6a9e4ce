"""Grammars as values: expressions over characters, in rules of which `root` is the answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

LAST = 0x10FFFF
"""The last code point."""

_SURROGATES = (0xD800, 0xDFFF)

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """These characters and no others."""

    text: str


@dataclass(frozen=True, slots=True)
class Letters:
    """One character out of ranges of code points, which are in order and do not touch."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    options: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """At least and at most so many times; without end if `most` is None."""

    part: "Expression"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule of this name says."""

    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A text that is one token in most vocabularies, and is spelled in the others."""

    text: str


Expression = Text | Letters | Chain | Choice | Repeat | Rule | Mark


@dataclass(frozen=True)
class Grammar:
    """Rules by name; every rule that is named is there, and every rule can come to an end."""

    rules: Mapping[str, Expression]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", MappingProxyType(dict(self.rules)))

    @cached_property
    def recursive(self) -> bool:
        """Whether a rule of the answer contains itself."""
        state: dict[str, bool] = {}

        def enters(name: str) -> bool:
            if name in state:
                return state[name]
            state[name] = True
            found = any(enters(one) for one in named(self.rules[name]))
            state[name] = False
            return found

        return enters("root")


def letters(ranges: Iterable[Range]) -> Letters:
    """Ranges in order, joined where they touch; surrogates, which are no characters, left out."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    low, high = _SURROGATES
    whole: list[Range] = []
    for first, last in merged:
        whole += [r for r in ((first, min(last, low - 1)), (max(first, high + 1), last)) if _ok(r)]
    return Letters(tuple(dict.fromkeys(whole)))


def _ok(span: Range) -> bool:
    return span[0] <= span[1]


def others(ranges: Iterable[Range]) -> Letters:
    """Every character but those of the ranges."""
    free: list[Range] = []
    start = 0
    for first, last in letters(ranges).ranges:
        free.append((start, first - 1))
        start = last + 1
    free.append((start, LAST))
    return letters(span for span in free if _ok(span))


def spelled(characters: str) -> Letters:
    """One of these characters."""
    return letters((ord(one), ord(one)) for one in characters)


def chain(*parts: Expression) -> Expression:
    """One after the other, in as few parts as it takes."""
    joined: list[Expression] = []
    for part in parts:
        for one in part.parts if isinstance(part, Chain) else (part,):
            last = joined[-1] if joined else None
            if isinstance(one, Text) and isinstance(last, Text):
                joined[-1] = Text(last.text + one.text)
            elif one != Text(""):
                joined.append(one)
    return joined[0] if len(joined) == 1 else Chain(tuple(joined))


def choice(options: Iterable[Expression]) -> Expression:
    """One of these; the only one where there is but one."""
    given = tuple(options)
    return given[0] if len(given) == 1 else Choice(given)


def repeat(part: Expression, least: int, most: int | None) -> Expression:
    """A part at least and at most so many times."""
    if most == 0:
        return Text("")
    return part if (least, most) == (1, 1) else Repeat(part, least, most)


def optional(part: Expression) -> Repeat:
    """Once or not at all."""
    return Repeat(part, 0, 1)


def separated(part: Expression, by: str, least: int, most: int | None) -> Expression:
    """A part so many times with `by` between two of them."""
    if most == 0:
        return Text("")
    if most == 1:
        return part if least else optional(part)
    rest = Repeat(chain(Text(by), part), max(0, least - 1), None if most is None else most - 1)
    listed = chain(part, rest)
    return listed if least else optional(listed)


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly within one."""
    if isinstance(expression, Chain):
        return expression.parts
    if isinstance(expression, Choice):
        return expression.options
    return (expression.part,) if isinstance(expression, Repeat) else ()


def named(expression: Expression) -> Iterator[str]:
    """The names of the rules that an expression uses."""
    if isinstance(expression, Rule):
        yield expression.name
    for part in parts_of(expression):
        yield from named(part)


def symbols(expression: Expression) -> int:
    """How many characters an expression stands for when its bounded repetitions are written out."""
    if isinstance(expression, Text):
        return max(1, len(expression.text))
    within = sum(symbols(part) for part in parts_of(expression)) or 1
    if isinstance(expression, Repeat):
        return within * max(1, expression.least, expression.most or 0)
    return within
