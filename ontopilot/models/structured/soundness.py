"""Whether a grammar can be kept: its rules exist, come to an end, and are not too large."""

from collections.abc import Mapping

from ontopilot.errors import ConstraintMalformed
from ontopilot.models.structured.expression import (
    Chain,
    Choice,
    Expression,
    Grammar,
    Repeat,
    Rule,
    named,
    symbols,
)

MOST_SYMBOLS = 100_000
"""Characters of a grammar with its bounded repetitions written out: what compiles in a moment."""


def checked(grammar: Grammar, *, where: str) -> Grammar:
    """The grammar, whose rules all exist and end; `where` begins the sentence if they do not.

    Raises:
        ConstraintMalformed: they do not, or the grammar is too large.
    """
    if "root" not in grammar.rules:
        raise ConstraintMalformed(
            f"{where}: there is no rule 'root', but {sorted(grammar.rules)[:5]}; "
            "call the rule of the whole answer 'root'"
        )
    for name, rule in grammar.rules.items():
        for used in named(rule):
            if used not in grammar.rules:
                raise ConstraintMalformed(
                    f"{where}: the rule {name!r} uses {used!r}, which there is no rule for; add it"
                )
    endless = sorted(grammar.rules.keys() - _ending(grammar.rules))
    if endless:
        raise ConstraintMalformed(
            f"{where}: {endless[0]!r} contains itself without end, so that no answer could be "
            "finished; give it an alternative that stops"
        )
    size = sum(symbols(rule) for rule in grammar.rules.values())
    if size > MOST_SYMBOLS:
        raise ConstraintMalformed(
            f"{where}: with its repetitions written out it has {size!r} characters, and "
            f"{MOST_SYMBOLS!r} can be kept; ask for less, or repeat without a bound"
        )
    return grammar


def _ending(rules: Mapping[str, Expression]) -> set[str]:
    """The rules from which some text can be made."""
    ending: set[str] = set()
    while True:
        more = {n for n, rule in rules.items() if n not in ending and _ends(rule, ending)}
        if not more:
            return ending
        ending |= more


def _ends(expression: Expression, ending: set[str]) -> bool:
    match expression:
        case Rule(name):
            return name in ending
        case Chain(parts):
            return all(_ends(part, ending) for part in parts)
        case Choice(options):
            return any(_ends(option, ending) for option in options)
        case Repeat(part, least, _):
            return not least or _ends(part, ending)
    return True
