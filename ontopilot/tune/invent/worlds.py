"""A world: some things of a few kinds, what is true of them, and how it is told."""

import random
from dataclasses import dataclass

from ontopilot.tune.invent import names
from ontopilot.tune.invent.attributes import (
    ACTIONS,
    ATTRIBUTES,
    INVENTED_KINDS,
    PLAIN,
    Attribute,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is true: of whom, what, in words, and the questions that it answers."""

    subject: str
    attribute: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Things with names and what is stated of them."""

    name: str
    things: tuple[str, ...]
    statements: tuple[Statement, ...]

    def about(self, subject: str) -> tuple[Statement, ...]:
        """What is stated of one thing."""
        return tuple(one for one in self.statements if one.subject == subject)


def invent(seed: int) -> World:
    """The world of a seed; the same seed gives the same world."""
    rng = random.Random(seed)  # noqa: S311
    things = tuple(dict.fromkeys(_thing(rng) for _ in range(rng.randint(3, 6))))
    shared = _attributes(rng, rng.randint(4, 7))
    statements = []
    for subject in things:
        statements += [
            _stated(rng, subject, attribute) for attribute in shared if rng.random() < 0.85
        ]
        statements += [_how(rng, subject) for _ in range(rng.randint(0, 2))]
        statements += [_allowed(rng, subject) for _ in range(rng.randint(0, 1))]
    return World(f"world-{seed}", things, tuple(statements))


def _thing(rng: random.Random) -> str:
    if rng.random() < 0.75:
        return f"the {names.thing(rng)}" if rng.random() < 0.6 else names.thing(rng)
    return f"the {names.noun(rng)}"


def _attributes(rng: random.Random, count: int) -> list[Attribute]:
    made = []
    for _ in range(count):
        chance = rng.random()
        if chance < 0.65:
            made.append(rng.choice(ATTRIBUTES))
        else:
            label = f"{rng.choice([names.noun(rng), names.syllables(rng, 1, 2)])}"
            if rng.random() < 0.5:
                label += f" {rng.choice(['size', 'class', 'level', 'margin', 'rate', 'limit'])}"
            made.append(Attribute(label, rng.choice(INVENTED_KINDS), (), ()))
    return list({one.name: one for one in made}.values())


def _stated(rng: random.Random, subject: str, attribute: Attribute) -> Statement:
    value = names.value(rng, attribute.kind)
    plain = not attribute.stated or rng.random() < 0.3
    wordings = PLAIN.stated if plain else attribute.stated
    wording = rng.choice(wordings)
    asked = (*PLAIN.asked, *attribute.asked, *attribute.asked)
    fill = {"a": attribute.name, "t": subject, "v": value}
    return Statement(
        subject,
        attribute.name,
        _sentence(wording.format(**fill)),
        tuple(_sentence(question.format(**fill)) for question in asked),
    )


def _how(rng: random.Random, subject: str) -> Statement:
    verb = rng.choice(list(ACTIONS))
    part = names.noun(rng)
    step = rng.choice(ACTIONS[verb])
    while "{p}" in step:
        step = step.replace("{p}", names.noun(rng), 1)
    step = step.format(
        m=rng.choice("warm cold clean soft dry lukewarm fresh damp".split()),
        k=rng.choice("clicks stops holds snaps locks".split()),
        s=rng.randint(2, 12),
        c=rng.choice(names.COLOURS),
    )
    told = rng.choice(
        ("To {verb} the {part} of {t}, {step}.", "If you want to {verb} the {part} of {t}, {step}.",
         "{verb} the {part} of {t} like this: {step}.")
    )  # fmt: skip
    asked = (
        "How do I {verb} the {part} of {t}?", "How can I {verb} the {part} on {t}?",
        "I want to {verb} the {part} of {t}, what do I do?", "{t}: how to {verb} the {part}?",
    )  # fmt: skip
    fill = {"verb": verb, "part": part, "t": subject, "step": step}
    return Statement(
        subject,
        f"{verb} {part}",
        _sentence(told.format(**fill)),
        tuple(_sentence(question.format(**fill)) for question in asked),
    )


def _allowed(rng: random.Random, subject: str) -> Statement:
    place = names.noun(rng)
    verb, past = rng.choice(
        [("put", "put"), ("use", "used"), ("leave", "left"), ("wash", "washed"), ("keep", "kept"),
         ("carry", "carried"), ("take", "taken")]
    )  # fmt: skip
    may = rng.choice(["may", "may not", "must not", "can", "should never", "must always"])
    near = rng.choice(["in", "near", "on", "under", "into"])
    return Statement(
        subject,
        f"{verb} {near} {place}",
        _sentence(f"{subject} {may} be {past} {near} the {place}."),
        tuple(
            _sentence(question)
            for question in (
                f"Can I {verb} {subject} {near} the {place}?",
                f"May {subject} be {past} {near} the {place}?",
                f"Am I allowed to {verb} {subject} {near} the {place}?",
                f"Is it fine to {verb} {subject} {near} the {place}?",
            )
        ),
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
