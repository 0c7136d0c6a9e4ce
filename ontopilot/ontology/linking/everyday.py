"""Words that are names, where a text uses them in their everyday sense.

`Seal` names a part and is a verb, `fan` names an appliance and stands in `a fan of your shop`. A
name of one word means nothing where it is part of a fixed phrase (`IDIOMS`), and where it is used
as a verb that has another meaning than the noun.
"""

from collections.abc import Sequence

from ontopilot.ontology.linking.idioms import HOMONYMS, IDIOMS, PARTICIPLES

_AUXILIARIES = frozenset(
    "can could will would shall should must may might let's don't doesn't didn't won't can't "
    "cannot couldn't wouldn't shouldn't please i you we they he she it who".split()
)
"""What stands before the plain form of a verb."""

_OBJECTS = frozenset(
    "me you him us them it my your his her its our their the a an this that these those each "
    "every off out over up through".split()
)
"""What stands behind a verb: its object, or the other half of it."""

_OTHER_HALVES = frozenset("away back down from off on out over through to up".split())
"""What makes another verb of the one before it."""

_BEFORE_NOUNS = frozenset(
    "a an the my your his her its our their this that these those no any some which what each "
    "every new old of for with and or in on from".split()
)


def is_everyday(said: Sequence[str], at: int) -> bool:
    """Whether the lower-case word at a place of a text is used in its everyday sense."""
    return _in_idiom(said, at) or _is_verb(said, at) or _is_phrasal(said, at)


def may_be_everyday(word: str) -> bool:
    """Whether a lower-case word has an everyday sense beside what names make of it."""
    return word in IDIOMS or word in HOMONYMS or word in PARTICIPLES


def _in_idiom(said: Sequence[str], at: int) -> bool:
    for before, after in IDIOMS.get(said[at], ()):
        start, end = at - len(before), at + 1 + len(after)
        if start >= 0 and end <= len(said):
            around = (*said[start:at], *said[at + 1 : end])
            if all(own in ("*", word) for own, word in zip(before + after, around, strict=True)):
                return True
    return False


def _is_phrasal(said: Sequence[str], at: int) -> bool:
    """Whether a word is the participle of a verb that another word makes a new one of: `switched
    from`; by itself it may still hint at the thing (`ironed` at an iron).
    """
    return said[at] in PARTICIPLES and not _OTHER_HALVES.isdisjoint(said[at + 1 : at + 2])


def _is_verb(said: Sequence[str], at: int) -> bool:
    word = said[at]
    if word not in HOMONYMS:
        return False
    before = said[at - 1] if at else ""
    after = said[at + 1] if at + 1 < len(said) else ""
    if before in _AUXILIARIES:
        return not word.endswith("s")
    return after in _OBJECTS and before not in _BEFORE_NOUNS
