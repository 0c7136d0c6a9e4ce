"""What a picture of a term shows: the terms above and below it, and what joins it to others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.look.axioms import Axiom, Axioms
from ontopilot.ontology.look.operands import Operands
from ontopilot.ontology.rdf.triples import is_blank
from ontopilot.ontology.terms import Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

MOST = 40
"""The most terms in a column, and the most relations; what is left out is told."""

Look = OneOf["class", "individual", "property", "value"]
_LOOKS: Final[dict[str, Look]] = {
    "class": "class",
    "datatype": "value",
    "individual": "individual",
    "object_property": "property",
    "data_property": "property",
    "annotation_property": "property",
}
_QUANTIFIERS: Final = {
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
}
_TOLD: Final = {
    "equivalent class": "is defined as",
    "restriction": "is",
    "disjoint": "is disjoint with",
    "inverse": "is inverse of",
    "domain": "starts from",
    "range": "leads to",
    "chain": "follows from",
    "characteristic": "is",
    "equivalent property": "is the same as",
    "same": "is the same as",
    "different": "is different from",
    "negative fact": "is not",
}
_APART = ("disjoint", "different")
"""Aspects of which all are drawn as one, after the rest."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A term in the tree: its name, how it looks, its column, and how many terms are not drawn.

    Columns left of 0 are above the term in the middle, those right of it below.
    """

    iri: Iri
    label: str
    look: Look
    column: int
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """One term of the tree is directly below another."""

    below: Iri
    above: Iri
    inferred: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """What is said of the term beside its place: a property, its value, and the direction."""

    name: str
    value: str
    look: Look
    to: bool = True
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn; `left_out` counts terms and relations that are not."""

    focus: Iri
    label: str
    kind: str
    source: str
    terms: tuple[Shown, ...]
    links: tuple[Link, ...]
    relations: tuple[Relation, ...]
    left_out: int


def scene(ontology: "Ontology", iri: Iri, *, depth: int) -> Scene:
    """The scene around a term, so many levels up and down."""
    term = ontology.term(iri)
    up = _levels(iri, depth, lambda one: _above(ontology, one))
    down = _levels(iri, depth, lambda one: _below(ontology, one))
    columns = {one: -level for one, level in up.items()}
    columns |= {one: level for one, level in down.items() if one not in columns}
    kept, left = _kept(ontology, columns)
    links = tuple(_links(ontology, iri, kept))
    terms = tuple(_shown(ontology, one, column, kept) for one, column in kept.items())
    relations = list(dict.fromkeys(_relations(ontology, iri)))
    left += max(0, len(relations) - MOST)
    source = f"{ontology.iri or ontology.path.name}, version {ontology.version}"
    kind = term.kind.replace("_", " ")
    return Scene(iri, term.label, kind, source, terms, links, tuple(relations[:MOST]), left)


Near = Callable[[Iri], frozenset[Iri]]


def _above(ontology: "Ontology", iri: Iri) -> frozenset[Iri]:
    """The terms directly above, without those that are the same."""
    if ontology.term(iri).kind == "individual":
        types = ontology.types(iri)
        return frozenset(one for one in types if not types & ontology.descendants(one))
    return frozenset(
        one for one in ontology.parents(iri) - ontology.descendants(iri) if ontology.has(one)
    )


def _below(ontology: "Ontology", iri: Iri) -> frozenset[Iri]:
    return frozenset(ontology.children(iri) - ontology.ancestors(iri))


def _levels(start: Iri, depth: int, near: Near) -> dict[Iri, int]:
    """The terms within so many steps, each as far out as the longest way through these terms."""
    steps: dict[Iri, frozenset[Iri]] = {}
    reached = [start]
    for _ in range(depth):
        for one in reached:
            steps[one] = near(one)
        reached = [o for o in dict.fromkeys(n for r in reached for n in steps[r]) if o not in steps]
    inside = {*steps, *reached}
    levels = dict.fromkeys(inside, 0)
    waiting = [start]
    while waiting:
        one = waiting.pop(0)
        for further in steps.get(one, near(one)) & inside:
            if levels[further] <= levels[one] < len(inside):
                levels[further] = levels[one] + 1
                waiting.append(further)
    return levels


def _kept(ontology: "Ontology", columns: dict[Iri, int]) -> tuple[dict[Iri, int], int]:
    """The terms that find room, by their labels, and how many do not."""
    kept: dict[Iri, int] = {}
    room: dict[int, int] = {}
    for one in sorted(columns, key=lambda each: (abs(columns[each]), ontology.label(each))):
        column = columns[one]
        if room.setdefault(column, MOST) > 0:
            room[column] -= 1
            kept[one] = column
    return kept, len(columns) - len(kept)


def _links(ontology: "Ontology", focus: Iri, kept: dict[Iri, int]) -> Iterator[Link]:
    for one, column in kept.items():
        for above in sorted(_above(ontology, one)):
            if above in kept and kept[above] < column and (column <= 0 or kept[above] >= 0):
                asserted = any(
                    above in ontology.asserted.values(one, predicate)
                    for predicate in (v.RDFS_SUBCLASS, v.RDFS_SUBPROPERTY, v.RDF_TYPE)
                )
                yield Link(one, above, inferred=not asserted)


