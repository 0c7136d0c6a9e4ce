"""Triples without the names of blank nodes, to compare what two files say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.normal import logical
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank, is_named
from ontopilot.ontology.terms import Iri, Literal


@dataclass(frozen=True, slots=True)
class Ground:
    """Triples whose blank nodes are named by what is said of them, so that equal ones are equal.

    `roots` are the blank nodes that no triple leads to, by their new names. `is_tree` says that
    no blank node is led to twice or from itself: then equal triples mean the same.
    """

    triples: frozenset[Triple]
    roots: dict[Iri, Iri]
    is_tree: bool

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> "Ground":
        """Name the blank nodes of triples anew."""
        indexed = triples if isinstance(triples, Triples) else Triples.of(triples)
        led_to = [o for _, _, o in indexed if isinstance(o, str) and is_blank(o)]
        names = _Names(indexed)
        grounded = frozenset(
            (names.of(subject), predicate, names.of(value)) for subject, predicate, value in indexed
        )
        blank = {subject for subject in indexed.by_subject if is_blank(subject)}
        roots = {Iri(str(names.of(node))): node for node in blank - set(led_to)}
        tree = len(set(led_to)) == len(led_to) and not names.circular
        return cls(grounded, roots, tree)  # type: ignore[arg-type]


class _Names:
    """The new names of nodes; a blank one gets a hash of its triples, the inner ones first."""

    def __init__(self, triples: Triples) -> None:
        self._triples = triples
        self._known: dict[Node, Iri] = {}
        self.circular = False

    def of(self, node: Node) -> Node:
        """The name of a node; literals and IRIs keep theirs."""
        if isinstance(node, Literal) or not is_blank(node):
            return node
        if node not in self._known:
            self._name(node)
        return self._known[node]

    def _name(self, start: Iri) -> None:
        """Name a node after those below it; an RDF list may be too long for recursion."""
        waiting, open_ = [start], set[Iri]()
        while waiting:
            node = waiting[-1]
            inner = [one for one in self._below(node) if one not in self._known]
            if node in open_ or not inner:
                waiting.pop()
                self.circular |= bool(inner)
                self._known.setdefault(node, self._hashed(node))
                continue
            open_.add(node)
            self.circular |= not open_.isdisjoint(inner)
            waiting += [one for one in inner if one not in open_]

    def _below(self, node: Iri) -> Iterator[Iri]:
        for values in self._triples.about(node).values():
            for value in values:
                if isinstance(value, str) and is_blank(value):
                    yield value

    def _hashed(self, node: Iri) -> Iri:
        about = sorted(
            (predicate, repr(self._known.get(value, "circle") if _blank(value) else value))
            for predicate, values in self._triples.about(node).items()
            for value in values
        )
        return Iri("_:" + blake2b(repr(about).encode(), digest_size=16).hexdigest())


def _blank(node: Node) -> bool:
    return isinstance(node, str) and is_blank(node)


def same_logic(old: Triples, new: Triples) -> bool:
    """Whether two versions surely imply the same: at most annotations and headers differ."""
    (named, blank), (named_now, blank_now) = _parted(logical(old)), _parted(logical(new))
    if named != named_now:
        return False
    before, after = Ground.of(blank), Ground.of(blank_now)
    return before.is_tree and after.is_tree and before.triples == after.triples


def _parted(triples: Iterable[Triple]) -> tuple[set[Triple], list[Triple]]:
    """Those that only name things, and those about blank nodes, whose names say nothing."""
    named, blank = set[Triple](), list[Triple]()
    for triple in triples:
        if is_blank(triple[0]) or is_blank(triple[2]):
            blank.append(triple)
        else:
            named.add(triple)
    return named, blank


def touched(old: Triples, new: Triples) -> frozenset[Iri]:
    """What the triples that only one of two versions has are about.

    That is their subject; an annotated axiom is about its own subject, and an axiom that is about
    no one thing, such as that several classes are disjoint, about everything that it names.
    """
    before, after = Ground.of(old), Ground.of(new)
    found: set[Iri] = set()
    for subject, _, _ in before.triples ^ after.triples:
        if is_named(subject):
            found.add(subject)
        for ground, triples in ((before, old), (after, new)):
            if subject in ground.roots:
                found.update(_named_by(triples, ground.roots[subject]))
    return frozenset(iri for iri in found if not iri.startswith(v.BUILT_IN))


def _named_by(triples: Triples, root: Iri) -> Iterator[Iri]:
    annotated = triples.values(root, v.OWL_ANNOTATED_SOURCE)
    waiting, seen = list(annotated) or [root], set[Node]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Literal) or node in seen:
            continue
        seen.add(node)
        if is_named(node):
            yield node
        else:
            waiting += [value for values in triples.about(node).values() for value in values]
