"""Grammars in the dialect of Lark that llguidance reads."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from ontopilot.models.structured.characters import class_text
from ontopilot.models.structured.ebnf import times_text
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
    parts_of,
    spelled,
)


def write_lark(grammar: Grammar, tokens: Mapping[str, int] = MappingProxyType({})) -> str:
    """A grammar whose rule `start` is the answer; `tokens` are the numbers of marks that are one.

    llguidance reads lexemes first, the longest that it can, and never goes back; so a grammar
    that does not contain itself is one lexeme, or one before and behind each token, and in any
    other one each character is.
    """
    writer = _Writer(grammar, tokens)
    lines = [f"{name}: {writer.written(grammar.rules[of])}" for of, name in writer.names.items()]
    return "\n".join([f"start: {writer.names['root']}", *lines, ""])


class _Writer:
    """Writes expressions; the names of lexemes are in capitals."""

    def __init__(self, grammar: Grammar, tokens: Mapping[str, int]) -> None:
        self._letters = grammar.recursive
        self._tokens = tokens
        self.names = {
            name: f"{'r' if self._letters or self._has_token(rule) else 'L'}{number}"
            for number, (name, rule) in enumerate(grammar.rules.items())
        }

    def written(self, expression: Expression) -> str:
        match expression:
            case Text(text) | Mark(text):
                token = self._is_token(expression)
                return f"<[{self._tokens[text]}]>" if token else self._text(text)
            case Letters():
                return f"/{class_text(expression)}/"
            case Rule(name):
                return self.names[name]
            case Chain(parts):
                return " ".join(self._grouped(part) for part in parts) or '""'
            case Choice(options):
                return " | ".join(self._grouped(option) for option in options)
            case Repeat(part, least, most):
                return f"{self._grouped(part)}{times_text(least, most)}"

    def _is_token(self, expression: Expression) -> bool:
        return isinstance(expression, Mark) and expression.text in self._tokens

    def _has_token(self, expression: Expression) -> bool:
        within = parts_of(expression)
        return self._is_token(expression) or any(self._has_token(part) for part in within)

    def _text(self, text: str) -> str:
        return " ".join(_lexeme(piece) for piece in self._pieces(text))

    def _pieces(self, text: str) -> list[str]:
        whole = not text or (text.isprintable() and not self._letters)
        return [text] if whole else list(text)

    def _grouped(self, expression: Expression) -> str:
        several = False
        if isinstance(expression, (Text, Mark)) and not self._is_token(expression):
            several = len(self._pieces(expression.text)) > 1
        text = self.written(expression)
        return f"({text})" if several or isinstance(expression, (Chain, Choice, Repeat)) else text


def _lexeme(piece: str) -> str:
    """A text in quotes, which hold what prints; any other character as a class."""
    if piece.isprintable():
        return json.dumps(piece, ensure_ascii=False)
    return f"/{class_text(spelled(piece))}/"
