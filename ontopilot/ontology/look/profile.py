"""The profiles OWL 2 EL, QL and RL, and which axioms leave them (W3C OWL 2 Profiles, 2012)."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.look.axioms import Axiom, Axioms
from ontopilot.ontology.look.makeup import DATATYPES, Construct
from ontopilot.ontology.look.operands import Operands
from ontopilot.ontology.look.profile_dl import beyond_dl
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Iri, Literal

SHOWN = 3
"""How many departures from a profile are told in words."""


@dataclass(frozen=True, slots=True)
class Departure:
    """An axiom that a profile does not allow, in Manchester syntax, and what is wrong with it."""

    axiom: str
    reason: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, how many departures there are from it, and the first of them."""

    name: str
    count: int
    first: tuple[Departure, ...]

    @property
    def fits(self) -> bool:
        """Whether the ontology is in the profile."""
        return self.count == 0


Places = Mapping[str, Mapping[str, str]]
"""For each place, the constructs that may stand there and the place of what they hold."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a profile allows."""

    name: str
    places: Places
    refused: Set[str]
    datatypes: Set[Iri]
    inverses: bool
    nameless: bool


def _xsd(names: str) -> set[Iri]:
    return {Iri(v.XSD + name) for name in names.split()}


_COMMON = {v.RDF_PLAIN_LITERAL, v.RDF_LANG_STRING, Iri(v.RDF + "XMLLiteral"), v.RDFS_LITERAL}
_SMALL = frozenset(
    _COMMON
    | {Iri(v.OWL + "real"), Iri(v.OWL + "rational")}
    | _xsd("decimal integer nonNegativeInteger string normalizedString token Name NCName NMTOKEN")
    | _xsd("hexBinary base64Binary anyURI dateTime dateTimeStamp")
)
_LARGE = frozenset(
    (_SMALL - DATATYPES)
    | _COMMON
    | _xsd("nonPositiveInteger positiveInteger negativeInteger long int short byte unsignedLong")
    | _xsd("unsignedInt unsignedShort unsignedByte float double language boolean")
)
_EL_ANY: Final = {
    "Name": "",
    "IntersectionOf": "any",
    "OneOf": "single",
    "SomeValuesFrom": "any",
    "HasValue": "",
    "HasSelf": "",
    "DataSomeValuesFrom": "range",
    "DataHasValue": "",
}
EL: Final = Grammar(
    name="EL",
    places={
        **dict.fromkeys(("any", "sub", "super", "equiv", "type", "key"), _EL_ANY),
        "range": {"Name": "", "DataIntersectionOf": "range", "DataOneOf": "single"},
    },
    refused=frozenset(
        """DisjointUnion DisjointObjectProperties DisjointDataProperties InverseObjectProperties
        IrreflexiveObjectProperty FunctionalObjectProperty InverseFunctionalObjectProperty
        SymmetricObjectProperty AsymmetricObjectProperty DLSafeRule""".split()
    ),
    datatypes=_SMALL,
    inverses=False,
    nameless=False,
)
_QL_SUB: Final = {"Name": "", "SomeValuesFrom": "thing", "DataSomeValuesFrom": "range"}
QL: Final = Grammar(
    name="QL",
    places={
        "sub": _QL_SUB,
        "equiv": _QL_SUB,
        "super": {
            "Name": "",
            "IntersectionOf": "super",
            "ComplementOf": "sub",
            "SomeValuesFrom": "name",
            "DataSomeValuesFrom": "range",
        },
        "type": {"Name": ""},
        "name": {"Name": ""},
        "range": {"Name": "", "DataIntersectionOf": "range"},
    },
    refused=frozenset(
        """DisjointUnion HasKey SameIndividual FunctionalObjectProperty FunctionalDataProperty
        InverseFunctionalObjectProperty TransitiveObjectProperty DLSafeRule
        NegativeObjectPropertyAssertion NegativeDataPropertyAssertion""".split()
    ),
    datatypes=_SMALL,
    inverses=True,
    nameless=False,
)
_RL_SUPER: Final = {
    "Name": "not thing",
    "IntersectionOf": "super",
    "ComplementOf": "sub",
    "AllValuesFrom": "super",
    "HasValue": "",
    "MaxCardinality": "at most one",
    "DataAllValuesFrom": "range",
    "DataHasValue": "",
    "DataMaxCardinality": "at most one",
}
_RL_SUB: Final = {
    "Name": "not thing",
    "IntersectionOf": "sub",
    "UnionOf": "sub",
    "OneOf": "",
    "SomeValuesFrom": "sub or thing",
    "HasValue": "",
    "DataSomeValuesFrom": "range",
    "DataHasValue": "",
}
RL: Final = Grammar(
    name="RL",
    places={
        "sub": _RL_SUB,
        "key": _RL_SUB,
        "sub or thing": {**_RL_SUB, "Name": ""},
        "super": _RL_SUPER,
        "type": _RL_SUPER,
        "equiv": {
            "Name": "not thing",
            "IntersectionOf": "equiv",
            "HasValue": "",
            "DataHasValue": "",
        },
        "range": {"Name": "", "DataIntersectionOf": "range"},
    },
    refused=frozenset({"DisjointUnion", "ReflexiveObjectProperty", "DLSafeRule"}),
    datatypes=_LARGE,
    inverses=True,
    nameless=True,
)
_WORDS: Final = {
    "sub": "on the left of SubClassOf",
    "super": "on the right of SubClassOf, nor as a domain or range,",
    "equiv": "in a definition",
    "type": "as a type",
    "key": "with a key",
    "any": "in an expression",
    "range": "as a data range",
    "name": "within 'some'",
    "sub or thing": "within 'some'",
}
_SAID: Final = {
    "IntersectionOf": "and",
    "UnionOf": "or",
    "ComplementOf": "not",
    "OneOf": "a list of individuals",
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "value",
    "HasSelf": "Self",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
    "Restriction": "a datatype with facets",
    "Malformed": "an expression that is cut off or malformed",
}


