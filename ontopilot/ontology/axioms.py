"""Axioms of OWL 2, as values."""

from dataclasses import dataclass

from ontopilot.ontology.expressions import Expression, Property, Value
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.vocabulary import Trait


@dataclass(frozen=True, slots=True)
class SubClassOf:
    """Every `sub` is a `sup`."""

    sub: Expression
    sup: Expression


@dataclass(frozen=True, slots=True)
class EquivalentClasses:
    """The classes have the same members."""

    classes: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class DisjointClasses:
    """No two of the classes share a member."""

    classes: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class SubPropertyOf:
    """What holds by `chain`, a property or several in a row, also holds by `sup`."""

    chain: tuple[Property, ...]
    sup: Property


@dataclass(frozen=True, slots=True)
class EquivalentProperties:
    """The properties relate the same things."""

    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class DisjointProperties:
    """No two of the properties relate the same things."""

    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class InverseProperties:
    """Each property is the other one backwards."""

    first: Property
    second: Property


@dataclass(frozen=True, slots=True)
class Domain:
    """What has the property is in the class."""

    property: Property
    cls: Expression


@dataclass(frozen=True, slots=True)
class Range:
    """Values of the property are in the class or data range."""

    property: Property
    cls: Expression


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A property is functional, transitive and so on."""

    property: Property
    kind: Trait


@dataclass(frozen=True, slots=True)
class HasKey:
    """Members of the class that share values of all the properties are the same."""

    cls: Expression
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class TypeAssertion:
    """An individual is a member of a class."""

    individual: Iri
    cls: Expression


@dataclass(frozen=True, slots=True)
class Assertion:
    """An individual has a value of a property, or, with `negative`, has not."""

    subject: Iri
    property: Iri
    value: Value
    negative: bool = False


@dataclass(frozen=True, slots=True)
class SameIndividuals:
    """The names are of one individual."""

    individuals: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class DifferentIndividuals:
    """The names are of different individuals."""

    individuals: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class DatatypeDefinition:
    """A named datatype is that data range."""

    datatype: Iri
    range: Expression


Axiom = (
    SubClassOf
    | EquivalentClasses
    | DisjointClasses
    | SubPropertyOf
    | EquivalentProperties
    | DisjointProperties
    | InverseProperties
    | Domain
    | Range
    | Characteristic
    | HasKey
    | TypeAssertion
    | Assertion
    | SameIndividuals
    | DifferentIndividuals
    | DatatypeDefinition
)


@dataclass(frozen=True, slots=True)
class Subsumption:
    """A subclass relation that a description logic engine found and the axioms imply."""

    sub: Iri
    sup: Iri
    engine: str
