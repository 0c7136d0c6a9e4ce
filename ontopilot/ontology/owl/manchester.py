"""Axioms, expressions and rules as people read them (OWL 2 Manchester Syntax)."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import ENTITIES, Construct, Part, iri_of, is_annotation
from ontopilot.ontology.owl.manchester_read import number_type
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.terms import Iri, Literal

Short = Callable[[Iri], str]
"""What a reader sees of an IRI, in quotes where it is not one word."""

ELLIPSIS: Final = Construct("Ellipsis", ())
"""What stands for the rest of an expression that is too large to be read."""

_WORD = re.compile(r"[\w.:/#<>?-]+\Z")
_BOOLEAN = Iri(v.XSD + "boolean")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_SETS: Final = {
    "ObjectIntersectionOf": ("", " and ", ""),
    "DataIntersectionOf": ("", " and ", ""),
    "ObjectUnionOf": ("", " or ", ""),
    "DataUnionOf": ("", " or ", ""),
    "ObjectOneOf": ("{", ", ", "}"),
    "DataOneOf": ("{", ", ", "}"),
    "Set": ("", ", ", ""),
    "Body": ("", ", ", ""),
    "Head": ("", ", ", ""),
}
"""What stands before, between and after the members, whose order means nothing."""
_FRAMED: Final = {
    "ObjectInverseOf": ("inverse ", "", ""),
    "ObjectHasSelf": ("", "", " Self"),
    "ObjectPropertyChain": ("", " o ", ""),
    "List": ("(", " ", ")"),
    "DLSafeRule": ("", " -> ", ""),
    "Ellipsis": ("…", "", ""),
}
"""What stands before, between and after the arguments, in their order."""
_CLOSED: Final = ("ObjectOneOf", "DataOneOf", "DatatypeRestriction", "List", "Ellipsis", "Variable")
"""What needs no parentheses within another expression."""

_WORDS: Final = {
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "value",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
}
_FACETS: Final = {
    "minInclusive": ">=",
    "maxInclusive": "<=",
    "minExclusive": ">",
    "maxExclusive": "<",
}
_SORTS: Final = ("ObjectProperty", "DataProperty")
_BETWEEN: Final = {
    "SubClassOf": "SubClassOf",
    "EquivalentClasses": "EquivalentTo",
    "DisjointClasses": "DisjointWith",
    "SameIndividual": "SameAs",
    "DifferentIndividuals": "DifferentFrom",
    "InverseObjectProperties": "InverseOf",
    "DatatypeDefinition": "EquivalentTo",
}
_FIRST_OF_SEVERAL: Final = {"DisjointUnion": "DisjointUnionOf", "HasKey": "HasKey"}
"""Axioms about their first argument and a list of others."""


def written(part: Part, short: Short) -> str:
    """An axiom, an expression, a name or a value as one line.

    The members of a set come in alphabetical order, names before expressions.
    """
    if isinstance(part, Literal):
        return literal(part, short)
    if isinstance(part, int):
        return str(part)
    iri = iri_of(part)
    if iri is not None:
        return short(iri)
    assert isinstance(part, Construct)  # noqa: S101 - the other parts are done
    return _axiom(part, short) if _is_axiom(part) else _expression(part, short)


def literal(value: Literal, short: Short) -> str:
    """A value with its language or its datatype."""
    if value.datatype == (
        _BOOLEAN if value.value in ("true", "false") else number_type(value.value)
    ):
        return value.value
    text = '"' + "".join(_ESCAPES.get(letter, letter) for letter in value.value) + '"'
    if value.language:
        return f"{text}@{value.language}"
    plain = value.datatype in (v.XSD_STRING, "")
    return text if plain else f"{text}^^{short(value.datatype)}"


def quoted(name: str) -> str:
    """A name within an expression: in quotes unless it is one word."""
    return name if _WORD.match(name) else "'" + name.replace("'", "\\'") + "'"


def alphabetical(text: str) -> tuple[str, str]:
    """The place of a text in a list for people."""
    return text.casefold().lstrip("'("), text


def _is_axiom(part: Construct) -> bool:
    name = part.name
    characteristic = len(part.parts) > 0 and name.endswith(_SORTS) and name not in ENTITIES
    return (
        name == "Declaration"
        or name.endswith("Assertion")
        or characteristic
        or name in _FIRST_OF_SEVERAL
        or _between(name) != ""
    )


def _axiom(part: Construct, short: Short) -> str:
    """An axiom as a line of a frame."""
    name = part.name
    parts = [written(one, short) for one in part.parts if not is_annotation(one)]
    if name == "Declaration":
        return f"{_kind(part.parts[-1])}: {parts[-1]}"
    if name.endswith("Assertion"):
        between = "Type " * (name == "ClassAssertion") + "not " * name.startswith("Negative")
        return " ".join((parts[1], between + parts[0], *parts[2:]))
    if name.endswith(_SORTS):
        word = name.removesuffix("ObjectProperty").removesuffix("DataProperty")
        return f"{parts[0]} Characteristics: {word}"
    if name in _FIRST_OF_SEVERAL:
        return f"{parts[0]} {_FIRST_OF_SEVERAL[name]} {', '.join(parts[1:])}"
    if len(parts) == 2:
        return f" {_between(name)} ".join(parts)
    several = name.replace("Object", "").replace("Data", "")
    return f"{several}: {', '.join(_ordered(part.parts, short))}"


def _between(name: str) -> str:
    """The word between the two things that an axiom is about; nothing where it is none such."""
    if name in _BETWEEN:
        return _BETWEEN[name]
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


def _expression(part: Construct, short: Short) -> str:
    name = part.name
    if name in _FRAMED:
        before, between, after = _FRAMED[name]
        parts = (written(one, short) for one in part.parts if not is_annotation(one))
        return before + between.join(parts) + after
    if name in _SETS:
        before, between, after = _SETS[name]
        return before + between.join(_ordered(part.parts, short)) + after
    if name.endswith("ComplementOf"):
        return f"not {_bracketed(part.parts[0], short)}"
    return _limited(part, short) or _restriction(part, short) or _other(part, short)


def _other(part: Construct, short: Short) -> str:
    """A rule, a thing without a name; in functional syntax what Manchester syntax does not have."""
    if part.name == "Variable":
        return f"?{local_name(str(part.parts[0]))}"
    if part.name.endswith("Atom"):
        return _atom(part, short)
    if part.name == "AnonymousIndividual":
        return _nameless(part, short)
    if part.name == "Rule":
        return "a rule (SWRL)"
    return f"{part.name}({', '.join(written(one, short) for one in part.parts)})"


def _atom(part: Construct, short: Short) -> str:
    """An atom of a rule."""
    parts = [_bracketed(one, short) for one in part.parts]
    of_things = part.name in ("SameIndividualAtom", "DifferentIndividualsAtom")
    head, ends = (part.name, parts) if of_things else (parts[0], parts[1:])
    return f"{head}({', '.join(ends)})"


def _nameless(part: Construct, short: Short) -> str:
    """A thing by what is said of it, as far as that is known."""
    facts = [one for one in part.parts if isinstance(one, Construct)]
    said = [" ".join(_bracketed(one, short) for one in fact.parts) for fact in facts]
    return f"[{'; '.join(sorted(said, key=alphabetical))}]" if said else "an unnamed individual"


def _limited(part: Construct, short: Short) -> str:
    """A datatype with facets."""
    if part.name == "FacetRestriction":
        facet = local_name(str(part.parts[0]))
        return f"{_FACETS.get(facet, facet)} {written(part.parts[1], short)}"
    if part.name != "DatatypeRestriction":
        return ""
    datatype, *facets = (written(one, short) for one in part.parts)
    return f"{datatype}[{', '.join(sorted(facets))}]"


def _restriction(part: Construct, short: Short) -> str:
    word = _WORDS.get(part.name.removeprefix("Object").removeprefix("Data"))
    if word is None:
        return ""
    if word in ("min", "max", "exactly"):
        number, on, *filler = part.parts
        said = [_bracketed(one, short) for one in filler]
        return " ".join([written(on, short), word, written(number, short), *said])
    return f"{written(part.parts[0], short)} {word} {_bracketed(part.parts[1], short)}"


def _ordered(parts: Iterable[Part], short: Short) -> list[str]:
    """The members of a set: names and values before expressions, each in alphabetical order."""
    members = [one for one in parts if not is_annotation(one)]
    simple = [one for one in members if not isinstance(one, Construct) or iri_of(one) is not None]
    nested = [one for one in members if isinstance(one, Construct) and iri_of(one) is None]
    return [
        text
        for group in (simple, nested)
        for text in sorted({_bracketed(one, short) for one in group}, key=alphabetical)
    ]


def _bracketed(part: Part, short: Short) -> str:
    text = written(part, short)
    if not isinstance(part, Construct) or iri_of(part) is not None or part.name in _CLOSED:
        return text
    closed = part.name == "AnonymousIndividual" or part.name.endswith("Atom")
    return text if closed or " " not in text else f"({text})"


def _kind(part: Part) -> str:
    name = part.name if isinstance(part, Construct) else ""
    return "Individual" if name == "NamedIndividual" else name
