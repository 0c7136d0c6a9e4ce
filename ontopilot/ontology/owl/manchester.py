"""Class expressions, axioms and rules as people read them (OWL 2 Manchester Syntax)."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import Forms, Part
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Iri, Literal

LONGEST = 400
"""The most names and literals in one text; the rest is an ellipsis."""
DEEPEST = 40
"""The most expressions within one another in one text."""

_BARE = {v.XSD + name for name in ("integer", "decimal", "boolean")}
_WORD = re.compile(r"[\w.:/#<>?-]+\Z")
_FACETS: Final = {
    "minInclusive": ">=",
    "minExclusive": ">",
    "maxInclusive": "<=",
    "maxExclusive": "<",
}
_FILLED: Final = {
    v.OWL_SOME: "some",
    v.OWL_ALL: "only",
    v.OWL_HAS_VALUE: "value",
}
_COUNTED: Final = {
    "minCardinality": "min",
    "minQualifiedCardinality": "min",
    "maxCardinality": "max",
    "maxQualifiedCardinality": "max",
    "cardinality": "exactly",
    "qualifiedCardinality": "exactly",
}
_JOINED: Final = {v.OWL_INTERSECTION: " and ", v.OWL_UNION: " or "}
_NEGATED: Final = {
    v.OWL_COMPLEMENT: "not",
    v.OWL_DATATYPE_COMPLEMENT: "not",
    v.OWL_INVERSE: "inverse",
}
_ARGUMENTS: Final = (v.SWRL_FIRST, v.SWRL_SECOND, v.SWRL_ARGUMENTS)

Parts = Mapping[Iri, Part]


class Manchester:
    """Writes the nodes of a graph, `name` saying how a term is called."""

    def __init__(self, forms: Forms, keys: Mapping[Iri, str], name: Callable[[Iri], str]) -> None:
        self._forms = forms
        self._keys = keys
        self._name = name
        self._left = 0

    def value(self, node: Node) -> str:
        """A node alone: a name as it is, a text in quotes, an expression without parentheses."""
        self._left = LONGEST
        if isinstance(node, str) and not is_blank(node):
            return self._name(node)
        return self._node(node, 0)

    def part(self, part: Part) -> str:
        """The value of a part: its members as a list where it is one."""
        self._left = LONGEST
        return self._members(part, 0)

    def property(self, part: Part) -> str:
        """A part with its property, as in `comment "as the maker says"`."""
        return f"{self._name(part.predicate)} {self.part(part)}"

    def _members(self, part: Part, depth: int) -> str:
        if part.shape == "one":
            return self._node(part.members[0], depth)
        said = self._several(part, depth)
        if part.predicate == v.OWL_CHAIN:
            return " o ".join(said)
        return f"({' '.join(said)})" if part.shape == "list" else ", ".join(said)

    def _several(self, part: Part, depth: int) -> list[str]:
        if part.shape != "set":
            return [self._node(one, depth + 1) for one in part.members[:LONGEST]]
        named = [one for one in part.members if not is_blank(one)]
        nested = [one for one in part.members if is_blank(one)]
        return [
            text
            for group in (named, nested)
            for text in sorted({self._node(one, depth + 1) for one in group}, key=_alphabetical)
        ]

    def _node(self, node: Node, depth: int) -> str:
        """A node within an expression."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return "…"
        if isinstance(node, Literal):
            return self._literal(node)
        if not is_blank(node):
            return quoted(self._name(node))
        if node in self._forms.loose:
            return self._keys.get(node, node)[:10]
        text = self._tree(node, depth)
        plain = depth == 0 or text[:1] in "{[" or " " not in text or self._is_atom(node)
        return text if plain else f"({text})"

    def _is_atom(self, node: Iri) -> bool:
        return any(part.predicate in _ARGUMENTS for part in self._forms.parts[node])

    def _literal(self, literal: Literal) -> str:
        if literal.datatype in _BARE:
            return literal.value
        text = json.dumps(literal.value, ensure_ascii=False)
        if literal.language:
            return f"{text}@{literal.language}"
        plain = literal.datatype in ("", v.XSD + "string")
        return text if plain else f"{text}^^{self._name(literal.datatype)}"

    def _tree(self, node: Iri, depth: int) -> str:
        listed = [one for one in self._forms.parts[node] if one.predicate != v.RDF_TYPE]
        parts = {one.predicate: one for one in listed}
        if self._forms.kinds[node] != "thing" and len(parts) == len(listed):
            text = self._restriction(parts, depth) or self._boolean(parts, depth)
            text = text or self._atom(node, parts, depth) or self._rule(parts, depth)
            if text:
                return text
        said = [
            f"{self._name(p.predicate)} {self._members(p, depth + 1)}"
            for p in self._forms.parts[node]
        ]
        return f"[{'; '.join(sorted(said, key=_alphabetical))}]"

    def _restriction(self, parts: Parts, depth: int) -> str:
        if v.OWL_ON_PROPERTY not in parts:
            return ""
        on = self._members(parts[v.OWL_ON_PROPERTY], depth + 1)
        rest = [part for part in parts.values() if part.predicate != v.OWL_ON_PROPERTY]
        if len(rest) == 1 and rest[0].predicate == v.OWL_HAS_SELF:
            return f"{on} Self"
        if len(rest) == 1 and rest[0].predicate in _FILLED:
            return f"{on} {_FILLED[rest[0].predicate]} {self._members(rest[0], depth + 1)}"
        return self._cardinality(on, rest, depth)

    def _cardinality(self, on: str, rest: list[Part], depth: int) -> str:
        counts = [part for part in rest if local_name(part.predicate) in _COUNTED]
        fillers = [part for part in rest if part.predicate in (v.OWL_ON_CLASS, v.OWL_ON_DATA_RANGE)]
        if len(counts) != 1 or len(fillers) > 1 or len(rest) != len(counts) + len(fillers):
            return ""
        number = counts[0].members[0]
        shown = number.value if isinstance(number, Literal) else self._node(number, depth + 1)
        said = [on, _COUNTED[local_name(counts[0].predicate)], shown]
        return " ".join([*said, *(self._members(part, depth + 1) for part in fillers)])

    def _boolean(self, parts: Parts, depth: int) -> str:
        if parts.keys() == {v.OWL_ON_DATATYPE, v.OWL_WITH_RESTRICTIONS}:
            facets = self._facets(parts[v.OWL_WITH_RESTRICTIONS], depth)
            return f"{self._members(parts[v.OWL_ON_DATATYPE], depth + 1)}[{facets}]"
        if len(parts) != 1:
            return ""
        ((predicate, part),) = parts.items()
        if predicate in _JOINED:
            return _JOINED[predicate].join(self._several(part, depth)) or self._members(part, depth)
        if predicate == v.OWL_ONE_OF:
            return "{" + ", ".join(self._several(part, depth)) + "}"
        if predicate in _NEGATED:
            return f"{_NEGATED[predicate]} {self._members(part, depth + 1)}"
        return ""

    def _facets(self, part: Part, depth: int) -> str:
        said = []
        for node in part.members:
            for facet in self._forms.parts.get(Iri(str(node)), ()):
                name = local_name(facet.predicate)
                said.append(f"{_FACETS.get(name, name)} {self._members(facet, depth + 1)}")
        return ", ".join(sorted(said))

    def _atom(self, node: Iri, parts: Parts, depth: int) -> str:
        """An atom of a rule: what is said, and of which variables or things."""
        heads = (v.SWRL_CLASS, v.SWRL_PROPERTY, v.SWRL_BUILTIN, v.SWRL_DATA_RANGE)
        said = [part for predicate, part in parts.items() if predicate in heads]
        ends = [parts[one] for one in _ARGUMENTS if one in parts]
        if not ends or len(said) + len(ends) != len(parts) or len(said) > 1:
            return ""
        types = [one for one in self._forms.parts[node] if one.predicate == v.RDF_TYPE]
        named = said or types[:1]
        head = self._members(named[0], depth + 1) if named else "?"
        return f"{head}({', '.join(self._argument(e, depth) for p in ends for e in p.members)})"

    def _argument(self, node: Node, depth: int) -> str:
        variable = v.SWRL_VARIABLE in self._forms.triples.values(node, v.RDF_TYPE)
        if variable and isinstance(node, str) and not is_blank(node):
            return f"?{local_name(node)}"
        return self._node(node, depth + 1)

    def _rule(self, parts: Parts, depth: int) -> str:
        if not parts or not parts.keys() <= {v.SWRL_BODY, v.SWRL_HEAD}:
            return ""
        sides = [self._side(parts.get(one), depth) for one in (v.SWRL_BODY, v.SWRL_HEAD)]
        return " -> ".join(sides)

    def _side(self, part: Part | None, depth: int) -> str:
        return "" if part is None else ", ".join(self._several(part, depth))


def quoted(name: str) -> str:
    """A name within an expression: in quotes unless it is one word."""
    return name if _WORD.match(name) else "'" + name.replace("'", "\\'") + "'"


def _alphabetical(text: str) -> tuple[str, str]:
    return text.casefold().lstrip("'("), text
