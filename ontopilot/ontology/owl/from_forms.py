"""Nodes and statements of a graph as constructs, to be told to people: whatever they look like.

`from_triples` reads what OWL 2 allows, to be written into a file again. Here every node has an
answer, as far as it is of use to readers: rules, things without a name, circles, malformed
expressions and those that are too large.
"""

from collections.abc import Mapping
from typing import Final

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part
from ontopilot.ontology.owl.manchester import ELLIPSIS
from ontopilot.ontology.owl.to_triples import (
    BETWEEN,
    CARDINALITIES,
    CHARACTERISTICS,
    DECLARATIONS,
    VALUES,
)
from ontopilot.ontology.rdf import forms as f
from ontopilot.ontology.rdf.statements import Statement
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Iri, Literal

LONGEST = 400
"""The most names and literals in one text; the rest is an ellipsis."""
DEEPEST = 40
"""The most expressions within one another in one text."""

_AXIOMS: Final = {predicate: name for name, predicate in reversed(BETWEEN.items())}
_CHARACTERISTICS: Final = {kind: name for name, kind in reversed(CHARACTERISTICS.items())}
_DECLARED: Final = {kind: name for name, kind in DECLARATIONS.items()}
_VALUES: Final = {predicate: f"Object{name}" for name, predicate in VALUES.items()}
_COUNTS: Final = {one: f"Object{name}" for name, pair in CARDINALITIES.items() for one in pair}
_COMBINED: Final = {
    v.OWL_INTERSECTION: "ObjectIntersectionOf",
    v.OWL_UNION: "ObjectUnionOf",
    v.OWL_ONE_OF: "ObjectOneOf",
    v.OWL_COMPLEMENT: "ObjectComplementOf",
    v.OWL_DATATYPE_COMPLEMENT: "DataComplementOf",
    v.OWL_INVERSE: "ObjectInverseOf",
}
_ABOUT_SEVERAL: Final = {v.OWL_DISJOINT_UNION: "DisjointUnion", v.OWL_HAS_KEY: "HasKey"}
_ATOMS: Final = {
    v.SWRL_CLASS: "ClassAtom",
    v.SWRL_PROPERTY: "ObjectPropertyAtom",
    v.SWRL_BUILTIN: "BuiltInAtom",
    v.SWRL_DATA_RANGE: "DataRangeAtom",
}
_ARGUMENTS: Final = (v.SWRL_FIRST, v.SWRL_SECOND, v.SWRL_ARGUMENTS)

Parts = Mapping[Iri, f.Part]