def _shown(ontology: "Ontology", iri: Iri, column: int, kept: dict[Iri, int]) -> Shown:
    further = _above(ontology, iri) if column < 0 else _below(ontology, iri) if column > 0 else ()
    hidden = sum(one not in kept for one in further)
    term = ontology.term(iri)
    return Shown(iri, term.label, _LOOKS[term.kind], column, hidden)


def _relations(ontology: "Ontology", iri: Iri) -> Iterator[Relation]:
    axioms = Axioms(ontology)
    operands = Operands(axioms)
    told: set[tuple[Iri, Iri | Literal]] = set()
    apart: dict[str, list[tuple[str, Look]]] = {}
    for axiom in axioms.of(iri):
        if axiom.aspect == "restriction":
            yield _restricted(ontology, axioms, operands, axiom)
            told.update(_fact_of(operands, axiom))
        elif axiom.aspect in _TOLD:
            text, look = axioms.said_of(axiom, iri)[1], _look_of(ontology, axiom, iri)
            if axiom.kind == "DisjointUnion":
                yield Relation("is divided into", text, look)
            elif axiom.aspect in _APART:
                apart.setdefault(_TOLD[axiom.aspect], []).append((text, look))
            else:
                yield Relation(_TOLD[axiom.aspect], text, look)
    yield from sorted(_facts(ontology, iri, told), key=_place)
    for name, others in apart.items():
        yield Relation(name, ", ".join(text for text, _ in others), others[0][1])


def _facts(
    ontology: "Ontology", iri: Iri, told: set[tuple[Iri, Iri | Literal]]
) -> Iterator[Relation]:
    """The facts about a term that its axioms do not tell, and those with it as their value."""
    for fact in ontology.facts(iri):
        kind = fact.predicate in (v.RDF_TYPE, v.RDFS_SUBCLASS)
        if not kind and (fact.predicate, fact.object) not in told:
            yield _fact(ontology, fact)
    for fact in ontology.facts(object=iri):
        if fact.predicate not in (v.RDF_TYPE, v.RDFS_SUBCLASS):
            look = _LOOKS[ontology.term(fact.subject).kind]
            name, value = ontology.label(fact.predicate), ontology.label(fact.subject)
            yield Relation(name, value, look, to=False, inferred=fact.inferred)


def _place(relation: Relation) -> tuple[bool, bool, str, str]:
    """What is stated before what is inferred, what starts here before what leads here."""
    return not relation.to, relation.inferred, relation.name, relation.value


def _restricted(ontology: "Ontology", axioms: Axioms, operands: Operands, axiom: Axiom) -> Relation:
    """A restriction as a property with its quantifier, and what it leads to."""
    node = axiom.statement.part.members[0]
    construct = operands.constructs.read(node)
    single = len(construct.properties) == 1 and len(construct.parts) <= 1
    if construct.name not in _QUANTIFIERS or not single:
        return Relation("is", axioms.write(node), "class")
    words = [axioms.write(construct.properties[0]), _QUANTIFIERS[construct.name]]
    if "Cardinality" in construct.name:
        words.append(str(construct.number))
    name = " ".join(filter(None, words))
    if not construct.parts:
        return Relation(name, "anything", "value" if construct.data else "class")
    filler = construct.parts[0]
    named = isinstance(filler, str) and not is_blank(filler) and ontology.has(filler)
    look = _LOOKS[ontology.term(Iri(str(filler))).kind] if named else "class"
    literal = isinstance(filler, Literal) or construct.data
    return Relation(name, axioms.write(filler), "value" if literal else look)


def _fact_of(operands: Operands, axiom: Axiom) -> Iterator[tuple[Iri, Iri | Literal]]:
    """What a restriction says that is told as a fact of the class as well."""
    construct = operands.constructs.read(axiom.statement.part.members[0])
    for one in construct.properties[:1]:
        if isinstance(one, str) and construct.name in ("SomeValuesFrom", "HasValue"):
            yield from ((Iri(one), part) for part in construct.parts)


def _look_of(ontology: "Ontology", axiom: Axiom, iri: Iri) -> Look:
    others = [one for one in axiom.statement.part.members if one != iri]
    if axiom.aspect == "characteristic" or (others and isinstance(others[0], Literal)):
        return "value"
    if others and ontology.has(Iri(str(others[0]))):
        return _LOOKS[ontology.term(Iri(str(others[0]))).kind]
    return "property" if axiom.aspect in ("chain", "inverse") else "class"


def _fact(ontology: "Ontology", fact: Fact) -> Relation:
    name = ontology.label(fact.predicate)
    if isinstance(fact.object, Literal):
        return Relation(name, fact.object.value, "value", inferred=fact.inferred)
    look = _LOOKS[ontology.term(fact.object).kind] if ontology.has(fact.object) else "class"
    return Relation(name, ontology.label(fact.object), look, inferred=fact.inferred)
