"""Axioms and expressions as text in Manchester syntax, to tell people which axiom is meant."""

from collections.abc import Callable

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part, iri_of, is_annotation
from ontopilot.ontology.owl.manchester_read import number_type
from ontopilot.ontology.terms import Iri, Literal

Short = Callable[[Iri], str]
"""What a reader sees of an IRI."""

_JOINED = {
    "ObjectIntersectionOf": " and ",
    "DataIntersectionOf": " and ",
    "ObjectUnionOf": " or ",
    "DataUnionOf": " or ",
}
_FRAMED = {
    "ObjectOneOf": ("{", ", ", "}"),
    "DataOneOf": ("{", ", ", "}"),
    "ObjectInverseOf": ("inverse ", "", ""),
    "ObjectHasSelf": ("", "", " Self"),
    "ObjectPropertyChain": ("", " o ", ""),
}
"""What stands before, between and after the arguments."""

_CLOSED = ("ObjectOneOf", "DataOneOf", "DatatypeRestriction")
"""What ends in a bracket of its own."""

_UNNAMED = {
    "AnonymousIndividual": "an unnamed individual",
    "Rule": "a rule (SWRL)",
    "DLSafeRule": "a rule (SWRL)",
}
_SORTS = ("ObjectProperty", "DataProperty")
_WORDS = {
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "value",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
}
_FACETS = {
    "minInclusive": ">=",
    "maxInclusive": "<=",
    "minExclusive": ">",
    "maxExclusive": "<",
}
_BETWEEN = {
    "SubClassOf": "SubClassOf",
    "EquivalentClasses": "EquivalentTo",
    "DisjointClasses": "DisjointWith",
    "SameIndividual": "SameAs",
    "DifferentIndividuals": "DifferentFrom",
    "InverseObjectProperties": "InverseOf",
}


def written(part: Part, short: Short) -> str:
    """An axiom, an expression, a name or a value as one line."""
    if isinstance(part, Literal):
        return _literal(part, short)
    if isinstance(part, int):
        return str(part)
    iri = iri_of(part)
    if iri is not None:
        return short(iri)
    assert isinstance(part, Construct)  # noqa: S101 - the other parts are done
    if part.name in _UNNAMED:
        return _UNNAMED[part.name]
    bare = Construct(part.name, tuple(one for one in part.parts if not is_annotation(one)))
    parts = [written(one, short) for one in bare.parts]
    return _axiom(bare, parts) or _expression(bare, parts)


def _axiom(part: Construct, parts: list[str]) -> str:
    """An axiom as a line of a frame; nothing where the construct is none."""
    name = part.name
    if name == "Declaration":
        return f"{_kind(part.parts[-1])}: {parts[-1]}"
    if name == "ClassAssertion":
        return f"{parts[1]} Types {parts[0]}"
    if name.endswith("Assertion"):
        return f"{'not ' * name.startswith('Negative')}{parts[1]} {parts[0]} {parts[2]}"
    if len(parts) == 1 and name.endswith(_SORTS):
        word = name.removesuffix("ObjectProperty").removesuffix("DataProperty")
        return f"{parts[0]} Characteristics: {word}"
    between = _BETWEEN.get(name) or _property_axiom(name)
    if not between or len(parts) < 2:
        return ""
    pair = f" {between} ".join(parts)
    return pair if len(parts) == 2 else f"{between}: {', '.join(parts)}"


def _property_axiom(name: str) -> str:
    for ending, word in (
        ("PropertyOf", "SubPropertyOf"),
        ("Domain", "Domain"),
        ("Range", "Range"),
    ):
        if name.endswith(ending):
            return word
    for start, word in (("Equivalent", "EquivalentTo"), ("Disjoint", "DisjointWith")):
        if name.startswith(start) and name.endswith("Properties"):
            return word
    return ""


def _expression(part: Construct, parts: list[str]) -> str:
    name = part.name
    if name in _JOINED:
        return _JOINED[name].join(map(_bracketed, part.parts, parts))
    if name.endswith("ComplementOf"):
        return f"not {_bracketed(part.parts[0], parts[0])}"
    if name == "DatatypeRestriction":
        return f"{parts[0]}[{', '.join(parts[1:])}]"
    if name == "FacetRestriction":
        facet = str(part.parts[0]).rpartition("#")[2]
        return f"{_FACETS.get(facet, facet)} {parts[1]}"
    if name in _FRAMED:
        before, between, after = _FRAMED[name]
        return before + between.join(parts) + after
    return _restriction(part, parts) or f"{name}({', '.join(parts)})"


def _restriction(part: Construct, parts: list[str]) -> str:
    word = _WORDS.get(part.name.removeprefix("Object").removeprefix("Data"))
    if word is None:
        return ""
    if word in ("min", "max", "exactly"):
        filler = map(_bracketed, part.parts[2:], parts[2:])
        return " ".join([parts[1], word, parts[0], *filler])
    return f"{parts[0]} {word} {_bracketed(part.parts[1], parts[1])}"


def _bracketed(part: Part, text: str) -> str:
    if not isinstance(part, Construct) or iri_of(part) is not None or part.name in _CLOSED:
        return text
    return f"({text})"


def _literal(literal: Literal, short: Short) -> str:
    escaped = literal.value.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'"{escaped}"'
    if literal.language:
        return f"{quoted}@{literal.language}"
    if literal.datatype in (Iri(v.XSD + "string"), ""):
        return quoted
    if literal.datatype == number_type(literal.value):
        return literal.value
    return f"{quoted}^^{short(literal.datatype)}"


def _kind(part: Part) -> str:
    name = part.name if isinstance(part, Construct) else ""
    return "Individual" if name == "NamedIndividual" else name
