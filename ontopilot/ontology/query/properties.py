"""What a property says of its two ends: domains, ranges, and what it inherits or inverts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.classes import ANYTHING, Alternatives, alternatives
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

Role = tuple[Iri, bool]
"""A property, and whether it is walked backwards."""

PropertyKind = OneOf["object", "data", "annotation", "any"]
_TEXTS = {v.RDFS_LABEL, v.RDFS_COMMENT}
_DECLARED: dict[Node, PropertyKind] = {
    v.OWL_OBJECT_PROPERTY: "object",
    v.OWL_TRANSITIVE: "object",
    v.OWL_SYMMETRIC: "object",
    v.OWL_ASYMMETRIC: "object",
    v.OWL_REFLEXIVE: "object",
    v.OWL_IRREFLEXIVE: "object",
    v.OWL_INVERSE_FUNCTIONAL: "object",
    v.OWL_DATA_PROPERTY: "data",
    v.OWL_ANNOTATION_PROPERTY: "annotation",
}


@dataclass(frozen=True, slots=True)
class End:
    """What one end of a property must be, and which property's axiom says so."""

    classes: Alternatives
    origin: Iri


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a property; `ranges` are the data ranges of a data property."""

    kind: PropertyKind
    starts: tuple[End, ...] = ()
    leads: tuple[End, ...] = ()
    ranges: tuple[Node, ...] = ()


class Properties:
    """The properties of one ontology, each read once."""

    def __init__(self, ontology: "Ontology") -> None:
        self._ontology = ontology
        self._triples = ontology.asserted
        self._ends: dict[Iri, Ends] = {}
        self._inverses: dict[Iri, set[Iri]] = {}
        for one, other in self._triples.pairs(v.OWL_INVERSE):
            if isinstance(other, str):
                self._inverses.setdefault(one, set()).add(Iri(other))
                self._inverses.setdefault(Iri(other), set()).add(one)
        self._equal: dict[Iri, set[Iri]] = {}
        for one, other in self._triples.pairs(v.OWL_EQUIVALENT_PROPERTY):
            if isinstance(other, str):
                self._equal.setdefault(one, set()).add(Iri(other))
                self._equal.setdefault(Iri(other), set()).add(one)
        self._symmetric = set(of_type(self._triples, v.OWL_SYMMETRIC))

    def ends(self, iri: Iri) -> Ends:
        """What a property says of its ends; nothing when it is an annotation or unknown."""
        if iri not in self._ends:
            self._ends[iri] = self._read(iri)
        return self._ends[iri]

    def implied(self, iri: Iri) -> frozenset[Role]:
        """The property with all that hold whenever it does, some of them backwards."""
        found: set[Role] = set()
        waiting: list[Role] = [(iri, False)]
        while waiting:
            role = waiting.pop()
            if role not in found:
                found.add(role)
                waiting.extend(self._next(*role))
        return frozenset(found)

    def _next(self, iri: Iri, backwards: bool) -> list[Role]:
        stated = self._triples.values(iri, v.RDFS_SUBPROPERTY)
        above = {Iri(one) for one in stated if isinstance(one, str)} | self._equal.get(iri, set())
        if not is_blank(iri):
            above |= self._ontology.ancestors(iri)
        inverse = self._inverses.get(iri, set()) | ({iri} if iri in self._symmetric else set())
        return [(one, backwards) for one in above] + [(one, not backwards) for one in inverse]

    def _read(self, iri: Iri) -> Ends:
        if iri in _TEXTS:
            return Ends("data", ranges=(v.RDFS_LITERAL,))
        if iri.startswith(v.BUILT_IN):
            return Ends("any")
        roles = sorted(self.implied(iri))
        kind = self._kind(iri, roles)
        if kind == "annotation":
            return Ends(kind)
        starts = self._expressions(roles, backwards=False)
        if kind == "data":
            return Ends(kind, starts, ranges=self._data_ranges(roles))
        return Ends(kind, starts, self._expressions(roles, backwards=True))

    def _kind(self, iri: Iri, roles: list[Role]) -> PropertyKind:
        """The declared kind, else what the range tells (RDFS declares none)."""
        kinds = {
            _DECLARED[cls] for cls in self._triples.values(iri, v.RDF_TYPE) if cls in _DECLARED
        }
        logical = kinds - {"annotation"}
        if logical:
            return next(iter(logical)) if len(logical) == 1 else "any"
        if kinds:
            return "annotation"
        ranges = [one for one in self._data_ranges(roles) if isinstance(one, str)]
        if any(self._is_datatype(one) for one in ranges):
            return "data"
        classes = [one for one in ranges if self._is_class(Iri(one))]
        return "object" if classes else "any"

    def _is_datatype(self, iri: str) -> bool:
        return iri.startswith(v.XSD) or iri in (v.RDFS_LITERAL, v.RDF_LANG_STRING)

    def _is_class(self, iri: Iri) -> bool:
        return self._ontology.has(iri) and self._ontology.term(iri).kind == "class"

    def _expressions(self, roles: list[Role], *, backwards: bool) -> tuple[End, ...]:
        found: dict[Alternatives, End] = {}
        for iri, turned in roles:
            axiom = v.RDFS_RANGE if turned != backwards else v.RDFS_DOMAIN
            for node in self._triples.values(iri, axiom):
                classes = alternatives(self._triples, node, self._ontology.types)
                if classes != ANYTHING:
                    found.setdefault(classes, End(classes, iri))
        return tuple(found.values())

    def _data_ranges(self, roles: list[Role]) -> tuple[Node, ...]:
        return tuple(
            node
            for iri, turned in roles
            if not turned
            for node in self._triples.values(iri, v.RDFS_RANGE)
            if not isinstance(node, Literal)
        )
