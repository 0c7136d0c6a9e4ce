"""What a comparison of two versions says: changes term by term, consequences, terms touched."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from typing import Literal as OneOf

from ontopilot.ontology.compare.aspects import PLACES, Aspect
from ontopilot.ontology.terms import Fact, Iri

Status = OneOf["added", "removed", "renamed", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its file, the IRI of its ontology and a hash of its content.

    `problem` says why no conclusions were drawn from it.
    """

    path: str
    iri: Iri
    version: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A term as one version has it; `short` is its IRI by the prefixes of that version."""

    iri: Iri
    kind: str
    label: str
    short: str


@dataclass(frozen=True, slots=True)
class Value:
    """What a statement says: with labels, with whole IRIs, and the annotations of the axiom."""

    text: str
    expression: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What was said before and no longer is, and what is said now, in one respect.

    `name` is what people call the property, `language` the language tag of labels, synonyms,
    definitions and other texts.
    """

    aspect: Aspect
    predicate: Iri
    name: str
    language: str
    removed: tuple[Value, ...]
    added: tuple[Value, ...]

    @property
    def heading(self) -> str:
        """The respect in words: a property by its name, all else by what it is."""
        said = {"fact": self.name, "annotation": self.name, "negative fact": f"not {self.name}"}
        words = said.get(self.aspect, self.aspect)
        return f"{words} @{self.language}" if self.language else words

    def mirrored(self) -> "Change":
        """The change backwards."""
        return replace(self, removed=self.added, added=self.removed)


@dataclass(frozen=True, slots=True)
class TermDiff:
    """A term that is not in both versions, has another IRI, or of which another thing is said."""

    old: Named | None
    new: Named | None
    changes: tuple[Change, ...] = ()

    @property
    def term(self) -> Named:
        """The term as the newest version that has it knows it."""
        named = self.new or self.old
        assert named is not None  # noqa: S101 - one of them is there
        return named

    @property
    def status(self) -> Status:
        """What happened to the term as a whole."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        if self.old.iri != self.new.iri:
            return "renamed"
        places = (change for change in self.changes if change.aspect in PLACES)
        moved = any(change.removed and change.added for change in places)
        return "moved" if moved else "changed"

    def mirrored(self) -> "TermDiff":
        """The difference backwards."""
        return TermDiff(self.new, self.old, tuple(one.mirrored() for one in self.changes))


@dataclass(frozen=True, slots=True)
class Consequence:
    """Something that follows from one version and not from the other, as a sentence."""

    fact: Fact
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The semantic difference of two versions of an ontology.

    `axioms` are changes of what is said about several terms at once, `gained` and `lost` what
    follows (nothing where `reasoned` is false), `touched` the terms of which retrieval reads
    something else, `notes` what keeps the comparison from being complete.
    """

    old: Side
    new: Side
    terms: tuple[TermDiff, ...]
    axioms: tuple[Change, ...]
    reasoned: bool
    gained: tuple[Consequence, ...]
    lost: tuple[Consequence, ...]
    touched: tuple[Iri, ...]
    notes: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether both versions say the same."""
        return not (self.terms or self.axioms or self.gained or self.lost)

    def mirrored(self) -> "Diff":
        """The difference from the new version to the old one."""
        return Diff(
            self.new,
            self.old,
            tuple(one.mirrored() for one in self.terms),
            tuple(one.mirrored() for one in self.axioms),
            self.reasoned,
            self.lost,
            self.gained,
            self.touched,
            self.notes,
        )

    def summary(self) -> str:
        """The difference in one line."""
        counts = Counter(one.status for one in self.terms)
        said = [
            _count(counts["added"], "term", "added"),
            _count(counts["removed"], "term", "removed"),
            _count(counts["renamed"], "term", "renamed"),
            _count(counts["moved"], "term", "moved"),
            _count(counts["changed"], "term", "changed"),
            _count(
                sum(len(c.added) + len(c.removed) for c in self.axioms),
                "axiom",
                "about several terms",
            ),
            _count(len(self.gained), "consequence", "gained"),
            _count(len(self.lost), "consequence", "lost"),
            _count(len(self.touched), "term", "touched"),
        ]
        return ", ".join(one for one in said if one) or "no semantic change"

    def document(self) -> dict[str, Any]:
        """The difference as plain values, for `--json`."""
        return {
            "old": _side(self.old),
            "new": _side(self.new),
            "identical": self.empty,
            "summary": self.summary(),
            "notes": list(self.notes),
            "terms": [_term(one) for one in self.terms],
            "axioms": [_change(one) for one in self.axioms],
            "consequences": self._consequences() if self.reasoned else None,
            "touched": list(self.touched),
        }

    def _consequences(self) -> dict[str, Any]:
        return {"gained": _listed(self.gained), "lost": _listed(self.lost)}


def _count(number: int, noun: str, what: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {what}".strip() if number else ""


def _side(side: Side) -> dict[str, str]:
    document = {"path": side.path, "iri": str(side.iri), "version": side.version}
    return document | ({"problem": side.problem} if side.problem else {})


def _term(term: TermDiff) -> dict[str, Any]:
    return {
        "iri": term.term.iri,
        "label": term.term.label,
        "kind": term.term.kind,
        "status": term.status,
        "old": _named(term.old),
        "new": _named(term.new),
        "changes": [_change(one) for one in term.changes],
    }


def _named(named: Named | None) -> Mapping[str, str] | None:
    return None if named is None else {"iri": named.iri, "label": named.label}


def _change(change: Change) -> dict[str, Any]:
    return {
        "aspect": change.aspect,
        "property": change.predicate,
        "name": change.name,
        "language": change.language,
        "removed": _values(change.removed),
        "added": _values(change.added),
    }


def _values(values: Iterable[Value]) -> list[dict[str, Any]]:
    return [
        {"text": one.text, "expression": one.expression}
        | ({"annotations": list(one.notes)} if one.notes else {})
        for one in values
    ]


def _listed(consequences: Iterable[Consequence]) -> list[dict[str, str]]:
    return [
        {
            "subject": one.fact.subject,
            "predicate": one.fact.predicate,
            "object": _object(one.fact),
            "text": one.text,
        }
        for one in consequences
    ]


def _object(fact: Fact) -> str:
    return fact.object if isinstance(fact.object, str) else fact.object.value
