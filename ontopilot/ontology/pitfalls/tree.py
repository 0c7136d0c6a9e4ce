"""The trees of classes and properties: circles, synonyms as classes, missing disjointness."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.pitfalls.finding import Finding
from ontopilot.ontology.pitfalls.scope import Scope
from ontopilot.ontology.rdf.names import namespace
from ontopilot.ontology.rdf.triples import is_blank
from ontopilot.ontology.snapshot.hierarchy import closure
from ontopilot.ontology.terms import Iri


def circles(scope: Scope) -> Iterator[Finding]:
    """Classes or properties that are stated to be below themselves (P06)."""
    for axiom, what in ((v.RDFS_SUBCLASS, "class"), (v.RDFS_SUBPROPERTY, "property")):
        edges: dict[Iri, set[Iri]] = {}
        for below, above in scope.ontology.asserted.pairs(axiom):
            if isinstance(above, str) and not is_blank(below) and not is_blank(above):
                edges.setdefault(below, set()).add(Iri(above))
        told: set[Iri] = set()
        for start in edges:
            if start in told or start not in (reached := closure(start, edges)):
                continue
            circle = sorted(one for one in reached if start in closure(one, edges))
            told.update(circle)
            yield Finding(
                f"{what}-circle",
                "error" if what == "class" and len(circle) > 1 else "warning",
                tuple(circle),
                _circle(scope, what, circle),
                f"remove one of the statements under Sub{what.title()} Of, or make them Equivalent "
                "To one another where that is meant",
            )


def _circle(scope: Scope, what: str, circle: list[Iri]) -> str:
    if len(circle) == 1:
        return f"the {what} {scope.label(circle[0])} is stated to be below itself"
    return f"{scope.named(circle)} are below one another in a circle, which makes them the same"


def synonyms(scope: Scope) -> Iterator[Finding]:
    """Two classes of one namespace that are the same: two words for one class (P02)."""
    for axiom in scope.axioms.logical:
        if axiom.kind != "EquivalentClasses":
            continue
        named = sorted(Iri(str(one)) for one in axiom.statement.part.members if not is_blank(one))
        spaces = {namespace(one) for one in named}
        if len(named) > 1 and len(spaces) < len(named):
            yield Finding(
                "synonym-as-class",
                "warning",
                tuple(named),
                f"{scope.named(named)} are stated to be the same class",
                "keep one of them, and add the other name to it as skos:altLabel",
                (scope.axioms.say(axiom),),
            )


def undivided(scope: Scope) -> Iterator[Finding]:
    """Groups of sibling classes of which none are disjoint (P10)."""
    look = scope.ontology
    defined = {one for one, _ in look.asserted.pairs(v.OWL_EQUIVALENT_CLASS)}
    groups: dict[Iri, list[Iri]] = {}
    for term in scope.of_kind("class"):
        for parent in look.parents(term.iri) or {v.OWL_THING}:
            if term.iri not in defined:
                groups.setdefault(parent, []).append(term.iri)
    open_groups = [
        parent
        for parent, children in groups.items()
        if len(children) > 1 and _undivided(scope, children)
    ]
    if not open_groups:
        return
    parents = tuple(sorted(open_groups, key=lambda one: -len(groups[one])))
    yield Finding(
        "no-disjointness",
        "note",
        parents,
        f"no two of the classes directly below {scope.named(parents)} are disjoint, so that a "
        "thing may be of several of them",
        "select the siblings that have nothing in common and use Edit > Make primitive siblings "
        "disjoint",
    )


def _undivided(scope: Scope, children: list[Iri]) -> bool:
    """Whether no two of the classes are disjoint, and no two of them are known to meet."""
    look = scope.ontology
    seen: set[Iri] = set()
    for one in children:
        if look.disjoint and any(scope.disjoint(one, other) for other in children if other != one):
            return False
        inside = {one, *look.descendants(one), *look.instances(one)}
        if inside & seen:
            return False
        seen |= inside
    return True
