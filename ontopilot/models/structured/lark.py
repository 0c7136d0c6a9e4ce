"""Grammars in the dialect of Lark that llguidance reads."""

import json

from ontopilot.models.structured.characters import class_text
from ontopilot.models.structured.ebnf import times_text
from ontopilot.models.structured.expression import (
    Chain,
    Choice,
    Expression,
    Grammar,
    Letters,
    Repeat,
    Rule,
    Text,
    spelled,
)


def write_lark(grammar: Grammar) -> str:
    """A grammar whose rule `start` is the answer.

    llguidance reads lexemes first, the longest that it can, and never goes back; so a grammar
    that does not contain itself is one lexeme, and in any other one each character is.
    """
    writer = _Writer(grammar)
    lines = [
        f"{writer.names[name]}: {writer.written(rule)}" for name, rule in grammar.rules.items()
    ]
    return "\n".join([f"start: {writer.names['root']}", *lines, ""])


class _Writer:
    """Writes expressions; the names of lexemes are in capitals."""

    def __init__(self, grammar: Grammar) -> None:
        self._letters = grammar.recursive
        prefix = "r" if self._letters else "L"
        self.names = {name: f"{prefix}{number}" for number, name in enumerate(grammar.rules)}

    def written(self, expression: Expression) -> str:
        match expression:
            case Text(text):
                return self._text(text)
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

    def _text(self, text: str) -> str:
        return " ".join(_lexeme(piece) for piece in self._pieces(text))

    def _pieces(self, text: str) -> list[str]:
        whole = not text or (text.isprintable() and not self._letters)
        return [text] if whole else list(text)

    def _grouped(self, expression: Expression) -> str:
        several = isinstance(expression, Text) and len(self._pieces(expression.text)) > 1
        text = self.written(expression)
        return f"({text})" if several or isinstance(expression, (Chain, Choice, Repeat)) else text


def _lexeme(piece: str) -> str:
    """A text in quotes, which hold what prints; any other character as a class."""
    if piece.isprintable():
        return json.dumps(piece, ensure_ascii=False)
    return f"/{class_text(spelled(piece))}/"