def profiles(axioms: Axioms) -> tuple[Profile, ...]:
    """How the ontology stands to OWL 2 EL, QL, RL and DL; what is not in DL is OWL 2 Full."""
    found = [_profile(axioms, one.name, Check(axioms, one).departures()) for one in (EL, QL, RL)]
    beyond = list(beyond_dl(axioms))
    if beyond:
        found = [_also(one, axioms, beyond) for one in found]
    return (*found, _profile(axioms, "DL", iter(beyond)))


Found = tuple[Axiom | None, str]
"""An axiom, where it is one that departs, and the reason."""


def _also(profile: Profile, axioms: Axioms, beyond: list[Found]) -> Profile:
    """A profile of an ontology that is not in OWL 2 DL: every profile is a part of DL."""
    more = tuple(_departure(axioms, *one) for one in beyond[: SHOWN - len(profile.first)])
    return Profile(profile.name, profile.count + len(beyond), (*profile.first, *more))


def _profile(axioms: Axioms, name: str, found: Iterator[Found]) -> Profile:
    listed = list(found)
    return Profile(name, len(listed), tuple(_departure(axioms, *one) for one in listed[:SHOWN]))


def _departure(axioms: Axioms, axiom: Axiom | None, reason: str) -> Departure:
    return Departure("" if axiom is None else axioms.say(axiom), reason)


