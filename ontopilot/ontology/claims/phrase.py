"""Facts as English sentences."""

import re

from ontopilot.ontology.terms import Literal

_VERB = re.compile(
    r"^(is|are|was|were|has|have|had|can|may|must|needs|costs|weighs|lasts|holds|uses|fits|"
    r"contains|includes|provides|requires|supports|causes|indicates|applies|covers|comes|belongs|"
    r"\w+s (?:to|with|by|from|on|in|at|for|of))\b"
)
_VERB_LIKE = re.compile(r"^\w+(?:ed by|ing)\b")


def sentence(subject: str, predicate: str, value: str, *, every: bool) -> str:
    """A statement as a sentence: subject, property label and value."""
    head = f"Every {lower_first(subject)}" if every else upper_first(subject)
    return f"{head} {verb(predicate)} {value}.".replace("  ", " ")


def measure(subject: str, predicate: str, value: str, *, every: bool) -> str:
    """A value as a sentence, as in `The warranty period of AquaBoil 2 is 24 months.`.

    A label that is a verb (`weighs`) makes the sentence that `sentence` makes.
    """
    label = lower_first(predicate)
    noun = label.removeprefix("has ").removeprefix("the ")
    if noun == label and verb(predicate) == label:
        return sentence(subject, predicate, value, every=every)
    owner = f"every {lower_first(subject)}" if every else subject
    return f"The {noun} of {owner} is {value}."


def verb(label: str) -> str:
    """A property label as the verb of a sentence: `warranty period` -> `has warranty period`."""
    lowered = lower_first(label)
    if _VERB.match(lowered) or (lowered.split(" ", 1)[0].endswith(("s", "es")) and " " in lowered):
        return lowered
    if _VERB_LIKE.match(lowered):
        return f"is {lowered}"
    return lowered if lowered.endswith("s") and " " not in lowered else f"has {lowered}"


def boolean(subject: str, label: str, value: Literal, *, every: bool) -> str:
    """A yes-or-no property as a sentence."""
    head = f"Every {lower_first(subject)}" if every else upper_first(subject)
    yes = value.value in ("true", "1")
    said = lower_first(label)
    if said.startswith("is "):
        return f"{head} {said}." if yes else f"{head} is not {said[3:]}."
    if said.startswith("has "):
        return f"{head} {said}." if yes else f"{head} has no {said[4:]}."
    first, space, rest = said.partition(" ")
    if space and first.endswith("s"):
        return f"{head} {said}." if yes else f"{head} does not {_base(first)} {rest}."
    return f"{head}: {said}, {'yes' if yes else 'no'}."


def _base(verb: str) -> str:
    """A verb without the ending of its third person: `gets` -> `get`, `carries` -> `carry`."""
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    long = ("ches", "shes", "sses", "xes", "zes", "oes")
    return verb[:-2] if verb.endswith(long) else verb[:-1]


def amount(value: Literal, unit: str) -> str:
    """A literal with its unit: `24 months`, `EUR 49.90`."""
    number = value.value
    if not unit:
        return number
    if unit.lower() in ("euro", "euros", "eur"):
        return f"EUR {number}"
    plural = (
        unit if number in ("1", "1.0") or unit[0].isupper() or unit.endswith("s") else unit + "s"
    )
    return f"{number}{plural}" if plural == "%" else f"{number} {plural}"


def article(noun: str) -> str:
    """A noun with its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {lower_first(noun)}"


def lower_first(text: str) -> str:
    """Lower-case the first letter unless the word is a name or an abbreviation."""
    first = text.split(" ", 1)[0]
    if len(first) > 1 and any(letter.isupper() or letter.isdigit() for letter in first[1:]):
        return text
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Upper-case the first letter."""
    return text[:1].upper() + text[1:]
