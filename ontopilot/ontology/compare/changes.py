"""Statements that only one version has, gathered term by term."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import ORDER
from ontopilot.ontology.compare.compared import Compared
from ontopilot.ontology.compare.difference import Change, Named, TermDiff, Value
from ontopilot.ontology.compare.saying import Place, Saying
from ontopilot.ontology.rdf.statements import Note, Statement
from ontopilot.ontology.terms import Iri

Notes = Mapping[str, Mapping[str, Note]]


@dataclass(slots=True)
class _Sides:
    removed: list[Value] = field(default_factory=list)
    added: list[Value] = field(default_factory=list)

    def change(self, place: Place, name: str) -> Change:
        _, aspect, predicate, language = place
        removed = tuple(sorted(self.removed, key=_by_text))
        added = tuple(sorted(self.added, key=_by_text))
        return Change(aspect, predicate, name, language, removed, added)


Places = dict[Place, _Sides]


def changes(
    old: Compared, new: Compared, pairs: Mapping[Iri, Iri]
) -> tuple[tuple[TermDiff, ...], tuple[Change, ...]]:
    """What changed of each term, and what is said about several terms at once."""
    before, after = old.keyed(), new.keyed()
    ours, theirs = old.noted(), new.noted()
    gone = {key: one for key, one in before.items() if key not in after}
    come = {key: one for key, one in after.items() if key not in before}
    then, now = Saying(old, new), Saying(new, old)
    places: Places = {}
    for statement, value in _values(then, gone, ours):
        places.setdefault(then.place(statement), _Sides()).removed.append(value)
    for statement, value in _values(now, come, theirs):
        places.setdefault(now.place(statement), _Sides()).added.append(value)
    kept = (ours.keys() | theirs.keys()) - gone.keys() - come.keys()
    for key in sorted(kept):
        for note in _lacking(ours.get(key, {}), theirs.get(key, {})):
            places.setdefault(_noted(then, note), _Sides()).removed.append(then.note(note))
        for note in _lacking(theirs.get(key, {}), ours.get(key, {})):
            places.setdefault(_noted(now, note), _Sides()).added.append(now.note(note))
    return _gathered(places, _Terms(old, new, then, now, pairs))


def _values(
    saying: Saying, statements: Mapping[str, Statement], notes: Notes
) -> Iterable[tuple[Statement, Value]]:
    for key, statement in statements.items():
        yield statement, saying.value(statement, notes.get(key, {}).values())


def _lacking(notes: Mapping[str, Note], others: Mapping[str, Note]) -> list[Note]:
    return [note for key, note in notes.items() if key not in others]


def _noted(saying: Saying, note: Note) -> Place:
    subject, _, predicate, _ = saying.place(note.about)
    return subject, "axiom annotation", predicate, ""


class _Terms:
    """The terms that changes are of, as both versions have them."""

    def __init__(
        self,
        old: Compared,
        new: Compared,
        then: Saying,
        now: Saying,
        pairs: Mapping[Iri, Iri],
    ) -> None:
        self._old, self._new, self._then, self._now = old, new, then, now
        back = {new.name(other): (iri, other) for iri, other in pairs.items()}
        self.renamed = back

    def both(self, shared: Iri) -> tuple[Named | None, Named | None]:
        """A term in the old and in the new version, where they mention it."""
        before, after = self.renamed.get(shared, (shared, shared))
        return _named(self._old, self._then, before), _named(self._new, self._now, after)

    def name(self, shared: Iri) -> str:
        """What people call a property, in either version."""
        before, after = self.renamed.get(shared, (shared, shared))
        names = {self._then.label(before)} if before in self._old.mentioned else set()
        names |= {self._now.label(after)} if after in self._new.mentioned else set()
        return min(names, default=self._now.label(after))


def _named(compared: Compared, saying: Saying, iri: Iri) -> Named | None:
    if iri not in compared.mentioned:
        return None
    header = v.OWL_ONTOLOGY in compared.version.triples.values(iri, v.RDF_TYPE)
    return saying.named(iri, "ontology" if header else "")


def _gathered(places: Places, terms: _Terms) -> tuple[tuple[TermDiff, ...], tuple[Change, ...]]:
    of_term: dict[Iri | None, list[Change]] = {shared: [] for shared in terms.renamed}
    for place, sides in places.items():
        of_term.setdefault(place[0], []).append(sides.change(place, terms.name(place[2])))
    for found in of_term.values():
        found.sort(key=lambda change: (ORDER[change.aspect], change.predicate, change.language))
    about_several = tuple(of_term.pop(None, ()))
    told: list[tuple[tuple[bool, Iri], TermDiff]] = []
    for shared, found in of_term.items():
        if shared is not None:
            before, after = terms.both(shared)
            term = TermDiff(before, after, tuple(_telling(found, before, after)))
            told.append(((term.term.kind != "ontology", shared), term))
    return tuple(term for _, term in sorted(told, key=lambda one: one[0])), about_several


def _telling(
    found: Iterable[Change], before: Named | None, after: Named | None
) -> Iterable[Change]:
    """The changes of a term, without its declaration where it is added or removed as a whole."""
    whole = before is None or after is None
    kind = (after or before or Named(Iri(""), "", "", "")).kind
    for change in found:
        declared = change.aspect == "declaration" and whole
        if not declared or {one.text for one in change.removed + change.added} != {kind}:
            yield change


def _by_text(value: Value) -> tuple[str, str, tuple[str, ...]]:
    return value.expression, value.text, value.notes
