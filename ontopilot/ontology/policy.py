"""Policies as SHACL shapes (W3C SHACL): whether a proposed action may be done."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from ontopilot.errors import PolicyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Literal, Severity, Violation

PROPOSAL = Iri("urn:ontopilot:proposal")
_SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES: Mapping[str, Severity] = {
    _SH + "Violation": "violation",
    _SH + "Warning": "warning",
    _SH + "Info": "warning",
    "urn:ontopilot:Confirm": "confirm",
    "urn:ontopilot:HandOver": "hand_over",
}
_NAMES = ("targetClass", "path", "class", "equals", "targetSubjectsOf", "targetObjectsOf")


class Policies:
    """The shapes of a policy file, checked against an ontology."""

    def __init__(self, shapes: Any, ontology: Ontology, path: Path) -> None:
        self._shapes = shapes
        self._ontology = ontology
        self._path = path

    @classmethod
    def load(cls, path: str | Path, ontology: Ontology) -> Self:
        """Read shapes in Turtle.

        Raises:
            PolicyError: the file is missing or malformed, or names a term that the ontology lacks.
        """
        from rdflib import Graph, URIRef

        file = Path(path)
        shapes = Graph()
        try:
            shapes.parse(data=file.read_text(encoding="utf-8"), format="turtle")
        except OSError as error:
            raise PolicyError(
                f"{file}: the policies cannot be read ({error.strerror}); check the path"
            ) from None
        except (SyntaxError, ValueError) as error:
            said = " ".join(str(error).split())[:160]
            raise PolicyError(f"{file}: the policies are malformed Turtle: {said}") from None
        for name in _NAMES:
            for value in shapes.objects(None, URIRef(_SH + name)):
                if isinstance(value, URIRef) and not _known(ontology, str(value)):
                    raise PolicyError(
                        f"{file}: sh:{name} names {str(value)!r}, which is not in "
                        f"{ontology.path}; correct it or add the term in Protégé"
                    )
        return cls(shapes, ontology, file)

    def decide(self, effect: Iri, case: Sequence[Fact]) -> tuple[Violation, ...]:
        """The policies that a proposed action does not meet, the gravest first.

        `case` holds the proposal, whose node is `urn:ontopilot:proposal`, and the records that it
        is about. The classes of named things are completed from the ontology.
        """
        import pyshacl
        from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError

        data = self._graph((*case, Fact(PROPOSAL, v.RDF_TYPE, effect)))
        try:
            conforms, report, _ = pyshacl.validate(data, shacl_graph=self._shapes, inplace=True)
        except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError) as error:
            raise PolicyError(f"{self._path}: {error}") from error
        if conforms:
            return ()
        order = ("violation", "hand_over", "confirm", "warning")
        found = [self._violation(report, result) for result in self._results(report)]
        return tuple(sorted(set(found), key=lambda one: (order.index(one.severity), one.rule)))

    def _graph(self, case: Iterable[Fact]) -> Any:
        from rdflib import Graph

        data = Graph()
        for fact in case:
            self._add(data, fact)
            if fact.predicate == v.RDF_TYPE and not isinstance(fact.object, Literal):
                for above in self._ontology.ancestors(fact.object):
                    self._add(data, Fact(fact.subject, v.RDF_TYPE, above))
            elif not isinstance(fact.object, Literal):
                for known in self._ontology.facts(fact.object):
                    self._add(data, known)
                for cls in self._ontology.types(fact.object):
                    self._add(data, Fact(fact.object, v.RDF_TYPE, cls))
        return data

    def _add(self, data: Any, fact: Fact) -> None:
        from rdflib import Literal as RdfLiteral
        from rdflib import URIRef

        value: Any = (
            RdfLiteral(fact.object.value, datatype=URIRef(fact.object.datatype))
            if isinstance(fact.object, Literal)
            else URIRef(fact.object)
        )
        data.add((URIRef(fact.subject), URIRef(fact.predicate), value))

    def _results(self, report: Any) -> list[Any]:
        from rdflib import RDF, URIRef

        return list(report.subjects(RDF.type, URIRef(_SH + "ValidationResult")))

    def _violation(self, report: Any, result: Any) -> Violation:
        from rdflib import URIRef

        def one(name: str) -> Any:
            return report.value(result, URIRef(_SH + name))

        value = one("value")
        return Violation(
            rule=self._rule(one("sourceShape")),
            message=str(one("resultMessage") or "a policy is not met"),
            severity=_SEVERITIES.get(str(one("resultSeverity")), "violation"),
            value="" if value is None else str(value),
        )

    def _rule(self, shape: Any) -> str:
        from rdflib import RDFS, URIRef

        while shape is not None:
            label = self._shapes.value(shape, RDFS.label)
            if label is not None:
                return str(label)
            if isinstance(shape, URIRef):
                return str(shape).rsplit("#", 1)[-1].rsplit("/", 1)[-1]
            shape = next(self._shapes.subjects(URIRef(_SH + "property"), shape), None)
        return "policy"


def _known(ontology: Ontology, iri: str) -> bool:
    return ontology.has(Iri(iri)) or iri.startswith(v.XSD) or iri == v.RDF_TYPE
