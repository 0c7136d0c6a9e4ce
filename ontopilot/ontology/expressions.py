"""Class expressions of OWL 2, as values."""

from dataclasses import dataclass
from typing import Literal as OneOf

from ontopilot.ontology.terms import Iri, Literal


@dataclass(frozen=True, slots=True)
class Inverse:
    """The inverse of an object property."""

    property: Iri


Property = Iri | Inverse
Value = Iri | Literal


@dataclass(frozen=True, slots=True)
class And:
    """What all parts hold of."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """What at least one part holds of."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not hold of."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class Some:
    """What has a value of the property in the filler (`someValuesFrom`)."""

    property: Property
    filler: "Expression"


@dataclass(frozen=True, slots=True)
class Only:
    """What has values of the property only in the filler (`allValuesFrom`)."""

    property: Property
    filler: "Expression"


@dataclass(frozen=True, slots=True)
class Has:
    """What has that value of the property (`hasValue`)."""

    property: Property
    value: Value


@dataclass(frozen=True, slots=True)
class HasSelf:
    """What the property relates to itself."""

    property: Property


@dataclass(frozen=True, slots=True)
class Count:
    """A cardinality restriction; `filler` is owl:Thing or rdfs:Literal when unqualified."""

    kind: OneOf["min", "max", "exactly"]
    number: int
    property: Property
    filler: "Expression"


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Exactly those individuals or literals (`oneOf`)."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """A datatype with facets: pairs of the facet's name and its value."""

    datatype: Iri
    facets: tuple[tuple[str, Literal], ...]


Expression = Iri | And | Or | Not | Some | Only | Has | HasSelf | Count | Enumeration | Facets
"""A class or data range: an IRI when it is named."""
