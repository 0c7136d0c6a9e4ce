"""Questions by templates: about a property of a thing, a sentence, or a trouble."""

import random
import re
from collections.abc import Sequence

from ontopilot.prose import STOP_WORDS

PROPERTY = (
    "What is the {p} of {t}?",
    "Which {p} does {t} have?",
    "Tell me the {p} of {t}.",
    "{t}: {p}?",
    "I would like to know the {p} of {t}.",
    "Do you know the {p} of {t}?",
)
RELATION = (
    "{t} {p} what?",
    "Tell me what {t} {p}.",
    "Do you know what {t} {p}?",
)
_RELATION = re.compile(
    r"(?:is|has|can|may|needs|uses|comes|goes|was)\b|\w+s (?:by|to|in|for|with)\b"
)
TROUBLE = (
    "What can I do about {t}?",
    "I have this problem: {t}. What now?",
    "{t}, please help.",
    "How is {t} solved?",
)
SENTENCE = (
    "{k}?",
    "What about {k}?",
    "Tell me about {k}.",
    "I want to know about {k}.",
)


def about_property(rng: random.Random, name: str, thing: str) -> str:
    """A question for a property, which is named by a noun or says what the thing does."""
    shapes = RELATION if _RELATION.match(name) else PROPERTY
    return _capital(rng.choice(shapes).format(p=name, t=thing))


def about_trouble(rng: random.Random, name: str) -> str:
    """A question of somebody who has a trouble."""
    return _capital(rng.choice(TROUBLE).format(t=name))


def about_sentence(rng: random.Random, text: str, *, title: str = "") -> str:
    """A question in key words of the sentence that answers it, sometimes with its title."""
    words = [word.strip(".,;:!?()\"'*") for word in text.split()]
    words = [word for word in words if word and word.lower() not in STOP_WORDS]
    count = min(len(words), rng.randint(2, 5))
    kept = [words[at] for at in sorted(rng.sample(range(len(words)), count))]
    if title and rng.random() < 0.5:
        kept.append(f"({title})")
    return _capital(rng.choice(SENTENCE).format(k=" ".join(kept)))


def names_of(label: str, synonyms: Sequence[str]) -> tuple[str, ...]:
    """The names under which a term is asked for, without those that are only codes."""
    return tuple(dict.fromkeys((label, *(name for name in synonyms if name.strip()))))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
