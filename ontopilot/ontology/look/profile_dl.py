"""What takes an ontology out of OWL 2 DL (Structural Specification, sections 5.8, 11.1, 11.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import CHARACTERISTICS, ENTITIES
from ontopilot.ontology.look.axioms import Axiom, Axioms
from ontopilot.ontology.look.makeup import DATATYPES
from ontopilot.ontology.look.operands import Operands, Role
from ontopilot.ontology.owl.axioms import UNKNOWN
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.triples import is_blank
from ontopilot.ontology.snapshot.hierarchy import closure
from ontopilot.ontology.terms import Iri, TermKind

_DATATYPES = {
    *(DATATYPES - {v.RDF_LANG_STRING}),
    *(
        Iri(v.XSD + name)
        for name in """decimal integer nonNegativeInteger nonPositiveInteger positiveInteger
        negativeInteger long int short byte unsignedLong unsignedInt unsignedShort unsignedByte
        double float string normalizedString token language Name NCName NMTOKEN boolean hexBinary
        base64Binary anyURI dateTime dateTimeStamp""".split()
    ),
}
_BUILT_IN: Mapping[Role, set[Iri]] = {
    "class": {v.OWL_THING, v.OWL_NOTHING},
    "property": {
        v.OWL_TOP_OBJECT,
        v.OWL_TOP_DATA,
        Iri(v.OWL + "bottomObjectProperty"),
        Iri(v.OWL + "bottomDataProperty"),
    },
    "range": _DATATYPES,
}
_KINDS: Mapping[Role, tuple[TermKind, ...]] = {
    "class": ("class",),
    "property": ("object_property", "data_property"),
    "range": ("datatype",),
}
_APART: tuple[tuple[TermKind, TermKind], ...] = (
    ("object_property", "data_property"),
    ("object_property", "annotation_property"),
    ("data_property", "annotation_property"),
    ("class", "datatype"),
)
_SIMPLE_ONLY = frozenset(
    """FunctionalObjectProperty InverseFunctionalObjectProperty IrreflexiveObjectProperty
    AsymmetricObjectProperty DisjointObjectProperties""".split()
)
_COUNTED = ("MinCardinality", "MaxCardinality", "ExactCardinality", "HasSelf")

Found = tuple[Axiom | None, str]


def beyond_dl(axioms: Axioms) -> Iterator[Found]:
    """The axioms that are not in OWL 2 DL, and why; a term without its declaration counts once.

    Not looked at are the shape of the facts between individuals without names, and the facets of
    datatypes.
    """
    declared = _declared(axioms)
    yield from _malformed(axioms)
    yield from ((axiom, reason) for axiom, _, reason in undeclared(axioms))
    for iri, kinds in declared.items():
        for one, other in _APART:
            if one in kinds and other in kinds:
                both = f"{_words(one)} and {_words(other)}"
                yield None, f"{local_name(iri)} is declared as {both}"
    roles = _Roles.of(axioms)
    yield from _complex(axioms, roles)
    yield from _irregular(roles)


def _words(kind: TermKind) -> str:
    return ("an " if kind[0] in "ao" else "a ") + kind.replace("_", " ")


def _declared(axioms: Axioms) -> dict[Iri, set[TermKind]]:
    """The kinds as which terms are declared; a characteristic declares its property (OWL 1)."""
    found: dict[Iri, set[TermKind]] = {}
    for subject, value in axioms.triples.pairs(v.RDF_TYPE):
        if value in ENTITIES:
            found.setdefault(subject, set()).add(ENTITIES[Iri(str(value))])
        elif value in CHARACTERISTICS and value != v.OWL_FUNCTIONAL:
            found.setdefault(subject, set()).add("object_property")
    return found


def _malformed(axioms: Axioms) -> Iterator[Found]:
    operands = Operands(axioms)
    for axiom in axioms.all:
        if axiom.kind == UNKNOWN:
            name = local_name(axiom.statement.part.predicate)
            yield axiom, f"'{name}' in this place makes no axiom of OWL 2"
        elif axiom.is_logical:
            for _, _, construct in operands.each(axiom):
                if construct is not None and construct.name == "Malformed":
                    yield axiom, "an expression in it is cut off or malformed"
                    break


def undeclared(axioms: Axioms) -> Iterator[tuple[Axiom, Iri, str]]:
    """Where a term is first used as something that it is not declared as, and what is wrong."""
    operands = Operands(axioms)
    declared = _declared(axioms)
    told: set[tuple[Iri, Role]] = set()
    for axiom in axioms.logical:
        for role, kinds in _KINDS.items():
            for name in operands.names(axiom, role):
                if (name, role) in told or is_blank(name) or name in _BUILT_IN[role]:
                    continue
                if name in declared and declared[name].intersection(kinds):
                    continue
                told.add((name, role))
                yield axiom, name, _unfit(name, role)


def _unfit(name: Iri, role: Role) -> str:
    what = {"class": "class", "property": "property", "range": "datatype"}[role]
    local = local_name(name)
    if name.startswith(v.BUILT_IN):
        return f"'{local}' of the language is no {what} of OWL 2"
    return f"'{local}' is used as a {what} and not declared as one"


@dataclass(frozen=True, slots=True)
class _Roles:
    """How object properties imply one another; an inverse counts as its property.

    `weak` leads from a property to those above it, `strict` from a step of a chain to the property
    that the chain implies, `composite` are those that several steps imply.
    """

    weak: dict[Iri, set[Iri]] = field(default_factory=dict)
    strict: list[tuple[Iri, Iri, Axiom]] = field(default_factory=list)
    composite: set[Iri] = field(default_factory=set)

    @classmethod
    def of(cls, axioms: Axioms) -> "_Roles":
        found = cls()
        operands = Operands(axioms)
        for axiom in axioms.logical:
            subject, part = axiom.statement.subject, axiom.statement.part
            names = list(operands.names(axiom, "property"))
            if axiom.kind == "TransitiveObjectProperty" and subject is not None:
                found.composite.update(names)
            elif part.predicate == v.OWL_CHAIN and names:
                found._chain(axiom, names)
            elif axiom.kind == "SubObjectPropertyOf" and len(names) == 2:
                found.weak.setdefault(names[0], set()).add(names[1])
            elif axiom.kind in ("EquivalentObjectProperties", "InverseObjectProperties"):
                for one in names:
                    found.weak.setdefault(one, set()).update(set(names) - {one})
        above = [closure(one, found.weak) for one in found.composite]
        found.composite.update(*above)
        return found

    def _chain(self, axiom: Axiom, names: list[Iri]) -> None:
        implied, steps = names[0], names[1:]
        self.composite.add(implied)
        if steps == [implied, implied]:
            return
        if steps[:1] == [implied]:
            steps = steps[1:]
        elif steps[-1:] == [implied]:
            steps = steps[:-1]
        self.strict.extend((step, implied, axiom) for step in steps)


def _complex(axioms: Axioms, roles: _Roles) -> Iterator[Found]:
    """Properties that several steps imply, where only simple ones may stand."""
    operands = Operands(axioms)
    for axiom in axioms.logical:
        if axiom.kind in _SIMPLE_ONLY:
            used = list(operands.names(axiom, "property"))
        else:
            used = [
                Iri(str(operands.constructs.inverted(one) or one))
                for _, _, construct in operands.each(axiom)
                if construct is not None and construct.name in _COUNTED and not construct.data
                for one in construct.properties
            ]
        wrong = next((one for one in used if one in roles.composite), None)
        if wrong is not None:
            yield (
                axiom,
                (
                    f"'{local_name(wrong)}' is transitive or implied by a chain, and may not be "
                    "counted, functional, irreflexive, asymmetric or disjoint"
                ),
            )


def _irregular(roles: _Roles) -> Iterator[Found]:
    """Chains whose steps depend on the property that they imply."""
    edges = {one: set(above) for one, above in roles.weak.items()}
    for step, implied, _ in roles.strict:
        edges.setdefault(step, set()).add(implied)
    for step, implied, axiom in roles.strict:
        if step == implied or step in closure(implied, edges):
            yield axiom, "the chains depend on one another in a circle"
