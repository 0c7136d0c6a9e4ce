"""EBNF as xgrammar and llama.cpp (GBNF) write it, to a grammar and back."""

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from ontopilot.errors import ConstraintMalformed
from ontopilot.models.structured.characters import (
    Scanner,
    class_text,
    escaped,
    ranges_of,
    runs,
)
from ontopilot.models.structured.expression import (
    Chain,
    Choice,
    Expression,
    Grammar,
    Letters,
    Mark,
    Repeat,
    Rule,
    Text,
    chain,
    choice,
    named,
    repeat,
)

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<define>::=)
      | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<letters>\[(?:[^\]\\\n]|\\.)*\])
      | (?P<times>[*+?]|\{\s*\d{1,6}\s*(?:,\s*(?:\d{1,6})?\s*)?\})
      | (?P<mark>[()|])""",
    re.VERBOSE,
)
_TIMES = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_DEEPEST = 60
"""How deep parentheses may be nested."""


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def read_ebnf(text: str) -> Grammar:
    """The grammar of an EBNF; it is not checked whether its rules exist and end.

    Raises:
        ConstraintMalformed: the text is no EBNF.
    """
    return _Reader(text).read()


def write_ebnf(grammar: Grammar) -> str:
    """An EBNF of the rules that the answer uses, one a line, as all engines read it."""
    return "".join(f"{name} ::= {_written(rule)}\n" for name, rule in _used(grammar))


def _used(grammar: Grammar) -> Iterator[tuple[str, Expression]]:
    """The rules that are needed, `root` first."""
    waiting, seen = ["root"], {"root"}
    while waiting:
        name = waiting.pop(0)
        yield name, grammar.rules[name]
        new = [one for one in dict.fromkeys(named(grammar.rules[name])) if one not in seen]
        seen.update(new)
        waiting += new


def _written(expression: Expression) -> str:
    match expression:
        case Text(text) | Mark(text):
            return " ".join(f'"{escaped(run, special=chr(34))}"' for run in runs(text))
        case Letters():
            return class_text(expression)
        case Rule(name):
            return name
        case Chain(parts):
            return " ".join(_grouped(part) for part in parts) or '""'
        case Choice(options):
            return " | ".join(_written(option) for option in options)
        case Repeat(part, least, most):
            return f"{_grouped(part)}{times_text(least, most)}"


def _grouped(expression: Expression) -> str:
    """An expression as a part of another one."""
    text = _written(expression)
    several = isinstance(expression, (Text, Mark)) and len(runs(expression.text)) > 1
    return f"({text})" if several or isinstance(expression, (Chain, Choice, Repeat)) else text


def times_text(least: int, most: int | None) -> str:
    """A repetition as EBNF, regular expressions and Lark write it."""
    short = next((mark for mark, bounds in _TIMES.items() if bounds == (least, most)), None)
    return short or f"{{{least},{'' if most is None else most}}}"


class _Reader:
    """Recursive descent over the tokens of an EBNF."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._at = 0
        self._depth = 0

    def read(self) -> Grammar:
        rules: dict[str, Expression] = {}
        while self._peek().kind != "end":
            name = self._take("name", "the name of a rule")
            self._take("define", "'::='")
            if name.text in rules:
                self._refuse(name, f"the rule {name.text!r} is there twice; keep one of them")
            rules[name.text] = self._choice()
        return Grammar(rules)

    def _scan(self) -> Iterator[_Token]:
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None:
                token = _Token("other", self._text[at], at)
                self._refuse(token, f"{self._text[at : at + 12]!r} is no part of an EBNF")
            if found.lastgroup != "space":
                yield _Token(str(found.lastgroup), found.group(), at)
            at = found.end()

    def _peek(self, ahead: int = 0) -> _Token:
        place = self._at + ahead
        if place < len(self._tokens):
            return self._tokens[place]
        return _Token("end", "", len(self._text))

    def _take(self, kind: str, wanted: str) -> _Token:
        token = self._peek()
        if token.kind != kind:
            found = repr(token.text) if token.text else "the end"
            self._refuse(token, f"{found} stands where {wanted} is expected")
        self._at += 1
        return token

    def _choice(self) -> Expression:
        options = [self._chain()]
        while self._peek().text == "|":
            self._at += 1
            options.append(self._chain())
        return choice(options)

    def _chain(self) -> Expression:
        parts: list[Expression] = []
        while self._begins_part():
            parts.append(self._repeated(self._part()))
        if not parts:
            token = self._peek()
            self._refuse(token, 'nothing stands where an expression is expected; write "" for that')
        return chain(*parts)

    def _begins_part(self) -> bool:
        token = self._peek()
        if token.kind == "name":
            return self._peek(1).kind != "define"
        return token.kind in ("text", "letters") or token.text == "("

    def _repeated(self, part: Expression) -> Expression:
        while self._peek().kind == "times":
            token = self._peek()
            least, most = self._times(token)
            self._at += 1
            part = repeat(part, least, most)
        return part

    def _times(self, token: _Token) -> tuple[int, int | None]:
        if token.text in _TIMES:
            return _TIMES[token.text]
        first, comma, second = token.text.strip("{}").partition(",")
        least = int(first)
        most = (int(second) if second.strip() else None) if comma else least
        if most is not None and most < least:
            self._refuse(token, f"{token.text!r} asks for at least {least} and at most {most}")
        return least, most

    def _part(self) -> Expression:
        token = self._peek()
        self._at += 1
        if token.kind == "name":
            return Rule(token.text)
        if token.kind == "text":
            return Text(self._characters(token))
        if token.kind == "letters":
            return self._letters(token)
        return self._group(token)

    def _group(self, opened: _Token) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(opened, f"parentheses are nested more than {_DEEPEST} deep")
        inner = self._choice()
        closed = self._take_mark(")", opened)
        self._depth -= closed
        return inner

    def _take_mark(self, mark: str, opened: _Token) -> int:
        token = self._peek()
        if token.text != mark or token.kind != "mark":
            self._refuse(opened, f"this parenthesis is not closed by {mark!r}")
        self._at += 1
        return 1

    def _characters(self, token: _Token) -> str:
        try:
            return "".join(chr(code) for code, _ in Scanner(token.text[1:-1]))
        except ValueError as error:
            self._refuse(token, str(error))

    def _letters(self, token: _Token) -> Letters:
        try:
            return ranges_of(token.text[1:-1])
        except ValueError as error:
            self._refuse(token, str(error))

    def _refuse(self, token: _Token, why: str) -> NoReturn:
        line = self._text.count("\n", 0, token.at) + 1
        column = token.at - self._text.rfind("\n", 0, token.at)
        raise ConstraintMalformed(
            f"GenerationRequest(grammar=…): line {line}, column {column}: {why}; "
            "correct the grammar"
        )
