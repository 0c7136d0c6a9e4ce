"""A small ontology of kettles and routers, written out by hand: what retrieval reads of one."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from ontopilot.errors import UnknownTerm
from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.ontology.terms import Fact, Iri, Literal, Mention, Term, TermKind
from ontopilot.ontology.vocabulary import RDF_TYPE, XSD
from ontopilot.retrieval import Query

S = "http://example.org/shop#"


def iri(name: str) -> Iri:
    return Iri(S + name)


_ROWS: tuple[tuple[str, TermKind, str, tuple[str, ...]], ...] = (
    ("Appliance", "class", "Appliance", ()),
    ("HeatedAppliance", "class", "Heated Appliance", ()),
    ("Kettle", "class", "Kettle", ("water boiler",)),
    ("Toaster", "class", "Toaster", ()),
    ("Router", "class", "Router", ()),
    ("AquaBoil2", "individual", "AquaBoil 2", ()),
    ("AquaWorks", "individual", "AquaWorks", ()),
    ("warrantyPeriod", "data_property", "warranty period", ("guarantee",)),
    ("capacity", "data_property", "capacity", ("volume",)),
    ("madeBy", "object_property", "made by", ("manufacturer",)),
    ("sells", "object_property", "sells", ()),
    ("maintenance", "data_property", "descaling interval", ()),
)
_ABOVE = {
    "HeatedAppliance": ("Appliance",),
    "Kettle": ("HeatedAppliance",),
    "Toaster": ("HeatedAppliance",),
    "Router": ("Appliance",),
}


@dataclass(frozen=True)
class ShopDouble:
    version: str = "v1"
    path: Path = Path("shop.owl")
    renamed: str = ""

    def _terms(self) -> dict[Iri, Term]:
        found = {iri(n): Term(iri(n), k, label, syn) for n, k, label, syn in _ROWS}
        if self.renamed:
            old = found[iri("Toaster")]
            found[old.iri] = Term(old.iri, old.kind, self.renamed)
        return found

    def has(self, term: Iri) -> bool:
        return term in self._terms()

    def terms(self, kind: TermKind | None = None) -> Sequence[Term]:
        return [t for t in self._terms().values() if kind in (None, t.kind)]

    def term(self, term: Iri) -> Term:
        if not self.has(term):
            raise UnknownTerm(term)
        return self._terms()[term]

    def label(self, term: Iri) -> str:
        return self._terms()[term].label if self.has(term) else term.rsplit("#", 1)[-1]

    def resolve(self, name: str) -> Iri:
        for term in self._terms().values():
            if name in (term.label, term.iri, term.iri.removeprefix(S)):
                return term.iri
        raise UnknownTerm(f"no term {name!r}")

    def parents(self, term: Iri) -> frozenset[Iri]:
        return frozenset(iri(n) for n in _ABOVE.get(term.removeprefix(S), ()))

    def children(self, term: Iri) -> frozenset[Iri]:
        name = term.removeprefix(S)
        return frozenset(iri(n) for n, above in _ABOVE.items() if name in above)

    def ancestors(self, term: Iri) -> frozenset[Iri]:
        found = self.parents(term)
        return found.union(*(self.ancestors(t) for t in found))

    def descendants(self, term: Iri) -> frozenset[Iri]:
        found = self.children(term)
        return found.union(*(self.descendants(t) for t in found))

    def types(self, individual: Iri) -> frozenset[Iri]:
        kettle = iri("Kettle")
        return {kettle} | self.ancestors(kettle) if individual == iri("AquaBoil2") else frozenset()

    def instances(self, cls: Iri) -> frozenset[Iri]:
        below = {cls, *self.descendants(cls)}
        return frozenset({iri("AquaBoil2")} if iri("Kettle") in below else ())

    def facts(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Iri | Literal | None = None,  # noqa: A002
    ) -> Sequence[Fact]:
        text = Iri(XSD + "string")
        boiler = iri("AquaBoil2")
        everything = (
            Fact(boiler, RDF_TYPE, iri("Kettle")),
            Fact(boiler, RDF_TYPE, iri("Appliance"), inferred=True),
            Fact(boiler, iri("warrantyPeriod"), Literal("24 months", text)),
            Fact(boiler, iri("capacity"), Literal("1.7 l", text)),
            Fact(boiler, iri("madeBy"), iri("AquaWorks"), inferred=True),
            Fact(iri("AquaWorks"), iri("sells"), boiler, inferred=True),
            Fact(iri("Kettle"), iri("maintenance"), Literal("3 months", text)),
        )
        return [
            fact
            for fact in everything
            if subject in (None, fact.subject)
            and predicate in (None, fact.predicate)
            and object in (None, fact.object)
        ]

    def link(self, text: str) -> Sequence[Mention]:
        found: list[Mention] = []
        for term in self._terms().values():
            for name in (term.label, *term.synonyms):
                found.extend(
                    Mention(m.start(), m.end(), m.group(), term.iri, 1.0)
                    for m in re.finditer(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE)
                )
        return sorted(found, key=lambda m: (m.start, -m.end))

    def relinked(self, before: Self) -> Callable[[str], bool]:
        changed = self._terms().items() ^ before._terms().items()
        names = {name for _, term in changed for name in (term.label, *term.synonyms)}
        return lambda text: any(name.lower() in text.lower() for name in names)

    def verbalise(self, fact: Fact) -> str:
        value = fact.object.value if isinstance(fact.object, Literal) else self.label(fact.object)
        name = "is a" if fact.predicate == RDF_TYPE else f"has the {self.label(fact.predicate)}"
        return f"{self.label(fact.subject)} {name} {value}."


class CountingEncoder:
    """Counts the texts that it encodes."""

    def __init__(self, name: str = "counting", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.texts: list[str] = []
        self._hash = HashEncoder(dimension)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._hash.encode(texts)


@pytest.fixture
def ontology() -> ShopDouble:
    return ShopDouble()


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def ask(ontology: ShopDouble) -> Callable[[str], Query]:
    """A question with the terms that the ontology finds in it."""
    return lambda text: Query(text, tuple(ontology.link(text)))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a few documents and tickets."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in _DOCUMENTS.items():
        (docs / name).write_text(text, encoding="utf-8")
    lines = (json.dumps(ticket) for ticket in _TICKETS)
    (tmp_path / "tickets.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


_DOCUMENTS = {
    "returns.md": """# Returns

You can return a kettle within 30 days of delivery.

## Who pays for shipping

We pay the shipping of faulty items. You need:

- the receipt
- the original box
""",
    "heated.md": """# Care of heated appliances

A heated appliance leaks when its seal is worn. Descale it every three months.
""",
    "routers.md": """# Routers

To reset a router, press a pin into the hole at its back for ten seconds.
""",
}

_TICKETS: list[dict[str, object]] = [
    {
        "id": "T-0001",
        "customer": "C-1234",
        "subject": "Kettle leaks",
        "question": "My kettle leaks, order A-12345. Mail me at bob@example.org.",
        "answer": "The seal was worn. We sent a new seal to 12 Rose Lane, Bath.",
        "resolution": "resolved",
        "rating": 5,
        "date": "2026-02-03",
        "product": "AquaBoil 2",
    },
    {
        "id": "T-0002",
        "question": "My toaster smokes.",
        "answer": "We do not know.",
        "resolution": "unresolved",
    },
    {
        "id": "T-0003",
        "question": "My router blinks.",
        "answer": "Throw it away.",
        "resolution": "resolved",
        "rating": 1,
    },
]
