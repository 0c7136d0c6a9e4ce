"""Terms whose IRI changed while what is said of them stayed: found by structure alone.

Two terms are one under another IRI when

1. neither ontology mentions the IRI of the other;
2. they are of one kind;
3. all statements that mention them are the same, once every IRI that only one version has is left
   out of account, and one of these statements is more than a declaration;
4. no other term is like them in this.

Terms that are alike are told apart by those found before them. What is left is looked at again
with only the statements that have the term as subject, among which there must be a text. Whatever
is still alike, or differs in one statement, is a term removed and a term added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.colours import coloured
from ontopilot.ontology.rdf.forms import hashed
from ontopilot.ontology.rdf.statements import Statement, Statements
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Iri, Literal

ROUNDS = 100
"""How often terms found are used to tell others apart."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The statements of one version, and its terms that the other does not mention, with kinds."""

    statements: Statements
    kinds: Mapping[Iri, str]


def renamed(old: Candidates, new: Candidates, known: Mapping[Iri, Iri]) -> dict[Iri, Iri]:
    """The new IRI of each term that was renamed, those that are known among them."""
    found = dict(known)
    if not old.kinds or not new.kinds:
        return found
    before, after = _Mentions(old), _Mentions(new)
    for whole in (True, False):
        for _ in range(ROUNDS):
            ours = {iri: name_of(iri, other) for iri, other in found.items()}
            theirs = {other: name_of(iri, other) for iri, other in found.items()}
            pairs = _alike(before.signatures(ours, whole), after.signatures(theirs, whole))
            if not pairs:
                break
            found.update(pairs)
    return found


def name_of(old: Iri, new: Iri) -> Iri:
    """The name that stands for both IRIs of a renamed term, whichever version came first."""
    return min(old, new)


def _alike(old: Mapping[Iri, str], new: Mapping[Iri, str]) -> list[tuple[Iri, Iri]]:
    """Terms with one signature that no other has, paired."""
    ours, theirs = _unique(old), _unique(new)
    return [(ours[one], theirs[one]) for one in ours.keys() & theirs.keys()]


def _unique(signatures: Mapping[Iri, str]) -> dict[str, Iri]:
    found: dict[str, Iri | None] = {}
    for term, signature in signatures.items():
        found[signature] = None if signature in found else term
    return {signature: term for signature, term in found.items() if term is not None}


class _Mentions:
    """Which statements mention each candidate."""

    def __init__(self, version: Candidates) -> None:
        self._version = version
        wanted = version.kinds.keys()
        forms = version.statements.forms
        held = forms.holding(wanted | forms.loose)
        self._keys = forms.keys(dict.fromkeys(forms.loose, ""))
        self._changing = [node for node in forms.order if node in held]
        self._said: list[Statement] = []
        self._of: dict[Iri, list[int]] = {iri: [] for iri in wanted}
        for statement in version.statements.all:
            inside = statement.holds(wanted, held) & wanted
            for iri in inside:
                self._of[Iri(str(iri))].append(len(self._said))
            if inside:
                self._said.append(statement)

    def signatures(self, names: Mapping[Iri, Iri], whole: bool) -> dict[Iri, str]:
        """What is said of each candidate that has no name yet; with `whole`, where it is said."""
        kinds = self._version.kinds
        known = {**{iri: f"? {kind}" for iri, kind in kinds.items()}, **names}
        statements = self._version.statements
        self._keys.update({**known, **coloured(statements, known)})
        statements.forms.fill(self._keys, self._changing)
        digests = [hashed(one.key(self._keys)) for one in self._said]
        found: dict[Iri, str] = {}
        for iri, places in self._of.items():
            owns = [(self._said[place].subject == iri, digests[place]) for place in places]
            about = sorted(one for one in owns if whole or one[0])
            said = [self._said[place] for place in places]
            if iri not in names and _says_enough(said, iri, whole):
                found[iri] = hashed((kinds[iri], about))
        return found


def _says_enough(said: Iterable[Statement], term: Iri, whole: bool) -> bool:
    """Whether statements are more than declarations, and have a text where only some count."""
    if whole:
        return any(one.part.predicate != v.RDF_TYPE or _is_own(one.part.members) for one in said)
    own = (one for one in said if one.subject == term)
    return any(isinstance(value, Literal) for one in own for value in one.part.members)


def _is_own(members: tuple[Node, ...]) -> bool:
    return not any(isinstance(one, str) and one.startswith(v.BUILT_IN) for one in members)
