"""Other spellings of names, and names made of other names."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ontopilot.ontology.linking.names import Name
from ontopilot.ontology.terms import Iri, TermKind

Above = Callable[[Iri, Iri], bool]
"""Whether a term is below another one in the hierarchy."""

_Kinds = Mapping[tuple[str, ...], Sequence[Name]]
_Others = Mapping[tuple[str, str], Sequence[Name]]

RESPELT, REPLACED = 0.9, 0.85
"""How surely another spelling of a name means its term, and a name with a synonym in it."""

_MOST_REPLACED = 24
"""Names that are made of one name by putting synonyms into it."""

_PROPERTIES: Collection[TermKind] = ("object_property", "data_property")
_COPULAS = (("is",), ("are",), ("ist",), ("sind",), ("wird",), ("werden",))
_ARTICLES = frozenset("a an the ein eine einen der die das".split())

_MODEL = re.compile(r"(\w+)[ -](\w*\d\w*)")
_CAMEL = re.compile(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])")
_PAIR = re.compile(r"([a-zäöüß]{3,})[ -]([a-zäöüß]{3,})")
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")
_DENIALS = (
    "won't", "doesn't", "don't", "didn't", "isn't", "will not", "does not", "do not", "did not",
    "can't", "cannot",
)  # fmt: skip
_DENIED = re.compile(rf"\b(?:{'|'.join(_DENIALS)})\b")


def spellings(text: str) -> Iterator[str]:
    """How else people write a name: `AB200` for `AB-200`, `Snap Plug` for `SnapPlug`, `airpurifier`
    for `air purifier`, `doesn't drain` for `won't drain`.
    """
    model = _MODEL.fullmatch(text)
    if model:
        yield model[1] + model[2]
    apart = _CAMEL.sub(" ", text)
    if apart != text:
        yield apart
    pair = _PAIR.fullmatch(text)
    if pair:
        yield pair[1] + pair[2]
    closed = _HYPHEN.sub("", text)
    if closed != text:
        yield closed
    denied = _DENIED.search(text)
    if denied:
        for other in _DENIALS:
            if other != denied.group():
                yield text[: denied.start()] + other + text[denied.end() :]


def with_synonyms(names: Iterable[Name], above: Above) -> Iterator[Name]:
    """The names, and those with the name of a class in them replaced by its others: `washer pump`
    for `washing machine pump`. What is above a term stands in its own names anyway, but for
    their ends: `robot vacuum cleaner` for `robot vacuum`.
    """
    known = list(names)
    kinds: dict[tuple[str, ...], list[Name]] = {}
    others: dict[tuple[str, str], list[Name]] = {}
    for name in known:
        if name.kind == "class":
            kinds.setdefault(name.words, []).append(name)
            others.setdefault((name.iri, name.language), []).append(name)
    longest = max(map(len, kinds), default=0)
    yield from known
    yield from _predicates(known, kinds)
    for name in known:
        if name.weight > RESPELT or name.short:
            made = _replaced(name, kinds, longest, others, above)
            yield from (one for one, _ in zip(made, range(_MOST_REPLACED), strict=False))


def _replaced(
    name: Name, kinds: _Kinds, longest: int, others: _Others, above: Above
) -> Iterator[Name]:
    said, size = name.words, len(name.words)
    for first in range(size):
        for last in range(first + 1, min(size - (first == 0), first + longest) + 1):
            for kind in kinds.get(said[first:last], ()):
                if kind.iri == name.iri or kind.language != name.language:
                    continue
                if last == size or not above(name.iri, kind.iri):
                    for other in others[kind.iri, kind.language]:
                        words = (*said[:first], *other.words, *said[last:])
                        if words != said:
                            weight = REPLACED * name.weight
                            text = " ".join(words)
                            yield replace(name, text=text, weight=weight, made=True)


def _predicates(known: Iterable[Name], kinds: _Kinds) -> Iterator[Name]:
    """Names of properties without their copula: `excluded from` for `is excluded from`. What is
    left of them names no class: `part of` is none.
    """
    for name in known:
        said = name.words
        told = said[1:]
        least = 1 if name.kind == "data_property" else 2
        if name.kind not in _PROPERTIES or said[:1] not in _COPULAS or len(told) < least:
            continue
        if told[0] not in _ARTICLES and told[:1] not in kinds:
            text = " ".join(told)
            yield replace(name, text=text, weight=RESPELT * name.weight, made=True)
