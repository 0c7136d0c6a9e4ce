"""Long bounded repetitions, written so that they compile sooner.

xgrammar looks at its vocabulary for each place in a grammar where a character may stand, and
writes `x{1,400}` as 400 places: 3.6 s with 20,000 tokens, and 0.2 s a token. A rule that is used
again has its places once, so that eights of eights have a few dozen of them: 20 ms, and 7 ms a
token.
"""

from ontopilot.models.structured.expression import (
    Chain,
    Choice,
    Expression,
    Grammar,
    Repeat,
    Rule,
    chain,
    repeat,
)

_SHORT = 16
"""Repetitions up to so many times are left as they are."""

_RUN = 8
"""So many of a thing are a rule of their own, and so many of those again."""


def shared_repetitions(grammar: Grammar) -> Grammar:
    """The same grammar, in which long repetitions are repetitions of shorter ones."""
    return _Sharing(grammar).grammar()


class _Sharing:
    """Rewrites rules; what is repeated gets a rule of its own, and so does a run of it."""

    def __init__(self, grammar: Grammar) -> None:
        self._given = grammar
        self._rules: dict[str, Expression] = {}
        self._names: dict[Expression, str] = {}

    def grammar(self) -> Grammar:
        rewritten = {name: self._of(rule) for name, rule in self._given.rules.items()}
        return Grammar({**rewritten, **self._rules})

    def _of(self, expression: Expression) -> Expression:
        match expression:
            case Chain(parts):
                return Chain(tuple(self._of(part) for part in parts))
            case Choice(options):
                return Choice(tuple(self._of(option) for option in options))
            case Repeat(part, least, most):
                return self._repeated(self._of(part), least, most)
        return expression

    def _repeated(self, part: Expression, least: int, most: int | None) -> Expression:
        if max(least, most or 0) <= _SHORT:
            return repeat(part, least, most)
        one = self._rule(part)
        if most is None:
            return chain(self._exactly(one, least), Repeat(one, 0, None))
        return chain(self._exactly(one, least), self._up_to(one, most - least))

    def _exactly(self, one: Rule, times: int) -> Expression:
        if times <= _SHORT:
            return repeat(one, times, times)
        runs, rest = divmod(times, _RUN)
        return chain(self._exactly(self._run(one), runs), repeat(one, rest, rest))

    def _up_to(self, one: Rule, times: int) -> Expression:
        """Runs, and enough single ones to reach every number between two of them."""
        if times <= _SHORT:
            return repeat(one, 0, times)
        runs = (times - (_RUN - 1)) // _RUN
        return chain(self._up_to(self._run(one), runs), repeat(one, 0, times - runs * _RUN))

    def _run(self, one: Rule) -> Rule:
        return self._rule(Chain((one,) * _RUN))

    def _rule(self, part: Expression) -> Rule:
        """The rule of an expression, the same one wherever it is repeated."""
        if isinstance(part, Rule):
            return part
        if part not in self._names:
            number = len(self._names) + 1
            while (name := f"part{number}") in self._given.rules:
                number += 1000
            self._names[part] = name
            self._rules[name] = part
        return Rule(self._names[part])
