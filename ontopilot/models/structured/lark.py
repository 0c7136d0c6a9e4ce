"""Grammars in the dialect of Lark that llguidance reads."""

from ontopilot.models.structured.characters import class_text, escaped
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
        pieces = list(text) if self._letters and text else [text]
        return " ".join(f'"{escaped(piece, special=chr(34))}"' for piece in pieces)

    def _grouped(self, expression: Expression) -> str:
        several = isinstance(expression, Text) and self._letters and len(expression.text) > 1
        text = self.written(expression)
        return f"({text})" if several or isinstance(expression, (Chain, Choice, Repeat)) else text