class FormReader:
    """Reads nodes of a graph; `keys` name those that have no form of their own.

    Names of data properties are read as those of object properties, which are written alike.
    """

    def __init__(self, forms: f.Forms, keys: Mapping[Iri, str]) -> None:
        self._forms = forms
        self._keys = keys
        self._left = 0

    def node(self, node: Node) -> Part:
        """A name or a value as it is, a blank node as what it stands for."""
        self._left = LONGEST
        return self._node(node, 0)

    def value(self, part: f.Part) -> Part:
        """The value of a part, with its members where it is a list."""
        self._left = LONGEST
        return self._value(part, 0)

    def axiom(self, statement: Statement) -> Part:
        """The axiom that a statement is, or what it says as an assertion."""
        self._left = LONGEST
        part = statement.part
        if statement.subject is None:
            return self._of_several(part)
        subject = self._node(statement.subject, 1)
        if part.predicate == v.RDF_TYPE and part.members:
            return self._typed(subject, part.members[0])
        if part.predicate in _ABOUT_SEVERAL:
            several = self._members(part, 1)
            return Construct(_ABOUT_SEVERAL[part.predicate], (subject, *several))
        if part.predicate == v.OWL_NEGATIVE:
            denied, target = self._members(part, 1)
            return Construct("NegativeObjectPropertyAssertion", (denied, subject, target))
        return self._between(subject, part)

    def _between(self, subject: Part, part: f.Part) -> Construct:
        """An axiom or an assertion about two things."""
        value = self._value(part, 1)
        if part.predicate == v.OWL_CHAIN:
            return Construct("SubObjectPropertyOf", (value, subject))
        if part.predicate in _AXIOMS:
            return Construct(_AXIOMS[part.predicate], (subject, value))
        return Construct("AnnotationAssertion", (part.predicate, subject, value))

    def _of_several(self, part: f.Part) -> Part:
        """An axiom about several things, or a node that is a statement by itself."""
        if part.predicate not in _AXIOMS:
            return self._node(part.members[0], 0)
        members = sorted(part.members, key=is_blank)
        return Construct(_AXIOMS[part.predicate], tuple(self._node(one, 1) for one in members))

    def _typed(self, subject: Part, kind: Node) -> Construct:
        if kind in _DECLARED and isinstance(subject, str):
            return Construct("Declaration", (Construct(_DECLARED[Iri(kind)], (subject,)),))
        if kind in _CHARACTERISTICS:
            return Construct(_CHARACTERISTICS[Iri(str(kind))], (subject,))
        return Construct("ClassAssertion", (self._node(kind, 1), subject))

    def _value(self, part: f.Part, depth: int) -> Part:
        if part.shape == "one" and part.members:
            return self._node(part.members[0], depth)
        if part.predicate == v.OWL_CHAIN:
            return Construct("ObjectPropertyChain", tuple(self._members(part, depth)))
        name = "Set" if part.shape == "set" else "List"
        return Construct(name, tuple(self._members(part, depth)))

    def _members(self, part: f.Part, depth: int) -> list[Part]:
        members = part.members[:LONGEST]
        if part.shape == "set":
            members = tuple(sorted(members, key=is_blank))
        return [self._node(one, depth + 1) for one in members]

    def _node(self, node: Node, depth: int) -> Part:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return ELLIPSIS
        if isinstance(node, Literal) or not is_blank(node):
            return node
        if node in self._forms.loose:
            return Iri(self._keys.get(node, node)[:10])
        return self._tree(node, depth)

    def _tree(self, node: Iri, depth: int) -> Part:
        listed = [one for one in self._forms.parts[node] if one.predicate != v.RDF_TYPE]
        parts = {one.predicate: one for one in listed}
        if self._forms.kinds[node] != "thing" and len(parts) == len(listed):
            found = self._restriction(parts, depth) or self._combined(parts, depth)
            found = found or self._atom(node, parts, depth) or self._rule(parts, depth)
            if found is not None:
                return found
        facts = [
            Construct("Fact", (part.predicate, self._value(part, depth + 1)))
            for part in self._forms.parts[node]
        ]
        return Construct("AnonymousIndividual", tuple(facts))

    def _restriction(self, parts: Parts, depth: int) -> Construct | None:
        if v.OWL_ON_PROPERTY not in parts:
            return None
        rest = [part for part in parts.values() if part.predicate != v.OWL_ON_PROPERTY]
        on = self._value(parts[v.OWL_ON_PROPERTY], depth + 1)
        if len(rest) == 1 and rest[0].predicate == v.OWL_HAS_SELF:
            return Construct("ObjectHasSelf", (on,))
        if len(rest) == 1 and rest[0].predicate in _VALUES:
            filler = self._value(rest[0], depth + 1)
            return Construct(_VALUES[rest[0].predicate], (on, filler))
        counts = [part for part in rest if part.predicate in _COUNTS]
        fillers = [part for part in rest if part.predicate in (v.OWL_ON_CLASS, v.OWL_ON_DATA_RANGE)]
        if len(counts) != 1 or len(fillers) > 1 or len(rest) != len(counts) + len(fillers):
            return None
        number = counts[0].members[0]
        count: Part = self._node(number, depth + 1)
        if isinstance(number, Literal) and number.value.strip().isdecimal():
            count = int(number.value)
        filled = (self._value(part, depth + 1) for part in fillers)
        return Construct(_COUNTS[counts[0].predicate], (count, on, *filled))

    def _combined(self, parts: Parts, depth: int) -> Construct | None:
        if parts.keys() == {v.OWL_ON_DATATYPE, v.OWL_WITH_RESTRICTIONS}:
            datatype = self._value(parts[v.OWL_ON_DATATYPE], depth + 1)
            facets = self._facets(parts[v.OWL_WITH_RESTRICTIONS], depth)
            return Construct("DatatypeRestriction", (datatype, *facets))
        if len(parts) != 1:
            return None
        ((predicate, part),) = parts.items()
        if predicate not in _COMBINED:
            return None
        return Construct(_COMBINED[predicate], tuple(self._members(part, depth)))

    def _facets(self, part: f.Part, depth: int) -> list[Construct]:
        return [
            Construct("FacetRestriction", (facet.predicate, self._value(facet, depth + 1)))
            for node in part.members
            for facet in self._forms.parts.get(Iri(str(node)), ())
        ]

    def _atom(self, node: Iri, parts: Parts, depth: int) -> Construct | None:
        """An atom of a rule: what is said, and of which variables or things."""
        said = [part for predicate, part in parts.items() if predicate in _ATOMS]
        ends = [one for each in _ARGUMENTS if each in parts for one in parts[each].members]
        given = [one for one in _ARGUMENTS if one in parts]
        if not given or len(said) + len(given) != len(parts) or len(said) > 1:
            return None
        arguments = tuple(self._argument(one, depth) for one in ends)
        if said:
            head = self._value(said[0], depth + 1)
            return Construct(_ATOMS[said[0].predicate], (head, *arguments))
        types = [one for one in self._forms.parts[node] if one.predicate == v.RDF_TYPE]
        name: Part = types[0].members[0] if types else Iri("?")
        return Construct("ClassAtom", (name, *arguments))

    def _argument(self, node: Node, depth: int) -> Part:
        variable = v.SWRL_VARIABLE in self._forms.triples.values(node, v.RDF_TYPE)
        if variable and isinstance(node, str) and not is_blank(node):
            return Construct("Variable", (node,))
        return self._node(node, depth + 1)

    def _rule(self, parts: Parts, depth: int) -> Construct | None:
        if not parts or not parts.keys() <= {v.SWRL_BODY, v.SWRL_HEAD}:
            return None
        sides = ((v.SWRL_BODY, "Body"), (v.SWRL_HEAD, "Head"))
        return Construct(
            "DLSafeRule",
            tuple(
                Construct(name, tuple(self._members(parts[one], depth)) if one in parts else ())
                for one, name in sides
            ),
        )
