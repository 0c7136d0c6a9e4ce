"""What an ontology asserts, statement by statement, whatever its triples are called or ordered."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import (
    ABOUT_EXPRESSIONS,
    AXIOM_PARTS,
    REIFYING,
    Forms,
    Part,
    held_in,
    node_key,
    part_key,
)
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

SYMMETRIC = {
    v.OWL_DISJOINT_WITH,
    v.OWL_EQUIVALENT_CLASS,
    v.OWL_EQUIVALENT_PROPERTY,
    v.OWL_INVERSE,
    v.OWL_PROPERTY_DISJOINT,
    v.OWL_SAME_AS,
    v.OWL_DIFFERENT_FROM,
}
"""Axioms about a set of terms: which of them comes first means nothing."""
_OF_MEMBERS = {
    v.OWL_ALL_DISJOINT_CLASSES: v.OWL_DISJOINT_WITH,
    v.OWL_ALL_DISJOINT_PROPERTIES: v.OWL_PROPERTY_DISJOINT,
    v.OWL_ALL_DIFFERENT: v.OWL_DIFFERENT_FROM,
}
_ON_NAMED = {v.OWL_INTERSECTION, v.OWL_UNION, v.OWL_ONE_OF, v.OWL_COMPLEMENT}
_DEEPEST = 30
"""How many annotations may annotate one another."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An axiom, a fact or an annotation: something is said of a subject, or of several terms."""

    subject: Iri | None
    part: Part

    def key(self, keys: Mapping[Iri, str]) -> str:
        """What tells a statement from others."""
        subject = None if self.subject is None else node_key(self.subject, keys)
        return repr((subject, part_key(self.part, keys)))

    def holds(self, wanted: Set[Node], held: Mapping[Iri, frozenset[Node]]) -> frozenset[Node]:
        """The wanted nodes and terms that it mentions, itself or in the trees that `held` has."""
        found = set(held_in(self.part, wanted, held))
        if self.subject is not None:
            found |= {self.subject} & wanted
            found |= held.get(self.subject, frozenset())
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Note:
    """Annotations of a statement, or of the annotations of it that `path` names."""

    about: Statement
    path: tuple[Part, ...]
    parts: tuple[Part, ...]

    def key(self, keys: Mapping[Iri, str]) -> str:
        """What tells a note from others on the same statement."""
        path = [part_key(part, keys) for part in self.path]
        return repr((path, sorted(part_key(part, keys) for part in self.parts)))


