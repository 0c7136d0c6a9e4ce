"""An ontology as the checks look at it: its own terms, and which of its classes can meet."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.look.axioms import Axioms
from ontopilot.ontology.look.operands import Operands
from ontopilot.ontology.terms import Iri, Term

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_BORROWED = (
    *v.BUILT_IN,
    v.OP,
    v.SWRL,
    "http://www.w3.org/2004/02/skos/core#",
    "http://purl.org/dc/",
    "http://xmlns.com/foaf/",
    "http://www.geneontology.org/formats/oboInOwl#",
    "http://purl.obolibrary.org/obo/IAO_",
    "http://www.w3.org/ns/prov#",
)
"""Namespaces that ontologies borrow terms from; their authors answer for them."""
PLURALS = {
    "class": "classes",
    "object_property": "object properties",
    "data_property": "data properties",
    "individual": "individuals",
}
"""The kinds of term that are looked at."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")
_ARTICLES = {"the", "a", "an"}
_NAMED = 6


class Scope:
    """What the checks share."""

    def __init__(self, ontology: "Ontology", axioms: Axioms) -> None:
        self.ontology = ontology
        self.axioms = axioms
        self.operands = Operands(axioms)

    @cached_property
    def own(self) -> tuple[Term, ...]:
        """The terms that the ontology answers for, without those that it gave up."""
        return tuple(
            term
            for term in self.ontology.terms()
            if term.kind in PLURALS
            and not term.deprecated
            and not term.iri.startswith(_BORROWED)
            and (types := self.ontology.asserted.values(term.iri, v.RDF_TYPE))
            and v.SWRL_VARIABLE not in types
        )

    def of_kind(self, kind: str) -> list[Term]:
        """The own terms of a kind."""
        return [term for term in self.own if term.kind == kind]

    def disjoint(self, one: Iri, other: Iri) -> bool:
        """Whether nothing can be in both classes."""
        above = {other, *self.ontology.ancestors(other)}
        return any(
            self.ontology.disjoint.get(each, frozenset()) & above
            for each in (one, *self.ontology.ancestors(one))
        )

    def related(self, one: Iri, other: Iri) -> bool:
        """Whether one class is above the other, or something is known to be in both."""
        look = self.ontology
        if look.is_a(one, other) or look.is_a(other, one):
            return True
        common = {one, *look.descendants(one)} & {other, *look.descendants(other)}
        return bool(common or look.instances(one) & look.instances(other))

    def named(self, iris: Iterable[Iri]) -> str:
        """Terms by their labels, the first of them."""
        listed = [f"'{self.ontology.label(iri)}'" for iri in iris]
        more = len(listed) - _NAMED
        if more > 0:
            return f"{', '.join(listed[:_NAMED])} and {more} more"
        return " and ".join(filter(None, (", ".join(listed[:-1]), *listed[-1:])))

    def label(self, iri: Iri) -> str:
        """A term in a message."""
        return f"'{self.ontology.label(iri)}'"

    def tokens(self, iri: Iri) -> tuple[str, ...]:
        """The words of a label in lower case, without articles."""
        words = _WORD.findall(_HUMP.sub(" ", self.ontology.label(iri)))
        return tuple(one.lower() for one in words if one.lower() not in _ARTICLES)
