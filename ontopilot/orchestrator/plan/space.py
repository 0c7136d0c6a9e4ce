"""The plan space: every way in which a turn could be answered, after rules have pruned it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontopilot.orchestrator.plan.plan import Strategy


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """One way to answer.

    `evidence` pieces are retrieved over `hops` further searches. `generator` drafts; `reasoner`
    takes a second attempt when verification turns the draft down, or the first one where the
    strategy is `reason`. Deployments are named; "" is none. `thinking` is the reasoner's budget
    in tokens.
    """

    strategy: Strategy
    evidence: int = 0
    hops: int = 0
    generator: str = ""
    reasoner: str = ""
    thinking: int = 0

    @property
    def label(self) -> str:
        """The candidate in a few words.

        >>> Candidate("draft", 10, generator="small", reasoner="large").label
        'draft on small with 10 pieces of evidence, then reason on large'
        """
        where = self.generator or self.reasoner
        parts = [self.strategy + (f" on {where}" if where else "")]
        if self.evidence:
            parts.append(f"with {self.evidence} pieces of evidence")
        if self.hops:
            parts.append(f"over {self.hops + 1} searches")
        said = " ".join(parts)
        if self.reasoner and self.generator:
            said += f", then reason on {self.reasoner}"
        return said + (f", thinking {self.thinking} tokens" if self.thinking else "")


@dataclass(frozen=True, slots=True)
class Space:
    """What there is to choose from, from the least able to the ablest. Generators may answer alone;
    reasoners are called after them, or at once.
    """

    generators: Sequence[str]
    reasoners: Sequence[str] = ()
    evidence: Sequence[int] = (4, 10)
    hops: Sequence[int] = (0,)
    thinking: Sequence[int] = (0,)
    facts: bool = True
    again: bool = False
    """Whether reasoning searches again, so that the model that drafted may be asked once more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What rules need to know of a turn.

    `facts` says that the ontology alone answers it. `found` is how many pieces of evidence there
    are once retrieval has run, else None. `drafted` says that a draft failed: what remains is to
    reason.
    """

    facts: bool = False
    found: int | None = None
    drafted: bool = False


def candidates(space: Space, known: Known) -> tuple[Candidate, ...]:
    """The candidates that the rules leave, in a fixed order.

    - Facts that answer the question are one candidate, and pay for no model.
    - No more evidence is asked for than was found.
    - A second attempt goes to an abler model, unless reasoning searches again.
    - Reasoning at once without thinking is a draft, where the model may also draft.
    - After a draft that failed only reasoning is left.
    """
    return tuple(dict.fromkeys(_all(space, known)))


def _all(space: Space, known: Known) -> Iterator[Candidate]:
    if known.facts and space.facts and not known.drafted:
        yield Candidate("facts")
    for pieces in _pieces(space, known):
        for hops in space.hops:
            if not known.drafted:
                yield from _drafts(space, pieces, hops)
            for reasoner in space.reasoners:
                for budget in space.thinking:
                    if known.drafted or budget or space.again or reasoner not in space.generators:
                        yield Candidate("reason", pieces, hops + space.again, "", reasoner, budget)


def _drafts(space: Space, pieces: int, hops: int) -> Iterator[Candidate]:
    for generator in space.generators:
        yield Candidate("draft", pieces, hops, generator)
        for reasoner in space.reasoners:
            if space.again or _abler(space.generators, reasoner, generator):
                for budget in space.thinking:
                    yield Candidate("draft", pieces, hops, generator, reasoner, budget)


def _abler(ranked: Sequence[str], one: str, other: str) -> bool:
    """Whether one model is abler than another; a reasoner that is no generator is."""
    return one not in ranked or ranked.index(one) > ranked.index(other)


def _pieces(space: Space, known: Known) -> list[int]:
    if known.found is None:
        return list(space.evidence)
    return sorted({min(pieces, known.found) for pieces in space.evidence})
