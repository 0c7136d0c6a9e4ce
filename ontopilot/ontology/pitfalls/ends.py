"""What properties join: ends that nothing can be, inverses that do not fit or are not declared."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.pitfalls.finding import Finding
from ontopilot.ontology.pitfalls.scope import Scope
from ontopilot.ontology.rdf.triples import is_named
from ontopilot.ontology.terms import Iri

_KIND_OF = {
    ("is",),
    ("isa",),
    ("is", "a"),
    ("is", "kind", "of"),
    ("kind", "of"),
    ("subclass", "of"),
    ("is", "subclass", "of"),
    ("instance", "of"),
    ("is", "instance", "of"),
    ("type", "of"),
    ("is", "type", "of"),
}


def several(scope: Scope) -> Iterator[Finding]:
    """Several domains or ranges: a thing must be of all of them, not of any (P19)."""
    look = scope.ontology
    for kind in ("object_property", "data_property"):
        for term in scope.of_kind(kind):
            for what, ends in (
                ("domain", look.domains(term.iri)),
                ("range", look.ranges(term.iri)),
            ):
                classes = sorted(one for one in ends if look.has(one))
                pair = _apart(scope, classes)
                if pair is None:
                    continue
                disjoint = scope.disjoint(*pair)
                both = f"{scope.label(pair[0])} and {scope.label(pair[1])}"
                why = "which are disjoint" if disjoint else "and nothing is known to be both"
                yield Finding(
                    f"several-{what}s",
                    "error" if disjoint else "warning",
                    (term.iri, *classes),
                    f"{scope.label(term.iri)} has several {what}s, which all hold at once: it "
                    f"would take things that are {both}, {why}",
                    f"keep one class as the {what}, or write '{_or(scope, classes)}' as one",
                )


def _or(scope: Scope, classes: list[Iri]) -> str:
    return " or ".join(scope.ontology.label(one) for one in classes)


def _apart(scope: Scope, classes: list[Iri]) -> tuple[Iri, Iri] | None:
    """Two classes in which nothing is known to be at once."""
    for place, one in enumerate(classes):
        for other in classes[place + 1 :]:
            if not scope.related(one, other):
                return one, other
    return None


def _inverses(scope: Scope) -> list[tuple[Iri, Iri]]:
    pairs = scope.ontology.asserted.pairs(v.OWL_INVERSE)
    return [(one, Iri(str(other))) for one, other in pairs if is_named(one) and is_named(other)]


def inverses(scope: Scope) -> Iterator[Finding]:
    """Inverse properties whose ends do not fit, and properties that are their own (P05, P25)."""
    look = scope.ontology
    for one, other in _inverses(scope):
        if one == other:
            yield Finding(
                "own-inverse",
                "warning",
                (one,),
                f"{scope.label(one)} is stated to be the inverse of itself",
                "remove Inverse Of and tick Symmetric under Characteristics",
            )
            continue
        for first, second in ((one, other), (other, one)):
            classes = (look.domains(first), look.ranges(second))
            pairs = [(a, b) for a in classes[0] for b in classes[1] if look.has(a) and look.has(b)]
            wrong = next((pair for pair in pairs if not scope.related(*pair)), None)
            if wrong is None:
                continue
            yield Finding(
                "inverse-ends",
                "error" if scope.disjoint(*wrong) else "warning",
                (first, second),
                f"{scope.label(first)} and {scope.label(second)} are inverse, but the first "
                f"starts from {scope.label(wrong[0])} and the second leads to "
                f"{scope.label(wrong[1])}",
                "make the domain of each the range of the other, or remove Inverse Of",
            )


def characteristics(scope: Scope) -> Iterator[Finding]:
    """Symmetric and transitive properties whose ends cannot be the same (P28, P29)."""
    look = scope.ontology
    for cls, name in ((v.OWL_SYMMETRIC, "symmetric"), (v.OWL_TRANSITIVE, "transitive")):
        for term in scope.of_kind("object_property"):
            if cls not in look.asserted.values(term.iri, v.RDF_TYPE):
                continue
            ends = [(a, b) for a in look.domains(term.iri) for b in look.ranges(term.iri)]
            wrong = next((pair for pair in ends if scope.disjoint(*pair)), None)
            if wrong is not None:
                yield Finding(
                    f"{name}-ends",
                    "warning",
                    (term.iri, *wrong),
                    f"{scope.label(term.iri)} is {name}, but nothing can be at both of its ends: "
                    f"{scope.label(wrong[0])} and {scope.label(wrong[1])} are disjoint",
                    f"untick {name.title()} under Characteristics, or correct Domains and Ranges",
                )


def undeclared_inverses(scope: Scope) -> Iterator[Finding]:
    """Two properties that by their names are inverse, and are not stated to be (P13)."""
    known = {frozenset(pair) for pair in _inverses(scope)}
    inverted = {one for pair in known for one in pair}
    by_name = {scope.tokens(t.iri): t.iri for t in scope.of_kind("object_property")}
    for name, iri in by_name.items():
        for turned in _turned(name):
            other = by_name.get(turned)
            if other is None or other == iri or {iri, other} <= inverted:
                continue
            if frozenset((iri, other)) not in known:
                yield Finding(
                    "inverse-not-stated",
                    "warning",
                    (iri, other),
                    f"{scope.label(iri)} and {scope.label(other)} read as inverse, and are not "
                    "stated to be: from one the other does not follow",
                    f"select {scope.label(iri)} and add {scope.label(other)} under Inverse Of",
                )


def _turned(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """How the inverse of a property is called: `has part`, `is part of`; `causes`, `caused by`."""
    if name[:1] == ("has",) and len(name) > 1:
        yield (*name[1:], "of")
        yield ("is", *name[1:], "of")
    if len(name) == 1 and name[0].endswith("s") and len(name[0]) > 3:
        verb = name[0][:-1]
        for past in (f"{verb}d", f"{verb}ed", f"{verb[:-1]}ied"):
            yield past, "by"
            yield "is", past, "by"


def kind_of(scope: Scope) -> Iterator[Finding]:
    """Properties that stand for what the language has: a subclass, a type (P03)."""
    for term in scope.of_kind("object_property"):
        if scope.tokens(term.iri) in _KIND_OF:
            yield Finding(
                "kind-as-property",
                "warning",
                (term.iri,),
                f"the property {scope.label(term.iri)} says what OWL has words for, and reasoners "
                "conclude nothing from it",
                "use SubClass Of between classes and Types for individuals instead",
            )
