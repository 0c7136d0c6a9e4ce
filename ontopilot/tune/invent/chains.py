"""Troubles that are mended step by step: what is seen, what causes it, what mends it."""

import random
from dataclasses import dataclass

from ontopilot.tune.invent import names

SEEN = (
    "{n} is caused by {m}.",
    "The cause of {n} is {m}.",
    "{n} comes from {m}.",
    "{n} has cause {m}.",
    "Behind {n} there is {m}.",
    "{n} points to {m}.",
)
MENDED = (
    "{n} is fixed by {m}.",
    "{n} is solved by {m}.",
    "{m} mends {n}.",
    "{n} has solution {m}.",
    "Against {n}, {m} helps.",
)
NEEDED = (
    "{n} needs {m}.",
    "For {n} you need {m}.",
    "{n} requires {m}.",
    "{n} uses part {m}.",
)
ASKED = (
    "{t} has {n}. What can I do?",
    "I notice {n} on {t}, how do I get rid of it?",
    "{n}! What now?",
    "What do I do about {n}?",
    "My problem is {n}, please help.",
    "How is {n} solved?",
)
_SIGNS = "noise flicker smell leak rattle stutter hum error warning crack stain delay drop".split()
_FAULTS = "worn loose clogged cracked dry bent rusty burnt jammed wrong missing dirty".split()
_WORKS = "cleaning replacing tightening resetting oiling turning heating drying moving".split()


@dataclass(frozen=True, slots=True)
class Chain:
    """Statements that lead from what is seen to what helps, in order, and who has the trouble."""

    subject: str
    seen: str
    steps: tuple[str, ...]


def chain(rng: random.Random, steps: int) -> Chain:
    """A trouble with so many steps to its end, at least two."""
    nodes = [_sign(rng), *(_fault(rng) for _ in range(max(1, steps - 2)))]
    wordings = [rng.choice(SEEN) for _ in nodes[1:]]
    nodes.append(_work(rng))
    wordings.append(rng.choice(MENDED))
    if steps > 2:
        nodes.append(f"the {names.noun(rng)}")
        wordings.append(rng.choice(NEEDED))
    told = [
        _sentence(wording.format(n=one, m=other))
        for wording, one, other in zip(wordings, nodes, nodes[1:], strict=False)
    ]
    return Chain(f"the {names.thing(rng)}", nodes[0], tuple(told[:steps]))


def question(rng: random.Random, trouble: Chain) -> str:
    """How somebody with this trouble asks."""
    return _sentence(rng.choice(ASKED).format(n=trouble.seen, t=trouble.subject))


def _sign(rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.25:
        return f"error {names.code(rng)}"
    if chance < 0.6:
        return f"the {names.syllables(rng, 1, 2)} {rng.choice(_SIGNS)}"
    return (
        f"the {rng.choice(names.ADJECTIVES)} {rng.choice(_SIGNS)} of the {rng.choice(names.NOUNS)}"
    )


def _fault(rng: random.Random) -> str:
    return f"a {rng.choice(_FAULTS)} {names.noun(rng)}"


def _work(rng: random.Random) -> str:
    return f"{rng.choice(_WORKS)} the {names.noun(rng)}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
