"""What would fit instead: near names, properties of a class, ends the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.classes import ANYTHING, Alternatives, named, one_of
from ontopilot.ontology.query.declared import Declared, Use
from ontopilot.ontology.query.demand import Conflict, Demand, Demands, Meaning
from ontopilot.ontology.query.names import Names
from ontopilot.ontology.query.pattern import Group, Node, Statement, Variable
from ontopilot.ontology.query.properties import PropertyKind
from ontopilot.ontology.rdf.names import local_name, namespace
from ontopilot.ontology.terms import Iri, Literal

_ENDS = ("domain", "range")


@dataclass(frozen=True, slots=True)
class Repair:
    """Suggests repairs of one query; `typed` are the classes that it gives to its variables."""

    meaning: Meaning
    declared: Declared
    names: Names
    typed: dict[Node, list[Iri]]

    @classmethod
    def of(cls, meaning: Meaning, declared: Declared, names: Names, query: Group) -> "Repair":
        """Repairs of a query."""
        typed: dict[Node, list[Iri]] = {}
        for atom in query.every():
            if not isinstance(atom, Statement) or atom.predicate != v.RDF_TYPE:
                continue
            if isinstance(atom.object, str) and "class" in declared.uses_of(atom.object):
                typed.setdefault(atom.subject, []).append(Iri(atom.object))
        return cls(meaning, declared, names, typed)

    def instead(self, iri: Iri, use: Use, statement: Statement) -> str:
        """What to write for a term that is not declared."""
        near = self.declared.nearest(iri, use)
        said = [f"the nearest declared {use} is {self.names.told(near[0])}"] if near else []
        if near and _word(near[0]) == _word(iri) and namespace(near[0]) != namespace(iri):
            said.append(f"correct the PREFIX: its namespace is <{namespace(near[0])}>")
        classes = self.typed.get(statement.subject, [])
        if use == "property" and classes:
            fitting = self._properties_of(one_of(classes), like=iri)
            if fitting:
                whose = self.names.list(classes, word="and")
                said.append(f"properties of {whose} are {self._listed(fitting)}")
        return "; ".join(said) or self._some(use)

    def _some(self, use: Use) -> str:
        terms = [iri for iri, uses in self.declared.uses.items() if use in uses]
        if not terms:
            return f"it declares no {use} at all"
        plural = {"property": "properties", "class": "classes"}.get(use, f"{use}s")
        return f"its {plural} are, for instance, {self._listed(sorted(terms))}"

    def used_rightly(self, iri: Iri, use: Use, declared: Use, statement: Statement) -> str:
        """How to say with a term what was said with it in the wrong place."""
        subject, written = self._shown(statement.subject), self.names.iri(iri)
        if declared == "class" and use == "property":
            leading = self._leading_to(one_of([iri]))
            near = leading or self.declared.nearest(iri, "property", most=3)
            other = f", or a property such as {self._listed(near)}" if near else ""
            return f"write `{subject} a {written}`{other}"
        if declared == "class":
            return f"write a variable and `?{_word(iri)} a {written}` for one of its members"
        if declared == "property" and use == "class":
            near = self.declared.nearest(iri, "class") or named(self._range(iri))
            other = f", or the class {self.names.told(near[0])}" if near else ""
            return f"write `{subject} {written} ?value`{other}"
        if declared == "individual" and use == "class":
            types = sorted(self.meaning.ontology.types(iri))
            kind = f", which is of the class {self.names.told(types[0])}" if types else ""
            return f"compare with it, as in FILTER({subject} = {written}){kind}"
        near = self.declared.nearest(iri, use)
        return f"the nearest {use} is {self.names.told(near[0])}" if near else self._some(use)

    def _ranges(self, predicate: Variable | Iri) -> list[Alternatives]:
        if isinstance(predicate, Variable):
            return []
        return [end.classes for end in self.meaning.properties.ends(predicate).leads]

    def _range(self, iri: Iri) -> Alternatives:
        return next(iter(self._ranges(iri)), ANYTHING)

    def of_conflict(self, conflict: Conflict, demands: Demands) -> str:
        """How to resolve a conflict between two demands."""
        one, other = conflict.one, conflict.other
        for demand in (other, one):
            turned = self._turned(demand, conflict.node, demands)
            if turned:
                return f"swap the ends: write `{turned}`"
        if conflict.data:
            return ""
        if one.kind != other.kind and "use" in (one.source, other.source):
            return self._value_of(one if one.kind == "thing" else other)
        if one.source in _ENDS and other.source in _ENDS:
            linked = self._link(one.classes, other.classes)
            if linked:
                return linked
        at_end = [each for each in (other, one) if each.source in _ENDS]
        others = [each for each in (one, other) if each not in at_end[:1]]
        if at_end and others:
            fitting = self._fitting(at_end[0], others[0], demands)
            if fitting:
                return fitting
        return "use another variable for one of them"

    def _value_of(self, thing: Demand) -> str:
        """The literals of a thing, where an expression needs a literal."""
        found = self._properties_of(thing.classes, kind="data") if named(thing.classes) else []
        return f"use a value of it, such as that of {self.names.list(found[:4])}" if found else ""

    def _turned(self, demand: Demand, node: Node, demands: Demands) -> str:
        """The triple with its ends swapped, where all that is demanded of both then fits."""
        statement = demand.statement
        if statement is None or not isinstance(statement.predicate, str):
            return ""
        if demand.source not in _ENDS or isinstance(statement.object, Literal):
            return ""
        ends = self.meaning.properties.ends(statement.predicate)
        if ends.kind != "object" or not ends.starts or not ends.leads:
            return ""
        for end, turned in ((statement.subject, ends.leads), (statement.object, ends.starts)):
            rest = [each for each in demands.of(end) if each.statement != statement]
            wanted = [each.classes for each in turned]
            if any(each.kind != "thing" or self._clash(each.classes, wanted) for each in rest):
                return ""
        subject, value = self._shown(statement.subject), self._shown(statement.object)
        return f"{value} {self.names.iri(statement.predicate)} {subject}"

    def _clash(self, classes: Alternatives, others: Iterable[Alternatives]) -> bool:
        return any(self.meaning.meeting.apart(classes, each) for each in others)

    def _fitting(self, demand: Demand, other: Demand, demands: Demands) -> str:
        """Properties that fit where one does not."""
        statement = demand.statement
        if statement is None or not isinstance(statement.predicate, str):
            return ""
        kind = self.meaning.properties.ends(statement.predicate).kind
        if demand.source == "domain" and other.kind == "thing":
            found = self._properties_of(
                other.classes, like=statement.predicate, kind=kind
            ) or self._properties_of(other.classes, like=statement.predicate)
            whose = self._either(other.classes)
            return f"properties of {whose} are {self._listed(found)}" if found and whose else ""
        if demand.source == "range" and demand.kind == "thing" and other.kind == "thing":
            found = self._leading_to(other.classes, like=statement.predicate)
            whose = self._either(other.classes)
            return f"properties that lead to {whose} are {self._listed(found)}" if found else ""
        if demand.source == "range" and other.kind != demand.kind:
            return self._other_kind(statement, other, demands)
        return ""

    def _other_kind(self, statement: Statement, other: Demand, demands: Demands) -> str:
        """Properties of the same subject whose values are of the kind that is wanted."""
        kind: PropertyKind = "object" if other.kind == "thing" else "data"
        if kind == "data":
            through = self._through(statement)
            if through:
                return through
        known = [one.classes for one in demands.of(statement.subject) if one.classes != ANYTHING]
        if not known:
            return ""
        found = self._properties_of(known[0], like=str(statement.predicate), kind=kind)
        what = "lead to things" if kind == "object" else "have literals"
        return f"properties there that {what} are {self._listed(found)}" if found else ""

    def _through(self, statement: Statement) -> str:
        """A literal of the thing that a property leads to, where one of the property was asked."""
        written, value = self._written(statement.predicate), self._shown(statement.object)
        for classes in self._ranges(statement.predicate):
            inner = self._properties_of(classes, like=str(statement.predicate), kind="data")
            if inner and named(classes):
                node = f"?{_word(named(classes)[0])}"
                path = f"{self._shown(statement.subject)} {written} {node}"
                last = f"{node} {self.names.iri(inner[0])} {value}"
                return f"go through the thing, as in `{path} . {last}`"
        return ""

    def _link(self, one: Alternatives, other: Alternatives) -> str:
        """A property that leads from one of two classes to the other."""
        if not named(one) or not named(other):
            return ""
        for start, end in ((one, other), (other, one)):
            for iri in self._properties_of(start, kind="object"):
                leads = self._range(iri)
                if leads != ANYTHING and not self.meaning.meeting.apart(leads, end):
                    a, b = (f"?{_word(named(each)[0])}" for each in (start, end))
                    return f"use two variables and link them, as in `{a} {self.names.iri(iri)} {b}`"
        return ""

    def _properties_of(
        self, classes: Alternatives, *, like: str = "", kind: PropertyKind | None = None
    ) -> list[Iri]:
        """Properties whose domain is met by the classes, the nearest in name first."""
        found = [
            iri
            for iri in self._properties()
            if (not kind or self.meaning.properties.ends(iri).kind == kind)
            and (starts := self.meaning.properties.ends(iri).starts)
            and not self._clash(classes, [end.classes for end in starts])
        ]
        return self._by_name(found, like)

    def _leading_to(self, classes: Alternatives, *, like: str = "") -> list[Iri]:
        found = [
            iri
            for iri in self._properties()
            if (leads := self.meaning.properties.ends(iri).leads)
            and not self._clash(classes, [end.classes for end in leads])
        ]
        return self._by_name(found, like)

    def _properties(self) -> list[Iri]:
        return [iri for iri, uses in self.declared.uses.items() if "property" in uses]

    def _by_name(self, iris: list[Iri], like: str) -> list[Iri]:
        from rapidfuzz import fuzz

        local = _word(like).casefold()
        score = {iri: fuzz.ratio(local, _word(iri).casefold()) if like else 0 for iri in iris}
        return sorted((iri for iri in iris if iri != like), key=lambda iri: (-score[iri], iri))

    def _listed(self, iris: Iterable[Iri]) -> str:
        return self.names.list(list(iris)[:4], word="and")

    def _either(self, classes: Alternatives) -> str:
        return self.names.list(named(classes))

    def _written(self, predicate: Variable | Iri) -> str:
        return predicate.shown if isinstance(predicate, Variable) else self.names.iri(predicate)

    def _shown(self, node: Node) -> str:
        if isinstance(node, Variable):
            return node.shown
        return self.names.literal(node) if isinstance(node, Literal) else self.names.iri(node)


def _word(iri: str) -> str:
    """The end of an IRI, as a name for a variable."""
    cleaned = "".join(letter if letter.isalnum() else "_" for letter in local_name(iri))
    return cleaned[:1].lower() + cleaned[1:]
