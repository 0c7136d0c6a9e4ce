"""Closed compounds: `Waschmaschinenpumpe` for the pump of a washing machine, whatever its name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ontopilot.ontology.linking.names import Name
from ontopilot.ontology.terms import Iri

CLOSED = 0.8
"""How surely a compound of a class and the end of a name means the thing of that name."""

_LINKS = ("", "n", "s", "en", "es")
_SHORTEST = 4
"""Letters of the class and of the rest."""


class Compounds:
    """Words made of the name of a class and of what a thing that goes with its members is called.

    Both are names of one word: `Waschmaschine` and `Laugenpumpe`, of which `pumpe` is the end.
    """

    def __init__(
        self,
        names: Iterable[Name],
        related: Mapping[Iri, frozenset[Iri]],
        instances: Callable[[Iri], frozenset[Iri]],
    ) -> None:
        self._related = related
        called: dict[Iri, set[str]] = {}
        kinds: dict[str, set[Iri]] = {}
        for name in names:
            if len(name.words) == 1 and len(name.words[0]) >= _SHORTEST:
                if name.kind == "class":
                    kinds.setdefault(name.words[0], set()).add(name.iri)
                elif name.iri in related:
                    called.setdefault(name.iri, set()).add(name.words[0])
        self.parts: dict[str, frozenset[str]] = {}
        for word, classes in kinds.items():
            members = frozenset[Iri]().union(*map(instances, classes))
            joined = frozenset[Iri]().union(*(related[one] for one in members & related.keys()))
            parts = (called.get(one, set()) for one in joined - members)
            self.parts[word] = frozenset[str]().union(*parts)

    def names(self, known: Iterable[Name]) -> Iterator[Name]:
        """The names of things by words that are such compounds, and only parts of other names."""
        alone: dict[str, list[Name]] = {}
        others: set[str] = set()
        for name in known:
            if len(name.words) == 1:
                alone.setdefault(name.words[0], []).append(name)
            others.update(name.words)
        for word in sorted(others - alone.keys()):
            for name in alone.get(self.part(word), ()):
                if name.iri in self._related:
                    yield replace(name, text=word, weight=CLOSED, code="", made=True)

    def part(self, word: str) -> str:
        """The name of what a lower-case word means as a compound; nothing if it is none."""
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            first, rest = word[:cut], word[cut:]
            for link in _LINKS:
                if first.endswith(link):
                    parts = self.parts.get(first.removesuffix(link), ())
                    meant = {part for part in parts if part.endswith(rest)}
                    if len(meant) == 1:
                        return meant.pop()
        return ""
