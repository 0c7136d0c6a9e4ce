"""One version made ready for comparison: its statements, with keys that both versions share."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from ontopilot.ontology.compare.renames import Candidates, name_of, renamed
from ontopilot.ontology.compare.versions import Version
from ontopilot.ontology.rdf.colours import coloured
from ontopilot.ontology.rdf.statements import SYMMETRIC, Note, Statement, Statements, mentioned
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri


@dataclass(frozen=True, slots=True)
class Compared:
    """A version with the statements that need comparing.

    `names` has the common name of each renamed term, `keys` also the keys of blank nodes,
    `mentioned` every IRI of the version.
    """

    version: Version
    statements: Statements
    names: Mapping[Iri, Iri]
    keys: Mapping[Iri, str]
    mentioned: Set[Node]

    def name(self, iri: Iri) -> Iri:
        """The name that a term has in both versions."""
        return self.names.get(iri, iri)

    def keyed(self) -> dict[str, Statement]:
        """The statements by what tells them apart; one that is made twice is one statement."""
        return {statement.key(self.keys): statement for statement in self.statements.all}

    def noted(self) -> dict[str, dict[str, Note]]:
        """The annotations of statements, by the keys of both."""
        found: dict[str, dict[str, Note]] = {}
        for note in self.statements.notes:
            about = found.setdefault(note.about.key(self.keys), {})
            about[note.key(self.keys)] = note
        return found


def compared(old: Version, new: Version) -> tuple[Compared, Compared, Mapping[Iri, Iri]]:
    """Both versions ready for comparison, and the new IRI of each renamed term."""
    shared = _shared(old.triples, new.triples)
    ours, theirs = Statements(old.triples, shared), Statements(new.triples, shared)
    before, after = mentioned(old.triples), mentioned(new.triples)
    pairs = renamed(
        Candidates(ours, _only(old, after)),
        Candidates(theirs, _only(new, before)),
        _headers(old, new, before, after),
    )
    names = {iri: name_of(iri, other) for iri, other in pairs.items()}
    back = {other: name_of(iri, other) for iri, other in pairs.items()}
    return _ready(old, ours, names, before), _ready(new, theirs, back, after), pairs


def _shared(old: Triples, new: Triples) -> set[Triple]:
    """Triples of both versions that mean the same in both, whatever the others are."""
    found: set[Triple] = set()
    for subject, about in old.by_subject.items():
        there = new.by_subject.get(subject)
        if there is None or is_blank(subject):
            continue
        for predicate, values in about.items():
            others = there.get(predicate)
            if others is not None and predicate not in SYMMETRIC:
                found.update(
                    (subject, predicate, value)
                    for value in values
                    if value in others and not is_blank(value)
                )
    return found


def _only(version: Version, elsewhere: Set[Node]) -> dict[Iri, str]:
    """The terms that a version describes and the other does not mention, with their kinds."""
    header = version.relative(version.loaded.iri)
    return {
        iri: version.kinds.get(iri, "")
        for iri in version.triples.by_subject
        if iri not in elsewhere and iri != header and not is_blank(iri)
    }


def _headers(old: Version, new: Version, before: Set[Node], after: Set[Node]) -> dict[Iri, Iri]:
    """The ontology itself, where its IRI changed: a file has only one."""
    ours, theirs = (one.relative(one.loaded.iri) for one in (old, new))
    both = ours in before and theirs in after
    return {ours: theirs} if both and ours not in after and theirs not in before else {}


def _ready(
    version: Version, statements: Statements, names: Mapping[Iri, Iri], every: Set[Node]
) -> Compared:
    colours = coloured(statements, names)
    keys = statements.forms.keys({**names, **colours})
    return Compared(version, statements, names, keys, every)
