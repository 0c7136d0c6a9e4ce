"""The words of the ontology layer: IRIs, terms, facts, mentions, checks."""

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import NewType

Iri = NewType("Iri", str)
"""An absolute IRI (RFC 3987), or `_:name` for a blank node."""

TermKind = OneOf[
    "class", "object_property", "data_property", "annotation_property", "individual", "datatype"
]


@dataclass(frozen=True, slots=True)
class Literal:
    """An RDF literal: its lexical form, its datatype and its language tag ("" for none)."""

    value: str
    datatype: Iri
    language: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A named thing of the ontology, with the words people use for it."""

    iri: Iri
    kind: TermKind
    label: str
    synonyms: tuple[str, ...] = ()
    definition: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement. With a class as subject it holds for every member of that class.

    With `of_itself` it is said of the class alone, which is an individual as well (OWL 2, punning).
    """

    subject: Iri
    predicate: Iri
    object: Iri | Literal
    inferred: bool = False
    of_itself: bool = False

    @property
    def triple(self) -> tuple[Iri, Iri, Iri | Literal]:
        """The statement without its origin, to compare facts by what they say."""
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that names a term.

    `start` and `end` are character offsets into the original text, `score` is in (0, 1].
    `value` is the identifier itself when an identifier pattern matched (an order number):
    `iri` then names the class that declares the pattern.
    """

    start: int
    end: int
    text: str
    iri: Iri
    score: float
    value: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a fact holds or fails: one sentence for people, and the axioms behind it."""

    text: str
    axioms: tuple[str, ...] = ()


FactStatus = OneOf["supported", "contradicted", "unknown"]


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What the ontology says of a claimed fact."""

    fact: Fact
    status: FactStatus
    explanation: Explanation


Severity = OneOf["violation", "confirm", "hand_over", "warning"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A policy (SHACL shape) that a proposed action does not meet.

    `confirm` asks for the customer's explicit yes, `hand_over` for a person.
    """

    rule: str
    message: str
    severity: Severity
    value: str = ""


@dataclass(frozen=True, slots=True)
class QueryViolation:
    """Why a SPARQL query is not meaningful under the ontology.

    `message` is one sentence from which the query can be repaired: what it says, what the
    ontology says, what would fit.
    """

    rule: str
    message: str
