"""A question as a quoter sees it: its words with weights, and the kind of answer it wants."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ontopilot.prose import Quantity, concepts, quantities, split, stem

Wanted = Literal[
    "", "steps", "duration", "money", "count", "frequency", "number", "cause", "yes_no"
]

# Words about asking itself, and the ones that say which kind of answer is wanted.
_ASKING = frozenset(
    stem(word)
    for word in """
    tell know want wish like need help question wonder explain find give say show mean exactly
    possible able work kind sort type way make sure go come take happen long many often soon look
    think try currently actually anyone bought tip advice info information hello hi thanks best
    """.split()
)
_KINDS: dict[Wanted, str] = {
    "frequency": r"\bhow (?:often|frequently|regularly|many times)\b",
    "duration": r"\b(?:how (?:long|soon|quickly|fast|many (?:days|weeks|months|years|hours|"
    r"minutes))|when (?:will|do|does|can|is|are|should)|until when|by when|what time|"
    r"how much time|(?:warranty|return|delivery) (?:period|time))\b",
    "money": r"\b(?:how much (?:does|do|is|are|will|would|money|to)|what (?:does|do|will|is|are)"
    r"\b.*\b(?:costs?|prices?|fees?|charges?)|(?:cost|price|fee)s? (?:of|for))\b",
    "count": r"\bhow many\b",
    "number": r"\b(?:how (?:much|big|large|heavy|high|hot|loud|far|wide|tall|deep|thick|powerful)|"
    r"what (?:size|temperature|capacity|weight|pressure|power|voltage|wattage|frequency|speed|"
    r"range))\b",
    "steps": r"\b(?:how (?:do|can|should|would|must|to)\b|"
    r"what (?:should|do|must|can) (?:i|we) do|steps?\b|instructions?\b|walk me)",
    "cause": r"\b(?:why|what (?:is|could be) (?:causing|wrong)|what causes|reason|cause)\b",
    "yes_no": r"(?:^|[,.!?;]\s*|\b(?:and|so|but|or|whether|if)\s)"
    r"(?:can|could|may|is|are|am|do|does|did|will|would|has|have|must|should|shall)\s+"
    r"(?:i|we|you|it|they|he|she|the|a|an|my|your|this|that|there|these|those|any|all|[A-Z]\w+)\b",
}
_TIME = frozenset({"s", "month", "working-day", "date", "clock"})
_FITS: dict[Wanted, Callable[[Quantity], bool]] = {
    "duration": lambda quantity: quantity.unit in _TIME,
    "money": lambda quantity: quantity.unit in ("EUR", "USD", "GBP", "CHF"),
    "count": lambda quantity: not quantity.measured,
    "frequency": lambda quantity: quantity.unit in ("times", "s", "month"),
    "number": lambda quantity: quantity.measured and quantity.unit not in _TIME,
}
_CAUSE = re.compile(r"\b(?:because|cause[ds]?|due to|reason|means? that|usually|so that)\b", re.I)
_MODAL = re.compile(
    r"\b(?:can|cannot|may|must|not|only|allowed|possible|accept(?:s|ed)?|covers?|covered|yes|no|"
    r"free|always|never|excluded|included|supports?|works?|compatible|fits?)\b|n['’]t\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w-]*(?:\s+(?:[A-Z][\w-]*|\d[\w-]*))*|\b\w*\d\w*[A-Za-z]\w*\b")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question taken apart.

    `words` maps a concept to how much it counts (background sentences count less); `names` are
    the model names and numbers that it mentions, in lower case; `wanted` the kinds of answer.
    """

    text: str
    words: dict[str, float]
    names: tuple[str, ...]
    wanted: tuple[Wanted, ...]

    def is_met_by(self, text: str) -> bool:
        """Whether a text has the kind of thing that the question wants."""
        return any(_meets(kind, text) for kind in self.wanted)


def _meets(kind: Wanted, text: str) -> bool:
    if kind in _FITS:
        return any(_FITS[kind](quantity) for quantity in quantities(text))
    if kind == "cause":
        return bool(_CAUSE.search(text))
    return kind == "yes_no" and bool(_MODAL.search(text))


@lru_cache(maxsize=256)
def inquire(question: str) -> Inquiry:
    """Take a question apart."""
    parts = [question[start:end] for start, end in split(question)]
    asked = [part for part in parts if part.rstrip("\"')").endswith("?")]
    words: dict[str, float] = {}
    for part in parts:
        weight = 1.0 if not asked or part in asked else 0.5
        for word in concepts(part):
            if word not in _ASKING:
                words[word] = max(weight, words.get(word, 0.0))
    focus = " ".join(asked) or question
    wanted = tuple(
        kind for kind, pattern in _KINDS.items() if re.search(pattern, focus, re.IGNORECASE)
    )
    return Inquiry(question, words or _all(question), models(question), wanted)


def _all(question: str) -> dict[str, float]:
    return dict.fromkeys(concepts(question), 1.0)


@lru_cache(maxsize=4096)
def models(text: str) -> tuple[str, ...]:
    """The names with a number in them (`AquaBoil 2`, `WR-300`), in lower case."""
    found = (match.group() for match in _NAME.finditer(text))
    return tuple(
        spelled(name)
        for name in found
        if any(c.isdigit() for c in name) and any(c.isalpha() for c in name)
    )


def spelled(text: str) -> str:
    """A text as its bare words in lower case, so that `WR-300` and `WR 300` are the same."""
    return " ".join(re.findall(r"[a-z]+|\d+", text.lower()))
