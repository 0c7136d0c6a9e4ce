"""Grammars for models that think first: free thoughts, then what is asked for."""

from ontopilot.models.streaming.filters import begins_in_thoughts
from ontopilot.models.structured.expression import (
    Chain,
    Choice,
    Expression,
    Grammar,
    Mark,
    Repeat,
    Rule,
    Text,
    chain,
    optional,
    others,
    spelled,
)

_BEGIN, _END = "<think>", "</think>"
_THOUGHTS, _SPACE = "thoughts", "space"
_ANSWER = "answer-"
"""Stands before the names of the answer's rules, of which the first was `root`."""


def after_thoughts(grammar: Grammar, prompt: str) -> Grammar:
    """The grammar of an answer that thoughts may come before.

    Where the prompt ends within the thoughts they come to an end before the answer in any case;
    else the model chooses whether it thinks.
    """
    ended = (Rule(_THOUGHTS), Mark(_END), Rule(_SPACE))
    inside = begins_in_thoughts(prompt)
    begun = chain(*ended) if inside else optional(chain(Mark(_BEGIN), *ended))
    return Grammar(
        {
            "root": chain(begun, Rule(f"{_ANSWER}root")),
            _THOUGHTS: _without_end(),
            _SPACE: Repeat(spelled(" \n"), 0, 3),
            **{f"{_ANSWER}{name}": _renamed(rule) for name, rule in grammar.rules.items()},
        }
    )


def _without_end() -> Expression:
    """Any text that does not hold `</think>`.

    A beginning of the mark is followed by something else than the mark goes on with, or by
    another beginning; no other part of the mark begins one.
    """
    begun = Choice(tuple(Text(_END[:size]) for size in range(1, len(_END))))
    astray = Choice(
        tuple(chain(Text(_END[:size]), _but(_END[size], _END[0])) for size in range(1, len(_END)))
    )
    beginnings = Repeat(begun, 0, None)
    piece = Choice((_but(_END[0]), chain(beginnings, astray)))
    return chain(Repeat(piece, 0, None), beginnings)


def _but(*characters: str) -> Expression:
    return others((ord(one), ord(one)) for one in characters)


def _renamed(expression: Expression) -> Expression:
    match expression:
        case Rule(name):
            return Rule(f"{_ANSWER}{name}")
        case Chain(parts):
            return Chain(tuple(_renamed(part) for part in parts))
        case Choice(options):
            return Choice(tuple(_renamed(option) for option in options))
        case Repeat(part, least, most):
            return Repeat(_renamed(part), least, most)
    return expression
