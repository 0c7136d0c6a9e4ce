"""Terms of a query that the ontology does not have, or has as something else."""

from collections.abc import Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.declared import Declared, Use
from ontopilot.ontology.query.names import Names
from ontopilot.ontology.query.pattern import Group, Node, Same, Statement, Variable
from ontopilot.ontology.query.repair import Repair
from ontopilot.ontology.terms import Iri, Literal, QueryViolation

_CLASSES = {v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS, v.OWL_DISJOINT_WITH}
_PROPERTIES = {v.RDFS_SUBPROPERTY, v.OWL_INVERSE, v.OWL_EQUIVALENT_PROPERTY}
_ENDS = {v.RDFS_DOMAIN, v.RDFS_RANGE}

Place = tuple[Use, Statement]


@dataclass(frozen=True, slots=True)
class TermsUsed:
    """Looks at the terms of one query, each wrong one told once."""

    declared: Declared
    names: Names
    repair: Repair

    def violations(self, group: Group) -> Iterator[QueryViolation]:
        """What is wrong with the terms of a query."""
        told: set[tuple[str, Use]] = set()
        for iri, use, statement in (*self._written(group), *self._through_variables(group)):
            if (iri, use) not in told:
                told.add((iri, use))
                yield from self._judged(iri, use, statement)
        for atom in group.every():
            if not isinstance(atom, Statement) or atom.predicate != v.RDF_TYPE:
                continue
            if isinstance(atom.object, Literal):
                yield self._no_class(atom, atom.object)

    def _written(self, group: Group) -> Iterator[tuple[Iri, Use, Statement]]:
        """The terms of the statements, with what each is used as."""
        for atom in group.every():
            for node, use in self._places(atom) if isinstance(atom, Statement) else ():
                if isinstance(node, str) and isinstance(atom, Statement):
                    yield Iri(node), use, atom

    def _through_variables(self, group: Group) -> Iterator[tuple[Iri, Use, Statement]]:
        """The terms that VALUES, BIND or FILTER put in the place of a variable."""
        places: dict[str, list[Place]] = {}
        for atom in group.every():
            for node, use in self._places(atom) if isinstance(atom, Statement) else ():
                if isinstance(node, Variable) and isinstance(atom, Statement):
                    places.setdefault(node.name, []).append((use, atom))
        pairs = (atom for atom in group.every() if isinstance(atom, Same))
        for same in pairs:
            for one, other in ((same.one, same.other), (same.other, same.one)):
                if isinstance(one, Variable) and isinstance(other, str):
                    for use, statement in places.get(one.name, ()):
                        yield Iri(other), use, statement

    def _places(self, atom: Statement) -> Iterator[tuple[Node, Use]]:
        """The nodes of a statement with what each must be there."""
        yield atom.predicate, "property"
        predicate = atom.predicate
        if predicate == v.RDF_TYPE or predicate in _CLASSES:
            yield atom.object, "class"
        if predicate in _CLASSES:
            yield atom.subject, "class"
        elif predicate in _PROPERTIES:
            yield atom.subject, "property"
            yield atom.object, "property"
        elif predicate in _ENDS:
            yield atom.subject, "property"
        elif isinstance(predicate, str) and not predicate.startswith(v.BUILT_IN):
            kind = self.repair.meaning.properties.ends(Iri(predicate)).kind
            if kind in ("object", "data"):
                yield atom.subject, "individual"
            if kind == "object":
                yield atom.object, "individual"

    def _judged(self, iri: Iri, use: Use, statement: Statement) -> Iterator[QueryViolation]:
        uses = self.declared.uses_of(iri)
        if use in uses or (use == "class" and "datatype" in uses and iri.startswith(v.RDFS)):
            return
        if uses:
            yield self._misused(iri, use, sorted(uses)[0], statement)
        elif use == "individual" and self.declared.may_be_data(iri):
            return
        elif not self.declared.is_known(iri) and not statement.foreign:
            yield QueryViolation(
                "undeclared-term",
                f"`{statement.shown}` uses {self.names.iri(iri)} as {_AS[use]}, and the ontology "
                f"declares no such term; {self.repair.instead(iri, use, statement)}.",
            )

    def _misused(self, iri: Iri, use: Use, declared: Use, statement: Statement) -> QueryViolation:
        rightly = self.repair.used_rightly(iri, use, declared, statement)
        return QueryViolation(
            f"{declared}-as-{use}",
            f"`{statement.shown}` uses {self.names.iri(iri)} as {_AS[use]}, but the ontology "
            f"declares it as {_AS[declared]}; {rightly}.",
        )

    def _no_class(self, atom: Statement, literal: Literal) -> QueryViolation:
        near = self.declared.nearest(literal.value.replace(" ", ""), "class")
        said = f"write the class {self.names.told(near[0])}" if near else "write a class"
        return QueryViolation(
            "literal-for-class", f"`{atom.shown}` has a literal where a class must stand; {said}."
        )


_AS: dict[Use, str] = {
    "property": "a property",
    "class": "a class",
    "individual": "an individual",
    "datatype": "a datatype",
}