class Statements:
    """The statements of a graph, without those of its named triples that `known` holds too.

    Example:
        >>> old, new = Statements(before), Statements(after)  # doctest: +SKIP
    """

    def __init__(self, triples: Triples, known: Set[Triple] = frozenset()) -> None:
        self.forms = Forms(triples)
        self._known = known
        self.notes: list[Note] = []
        self.all: list[Statement] = list(self._read())

    def _read(self) -> Iterator[Statement]:
        triples, kinds = self.forms.triples, self.forms.kinds
        for subject, about in triples.by_subject.items():
            if not is_blank(subject):
                for predicate, values in about.items():
                    for value in values:
                        if (
                            subject,
                            predicate,
                            value,
                        ) not in self._known and value != v.SWRL_VARIABLE:
                            yield self._made(subject, predicate, value)
            elif subject in self.forms.loose:
                yield from self._of_loose(subject)
            elif subject in kinds:
                yield from self._of_tree(subject)

    def _made(self, subject: Iri, predicate: Iri, value: Node) -> Statement:
        if predicate in SYMMETRIC and not isinstance(value, Literal):
            return Statement(None, Part(predicate, (subject, value), "set"))
        return Statement(subject, self.forms.part(predicate, value))

    def _of_loose(self, node: Iri) -> Iterator[Statement]:
        for part in self.forms.parts[node]:
            yield Statement(node, part)
        if self.forms.kinds[node] == "expression":
            yield from self._about(node)
        if self.forms.kinds[node] == "axiom":
            self._annotated(node, Statement(node, Part(v.RDF_TYPE, ())))

    def _of_tree(self, node: Iri) -> Iterator[Statement]:
        kind = self.forms.kinds[node]
        if kind == "expression":
            yield from self._about(node)
        elif kind == "axiom":
            statement = self._axiom(node)
            yield statement
            self._annotated(node, statement)
        elif kind == "note":
            yield from self._noted(node)
        elif not self.forms.uses[node]:
            yield Statement(None, Part(v.OWL_NAMED_INDIVIDUAL, (node,)))

    def _about(self, node: Iri) -> Iterator[Statement]:
        for predicate, values in self.forms.triples.about(node).items():
            if predicate in ABOUT_EXPRESSIONS:
                for value in values:
                    yield self._made(node, predicate, value)

    def _axiom(self, node: Iri) -> Statement:
        about = self.forms.triples.about(node)
        source = about.get(v.OWL_SOURCE, ())
        said = [*about.get(v.OWL_ASSERTION_PROPERTY, ())]
        said += [*about.get(v.OWL_TARGET, ()), *about.get(v.OWL_TARGET_VALUE, ())]
        if len(source) == 1 and isinstance(source[0], str) and len(said) == 2:
            return Statement(Iri(source[0]), Part(v.OWL_NEGATIVE, tuple(said), "list"))
        for cls in about[v.RDF_TYPE]:
            predicate = _OF_MEMBERS.get(Iri(str(cls)))
            parts = [p for p in self.forms.parts[node] if p.shape == "set"]
            if predicate is not None and len(parts) == 1:
                return Statement(None, Part(predicate, parts[0].members, "set"))
            if cls == v.SWRL_IMP:
                return Statement(None, Part(v.SWRL_IMP, (node,)))
        return Statement(None, Part(v.OWL_AXIOM, (node,)))

    def _annotated(self, node: Iri, statement: Statement) -> None:
        """Note the annotations of a node that is an axiom."""
        parts = tuple(
            self.forms.part(predicate, value)
            for predicate, values in self.forms.triples.about(node).items()
            if predicate not in AXIOM_PARTS
            for value in values
        )
        if parts:
            self.notes.append(Note(statement, (), parts))

    def _noted(self, node: Iri) -> Iterator[Statement]:
        """Note the annotations of an axiom; one that annotates no axiom is a statement itself."""
        path: list[Part] = []
        at = node
        for _ in range(_DEEPEST):
            source, predicate, value = (self._one(at, one) for one in REIFYING)
            if isinstance(source, Literal) or isinstance(predicate, Literal):
                break
            if self.forms.kinds.get(source) != "note":
                if self._asserts(source, predicate, value):
                    about = self._made(source, predicate, value)
                    self.notes.append(Note(about, tuple(path), tuple(self._own(node))))
                    return
                break
            path.append(self.forms.part(predicate, value))
            at = source
        yield Statement(None, Part(v.OWL_AXIOM, (node,)))

    def _one(self, node: Iri, predicate: Iri) -> Iri | Literal:
        return self.forms.triples.about(node)[predicate][0]

    def _own(self, node: Iri) -> Iterable[Part]:
        """The parts of an annotation that say something."""
        for part in self.forms.parts[node]:
            reifies = part.predicate in REIFYING
            typed = part.predicate == v.RDF_TYPE and part.members[0] in _NOTE_TYPES
            if not reifies and not typed:
                yield part

    def _asserts(self, subject: Iri, predicate: Iri, value: Node) -> bool:
        """Whether a triple is there; a nameless value may be there as another node of one form."""
        values = self.forms.triples.values(subject, predicate)
        return value in values or (is_blank(value) and any(is_blank(one) for one in values))


_NOTE_TYPES = (v.OWL_AXIOM, v.OWL_ANNOTATION)


def mentioned(triples: Triples) -> set[Node]:
    """Every IRI that a graph mentions."""
    return {
        *triples.by_subject,
        *triples.by_predicate,
        *(
            value
            for about in triples.by_subject.values()
            for values in about.values()
            for value in values
            if isinstance(value, str)
        ),
    }


def tidied(triples: Triples, header: Iri) -> Iterator[Triple]:
    """Triples with two forms rewritten that mean the same as others.

    A boolean expression on a named class (OWL 1) becomes an equivalent class, as Protégé saves it;
    an ontology without a name gets the name of its file.
    """
    headers = _nameless_headers(triples)
    for number, (subject, predicate, value) in enumerate(triples):
        if predicate in _ON_NAMED and not is_blank(subject):
            twin = Iri(f"_:twin.{number}")
            yield subject, v.OWL_EQUIVALENT_CLASS, twin
            yield twin, predicate, value
        else:
            yield (header if subject in headers else subject), predicate, value


def is_tidy(triples: Triples) -> bool:
    """Whether no triple has a form that `tidied` rewrites."""
    named = (one for form in _ON_NAMED for one, _ in triples.pairs(form) if not is_blank(one))
    return next(named, None) is None and not _nameless_headers(triples)


def _nameless_headers(triples: Triples) -> set[Iri]:
    return {one for one in of_type(triples, v.OWL_ONTOLOGY) if is_blank(one)}
