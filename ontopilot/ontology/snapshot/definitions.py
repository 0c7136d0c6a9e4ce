"""What definitions and superclasses say of every member of a class, as facts about the class."""

from collections.abc import Collection, Iterable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, Triples
from ontopilot.ontology.snapshot.hierarchy import Hierarchy
from ontopilot.ontology.terms import Fact, Iri, Literal, Term


def class_facts(
    asserted: Triples, classes: Iterable[Term], hierarchy: Hierarchy, named: Collection[Iri]
) -> Iterator[Fact]:
    """The classes above each class, and the values and kinds of value that its members have.

    What is stated of a class above, or follows from a definition, is inferred of those below.
    """
    own = {term.iri: list(_restrictions(asserted, term.iri, named)) for term in classes}
    for cls, stated in own.items():
        for parent in hierarchy.parents(cls):
            stated_above = parent in asserted.values(cls, v.RDFS_SUBCLASS)
            yield Fact(cls, v.RDFS_SUBCLASS, parent, inferred=not stated_above)
        yield from stated
        known = {(fact.predicate, fact.object) for fact in stated}
        for ancestor in hierarchy.ancestors(cls):
            for fact in own.get(ancestor, ()):
                if (fact.predicate, fact.object) not in known:
                    yield Fact(cls, fact.predicate, fact.object, inferred=True)


def parts(asserted: Triples, cls: Iri) -> Iterator[Node]:
    """What a class is defined to be: the definition, or its parts where it has several."""
    for definition in asserted.values(cls, v.OWL_EQUIVALENT_CLASS):
        listed = asserted.one(definition, v.OWL_INTERSECTION)
        yield from [definition] if listed is None else members_of(asserted, listed)


def _restrictions(asserted: Triples, cls: Iri, named: Collection[Iri]) -> Iterator[Fact]:
    for node in (*asserted.values(cls, v.RDFS_SUBCLASS), *parts(asserted, cls)):
        predicate = asserted.one(node, v.OWL_ON_PROPERTY)
        if not isinstance(predicate, str) or predicate not in named:
            continue
        value: Node | None = asserted.one(node, v.OWL_HAS_VALUE)
        if value is None:
            value = asserted.one(node, v.OWL_SOME)
        if isinstance(value, Literal) or (value is not None and value in named):
            yield Fact(cls, Iri(predicate), value)
