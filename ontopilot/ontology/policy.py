"""Policies as SHACL shapes (W3C SHACL): whether a proposed action may be done."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from ontopilot.errors import PolicyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.rdf.names import local_name, namespace
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
_TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")


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
            PolicyError: the file is missing, malformed or without shapes, names a term that the
                ontology lacks, or a severity that does not exist.
        """
        file = Path(path)
        shapes = _graph_of(file)
        targets = sorted({str(t) for name in _TARGETS for t in shapes.objects(None, _shacl(name))})
        if not targets:
            raise PolicyError(
                f"{file}: no shape in it has a sh:targetClass, so that no policy would ever apply; "
                "give the shapes a target"
            )
        _check_names(file, shapes, ontology)
        for severity in shapes.objects(None, _shacl("severity")):
            if str(severity) not in _SEVERITIES:
                raise PolicyError(
                    f"{file}: sh:severity {str(severity)!r} does not exist; use one of "
                    "sh:Violation, sh:Warning, sh:Info, op:Confirm, op:HandOver"
                )
        policies = cls(shapes, ontology, file)
        for target in targets:
            policies.decide(Iri(target), ())
        return policies

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """What the policies say to people when they are broken: the rules in words."""
        return tuple(sorted(str(one) for one in self._shapes.objects(None, _shacl("message"))))

    def decide(self, effect: Iri, case: Sequence[Fact]) -> tuple[Violation, ...]:
        """The policies that a proposed action does not meet, each once, the gravest first.

        `case` holds the proposal, whose node is `urn:ontopilot:proposal`, and the records that it
        is about. The classes of named things are completed from the ontology.
        """
        import pyshacl
        from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError

        data = self._graph((*case, Fact(PROPOSAL, v.RDF_TYPE, effect)))
        try:
            conforms, report, _ = pyshacl.validate(data, shacl_graph=self._shapes, inplace=True)
        except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError, re.error) as error:
            said = " ".join(str(error).split())[:200]
            raise PolicyError(
                f"{self._path}: a shape is malformed ({said}); correct it as SHACL says"
            ) from None
        if conforms:
            return ()
        order = ("violation", "hand_over", "confirm", "warning")
        found = [self._violation(report, result) for result in self._results(report)]
        found.sort(key=lambda one: (order.index(one.severity), one.rule, one.value))
        told = {(one.rule, one.message, one.severity): one for one in reversed(found)}
        return tuple(one for one in found if told[one.rule, one.message, one.severity] is one)

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
        from rdflib import URIRef

        value: Any = (
            _literal(fact.object) if isinstance(fact.object, Literal) else URIRef(fact.object)
        )
        data.add((URIRef(fact.subject), URIRef(fact.predicate), value))

    def _results(self, report: Any) -> list[Any]:
        """The results; what a shape inside `sh:node` found is only a detail of one."""
        return list(report.objects(None, _shacl("result")))

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
                return local_name(str(shape))
            shape = next(self._shapes.subjects(URIRef(_SH + "property"), shape), None)
        return "policy"


def _shacl(name: str) -> Any:
    """A word of the SHACL vocabulary."""
    from rdflib import URIRef

    return URIRef(_SH + name)


def _literal(value: Literal) -> Any:
    from rdflib import Literal as RdfLiteral
    from rdflib import URIRef

    if value.language:
        return RdfLiteral(value.value, lang=value.language)
    return RdfLiteral(value.value, datatype=URIRef(value.datatype))


def _graph_of(file: Path) -> Any:
    """The shapes; read by pyoxigraph, since rdflib stumbles over a file that is cut off."""
    import pyoxigraph as ox
    from rdflib import Graph

    try:
        content = file.read_bytes()
        shapes = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=file.resolve().as_uri())
        lines = ox.serialize(shapes, format=ox.RdfFormat.N_TRIPLES) or b""
    except OSError as error:
        raise PolicyError(
            f"{file}: the policies cannot be read ({error.strerror}); check the path"
        ) from None
    except SyntaxError as error:
        said = " ".join(str(error).split()).rstrip(".")[:160]
        raise PolicyError(
            f"{file}: the policies are malformed Turtle ({said}); correct that place"
        ) from None
    return Graph().parse(data=lines, format="nt")


def _check_names(file: Path, shapes: Any, ontology: Ontology) -> None:
    """What looks like a term of the ontology must be one."""
    from rdflib import URIRef

    own = {namespace(term.iri) for term in ontology.terms()} - {namespace(v.OP_UNIT)}
    declared = {str(subject) for subject in shapes.subjects()}
    naming = {_SH + name for name in (*_TARGETS, "class", "path")}
    for _, predicate, value in shapes:
        iri = str(value)
        if not isinstance(value, URIRef) or iri in declared or ontology.has(Iri(iri)):
            continue
        if namespace(iri) in own or (str(predicate) in naming and not iri.startswith(v.BUILT_IN)):
            word = local_name(str(predicate))
            within = f"sh:{word} names" if str(predicate).startswith(_SH) else "a list names"
            raise PolicyError(
                f"{file}: {within} {iri!r}, which is not in {ontology.path}; correct it or add the "
                "term in Protégé"
            )