class Check:
    """Looks for axioms that a grammar does not allow, each told once."""

    def __init__(self, axioms: Axioms, grammar: Grammar) -> None:
        self._axioms = axioms
        self._grammar = grammar
        self._operands = Operands(axioms)

    def departures(self) -> Iterator[Found]:
        """The axioms that leave the profile, and why."""
        for axiom in self._axioms.logical:
            reason = self._reason(axiom)
            if reason:
                yield axiom, reason
        if self._grammar is EL:
            yield from self._chains()

    def _reason(self, axiom: Axiom) -> str:
        grammar = self._grammar
        if axiom.kind in grammar.refused:
            return f"{axiom.kind} is not in OWL 2 {grammar.name}"
        if grammar is QL and axiom.statement.part.predicate == v.OWL_CHAIN:
            return "a property chain is not in OWL 2 QL"
        for operand in self._operands.of(axiom):
            if operand.place in ("property", "thing", "literal"):
                reason = self._alone(operand.node, operand.place)
            else:
                reason = self._misplaced(operand.node, operand.place)
            if reason:
                return reason
        return ""

    def _alone(self, node: Node, place: str) -> str:
        name = self._grammar.name
        if isinstance(node, Literal):
            unfit = not node.language and node.datatype not in self._grammar.datatypes
            return self._datatype(node.datatype) if unfit else ""
        if place == "property":
            inverse = self._operands.constructs.inverted(node) is not None
            refused = inverse and not self._grammar.inverses
            return f"'inverse' is not in OWL 2 {name}" if refused else ""
        nameless = is_blank(node) and not self._grammar.nameless
        return f"an individual without a name is not in OWL 2 {name}" if nameless else ""

    def _misplaced(self, node: Node, place: str) -> str:
        """Why an expression may not stand in a place."""
        construct = self._operands.constructs.read(node)
        name = f"Data{construct.name}" if construct.data else construct.name
        name = "Name" if construct.name == "Name" else name
        if place == "thing":
            return "" if node == v.OWL_THING else self._refused(construct, "sub", "of a class")
        allowed = self._grammar.places[place]
        if name not in allowed:
            return self._refused(construct, place)
        if construct.name == "Name":
            return self._named(node, place, allowed[name])
        return self._held(construct, place, allowed[name])

    def _named(self, node: Node, place: str, condition: str) -> str:
        if place == "range" and node not in self._grammar.datatypes and _is_builtin(node):
            return self._datatype(node)
        if condition == "not thing" and node == v.OWL_THING:
            return f"owl:Thing may not stand {_WORDS[place]} in OWL 2 {self._grammar.name}"
        return ""

    def _held(self, construct: Construct, place: str, inner: str) -> str:
        for one in construct.properties:
            reason = self._alone(one, "property")
            if reason:
                return reason
        literals = [one for one in construct.parts if isinstance(one, Literal)]
        reason = next(filter(None, (self._alone(one, "literal") for one in literals)), "")
        if reason or not inner or construct.name in ("HasValue", "OneOf"):
            single = inner != "single" or len(construct.parts) == 1
            return reason if single else self._refused(construct, place, "of several")
        if inner == "at most one":
            if construct.number > 1:
                return self._refused(construct, place, str(construct.number))
            inner = "range" if construct.data else "sub or thing"
        found = (self._misplaced(one, inner) for one in construct.parts)
        return next(filter(None, found), "")

    def _refused(self, construct: Construct, place: str, more: str = "") -> str:
        said = _SAID.get(construct.name, construct.name)
        what = said if " " in said else f"'{said}'"
        return (
            " ".join(filter(None, (what, more, "may not stand", _WORDS[place], "in OWL 2")))
            + f" {self._grammar.name}"
        )

    def _datatype(self, node: Node) -> str:
        kind = local_name(str(node))
        return f"the datatype {kind} is not in OWL 2 {self._grammar.name}"

    def _chains(self) -> Iterator[Found]:
        """Chains whose property has a range that the last step does not (Profiles, 2.2.6)."""
        ranges: dict[Node, set[Node]] = {}
        above: dict[Node, set[Node]] = {}
        chains: list[Axiom] = []
        for axiom in self._axioms.logical:
            subject, part = axiom.statement.subject, axiom.statement.part
            if subject is None:
                continue
            if part.predicate == v.OWL_CHAIN:
                chains.append(axiom)
            elif axiom.kind == "SubObjectPropertyOf":
                above.setdefault(subject, set()).add(part.members[0])
            elif axiom.kind == "ObjectPropertyRange":
                ranges.setdefault(subject, set()).add(part.members[0])
        for axiom in chains:
            subject = axiom.statement.subject
            needed = _imposed(subject, ranges, above) if subject is not None else set()
            if needed - _imposed(axiom.statement.part.members[-1], ranges, above):
                yield axiom, "the last step of the chain lacks the range of the whole (OWL 2 EL)"


def _imposed(
    start: Node, ranges: Mapping[Node, set[Node]], above: Mapping[Node, set[Node]]
) -> set[Node]:
    """The ranges of a property and of those above it."""
    seen: set[Node] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting.extend(above.get(at, ()))
    return {one for each in seen for one in ranges.get(each, ())}


def _is_builtin(node: Node) -> bool:
    return isinstance(node, str) and (node.startswith(v.XSD) or node in DATATYPES)
