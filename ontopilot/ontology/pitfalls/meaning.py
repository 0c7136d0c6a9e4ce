"""Expressions that say something else than they read: `and` for `or`, a part of itself."""

from collections.abc import Iterator

from ontopilot.ontology.look.axioms import Axiom
from ontopilot.ontology.pitfalls.finding import Finding
from ontopilot.ontology.pitfalls.scope import Scope
from ontopilot.ontology.rdf.triples import Node, is_named
from ontopilot.ontology.terms import Iri

_PARTS = {"part", "parts", "component", "components"}


def and_for_or(scope: Scope) -> Iterator[Finding]:
    """Classes joined by `and` of which nothing can be a member of both."""
    for axiom in scope.axioms.logical:
        for _, _, construct in scope.operands.each(axiom):
            if construct is None or construct.name != "IntersectionOf" or construct.data:
                continue
            pair = _disjoint(scope, construct.parts)
            if pair is None:
                continue
            both = f"{scope.label(pair[0])} and {scope.label(pair[1])}"
            yield Finding(
                "and-for-or",
                "warning",
                pair,
                f"{both} are joined by 'and', and nothing is both: they are disjoint",
                "write 'or' where things of either class are meant",
                (scope.axioms.say(axiom),),
            )
            break


def _disjoint(scope: Scope, parts: tuple[Node, ...]) -> tuple[Iri, Iri] | None:
    named = [Iri(str(one)) for one in parts if is_named(one)]
    for place, one in enumerate(named):
        for other in named[place + 1 :]:
            if scope.disjoint(one, other):
                return one, other
    return None


def own_part(scope: Scope) -> Iterator[Finding]:
    """A class of which every member has, or is, a part of such a member again."""
    for axiom in scope.axioms.logical:
        subject = axiom.statement.subject
        if axiom.kind != "SubClassOf" or subject is None:
            continue
        construct = scope.operands.constructs.read(axiom.statement.part.members[0])
        if construct.name != "SomeValuesFrom" or construct.parts != (subject,):
            continue
        if any(_PARTS & set(scope.tokens(Iri(str(one)))) for one in construct.properties):
            yield Finding(
                "own-part",
                "warning",
                (subject,),
                f"every {scope.label(subject)} has a part relation to another "
                f"{scope.label(subject)}, so that there is no end of them",
                "name the class of the parts, or write 'only' where a part need not exist",
                (scope.axioms.say(axiom),),
            )


def self_defined(scope: Scope) -> Iterator[Finding]:
    """Definitions that use the class that they define (P24)."""
    for axiom in scope.axioms.logical:
        if axiom.kind != "EquivalentClasses":
            continue
        names = [Iri(str(one)) for one in axiom.statement.part.members if is_named(one)]
        used = _used(scope, axiom)
        for name in names:
            if name in used:
                yield Finding(
                    "self-defined",
                    "warning",
                    (name,),
                    f"the definition of {scope.label(name)} uses {scope.label(name)} itself",
                    "define it by other classes, or move the expression to SubClass Of",
                    (scope.axioms.say(axiom),),
                )


def _used(scope: Scope, axiom: Axiom) -> set[Node]:
    return {
        node
        for member in axiom.statement.part.members
        if not is_named(member)
        for node, role, _ in scope.operands.within(member, "equiv")
        if role == "class"
    }
