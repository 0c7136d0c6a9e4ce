"""Examples about invented worlds: look up, refuse, and go step by step."""

import random
from collections.abc import Sequence

from ontopilot.models.messages import Source
from ontopilot.tune.example import Example, Kind, Target
from ontopilot.tune.invent import names
from ontopilot.tune.invent.chains import Chain, chain, question
from ontopilot.tune.invent.worlds import Statement, World, invent

REFUSED = 0.22
"""Share of the questions whose answer is not among the sources."""

OPENERS = (
    "Hi, ", "Hello, ", "quick question: ", "Please tell me: ", "sorry to bother you. ",
    "I just moved here. ", "My sister wants to know: ", "ok so ", "We are in a hurry. ",
)  # fmt: skip


def examples(seed: int) -> list[Example]:
    """The examples of the world of a seed."""
    rng = random.Random(f"questions {seed}")  # noqa: S311
    world = invent(seed)
    made = [_lookup(rng, world) for _ in range(6)]
    made += [_steps(rng, f"{world.name}-{n}") for n in range(2)]
    return made


def _lookup(rng: random.Random, world: World) -> Example:
    if rng.random() < 0.15 and (both := _twofold(rng, world)) is not None:
        return both
    wanted = rng.choice(world.statements)
    rest = _others(rng, world, wanted)
    if rng.random() < REFUSED:
        return _example(rng, world, "refuse", asked=_asked(rng, wanted), told=rest, wanted=())
    asked = _asked(rng, wanted)
    return _example(rng, world, "answer", asked=asked, told=[wanted, *rest], wanted=(wanted,))


def _twofold(rng: random.Random, world: World) -> Example | None:
    """A question for two things at once, answered by two claims."""
    first, second = rng.sample(world.statements, 2)
    if first.attribute == second.attribute and first.subject == second.subject:
        return None
    rest = [one for one in _others(rng, world, first) if one.attribute != second.attribute]
    also = second.questions[0]
    asked = f"{_asked(rng, first).rstrip('?.')}, and {also[0].lower() + also[1:]}"
    told = [first, second, *rest]
    return _example(rng, world, "answer", asked=asked, told=told, wanted=(first, second))


def _others(rng: random.Random, world: World, wanted: Statement) -> list[Statement]:
    """What is nearly what was asked: of the same thing, or the same of other things."""
    near = [
        one
        for one in world.statements
        if (one.subject == wanted.subject) != (one.attribute == wanted.attribute)
    ]
    far = [
        one
        for one in world.statements
        if one.subject != wanted.subject and one.attribute != wanted.attribute
    ]
    rng.shuffle(near)
    rng.shuffle(far)
    return near[: rng.randint(1, 5)] + far[: rng.randint(0, 3)]


def _asked(rng: random.Random, wanted: Statement) -> str:
    text = rng.choice(wanted.questions)
    chance = rng.random()
    if chance < 0.2:
        text = text.lower()
    elif chance < 0.35:
        text = rng.choice(OPENERS) + text[0].lower() + text[1:]
    return text.rstrip("?.") if rng.random() < 0.1 else text


def _example(
    rng: random.Random,
    world: World,
    kind: Kind,
    *,
    asked: str,
    told: Sequence[Statement],
    wanted: Sequence[Statement],
) -> Example:
    passages = _passages(rng, told)
    sources = tuple(
        Source(str(number), " ".join(one.text for one in group), _title(rng, group, world))
        for number, group in enumerate(passages, start=1)
    )
    claims = tuple(
        Target(one.text, (number,))
        for one in wanted
        for number, group in enumerate(passages, start=1)
        if one in group
    )
    return Example(kind, "draft", asked, sources, claims, world.name, world.name, "invented")


def _passages(rng: random.Random, told: Sequence[Statement]) -> list[list[Statement]]:
    """Statements in sources, alone or as passages of a few about one thing, in any order."""
    left = list(dict.fromkeys(told))
    rng.shuffle(left)
    passages: list[list[Statement]] = []
    joined = rng.random() < 0.4
    for one in left:
        home = next((p for p in passages if p[0].subject == one.subject and len(p) < 4), None)
        if joined and home is not None and rng.random() < 0.7:
            home.append(one)
        else:
            passages.append([one])
    return passages


def _title(rng: random.Random, group: Sequence[Statement], world: World) -> str:
    subject = group[0].subject.removeprefix("the ")
    chance = rng.random()
    if chance < 0.6:
        return subject[0].upper() + subject[1:]
    if chance < 0.8:
        return f"{subject[0].upper()}{subject[1:]}: {rng.choice(['facts', 'care', 'data', 'use'])}"
    return rng.choice(["Questions", "Overview", "Good to know", "Handbook", "Notes"])


def _steps(rng: random.Random, name: str) -> Example:
    """A trouble whose chain stands among those of others; drafted, only its first step is told."""
    trouble = chain(rng, rng.choice((2, 2, 3, 3, 4)))
    others = [chain(rng, rng.randint(2, 3)) for _ in range(rng.randint(1, 3))]
    noise = [step for one in others for step in one.steps]
    rng.shuffle(noise)
    told = [*trouble.steps, *noise[: rng.randint(1, 5)]]
    rng.shuffle(told)
    reasons = rng.random() < 0.75
    return _chained(rng, trouble, told, name, reasons=reasons)


def _chained(
    rng: random.Random, trouble: Chain, told: Sequence[str], name: str, *, reasons: bool
) -> Example:
    title = rng.choice(["Faults", "Service notes", "Repairs", names.proper(rng)])
    sources = tuple(Source(str(n), text, title) for n, text in enumerate(told, start=1))
    wanted = trouble.steps if reasons else trouble.steps[:1]
    claims = tuple(Target(step, (told.index(step) + 1,)) for step in wanted)
    return Example(
        "chain" if reasons else "answer",
        "reason" if reasons else "draft",
        question(rng, trouble),
        sources,
        claims,
        name,
        name,
        "invented",
    )
