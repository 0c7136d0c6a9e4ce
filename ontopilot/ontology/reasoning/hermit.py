"""HermiT, the reference: complete for OWL 2 DL, a Java program that owlready2 carries."""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ontopilot.errors import ConfigError, MissingExtra, OntologyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import Contradiction
from ontopilot.ontology.rdf.normal import rdf_xml
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.reasoning.apart import run_apart
from ontopilot.ontology.reasoning.classified import Classified
from ontopilot.ontology.reasoning.tableau import Tableau, out_of_time
from ontopilot.ontology.terms import Iri

_STATEMENT = re.compile(r"^(\w+)\( ((?:<[^>]+>\s*)+) \)$", re.MULTILINE)
_VALUES = re.compile(r"^<([^>]+)> \(known instances:\s*(.*?)\s*\|", re.MULTILINE)
_PAIR = re.compile(r"\(<([^>]+)>, <([^>]+)>\)")
_NAME = re.compile(r"<([^>]+)>")
_PREDICATES = {
    "SubClassOf": v.RDFS_SUBCLASS,
    "EquivalentClasses": v.RDFS_SUBCLASS,
    "SubObjectPropertyOf": v.RDFS_SUBPROPERTY,
    "EquivalentObjectProperties": v.RDFS_SUBPROPERTY,
    "Type": v.RDF_TYPE,
}


@dataclass(frozen=True, slots=True)
class Hermit:
    """Runs HermiT in a process of its own, for at most so many seconds.

    Values of data properties are not among its results, nor is their hierarchy: what its option
    `-D` prints does not follow (a property of strings above one of truth values).
    """

    seconds: float = 600.0
    java: str = "java"

    def classify(self, triples: Triples) -> Classified:
        """Every subclass, type and object property value that follows.

        Raises:
            ConfigError: there is no Java.
            OntologyError: HermiT refuses the ontology.
        """
        java, jar = self._java(), _jar()
        with TemporaryDirectory(prefix="ontopilot-") as folder:
            file = Path(folder) / "ontology.rdf"
            file.write_bytes(rdf_xml(triples))
            options = ("-c", "-O", "-I", "-Y", "--ignoreUnsupportedDatatypes")
            command = [java, "-Xmx2000M", "-cp", jar, "org.semanticweb.HermiT.cli.CommandLine"]
            ended = run_apart([*command, *options, file.as_uri()], seconds=self.seconds)
        if ended.code is None:
            note = out_of_time("HermiT", self.seconds)
            return Classified(complete=False, note=note, stopped=True)
        output = (ended.output + ended.errors).decode(errors="replace").replace("\r", "")
        if "Inconsistent ontology" in output:
            return Classified(contradiction=_reason(triples, self.seconds))
        if ended.code:
            said = " ".join(output.split())[:200]
            raise OntologyError(
                f"reasoner='hermit': HermiT cannot reason over this ontology ({said!r}); correct "
                "that axiom or use reasoner='auto'"
            )
        found = tuple(dict.fromkeys((*_statements(output), *_values(output))))
        derived = _derives_values(triples)
        note = "values of data properties are those that rules find" if derived else ""
        return Classified(found, complete=not derived, note=note)

    def _java(self) -> str:
        found = shutil.which(self.java)
        if found is None:
            raise ConfigError(
                f"reasoner='hermit' needs Java, and there is no program {self.java!r}; install a "
                "Java runtime or use reasoner='auto'"
            )
        return found


def _jar() -> str:
    package = importlib.util.find_spec("owlready2")
    if package is None or package.origin is None:
        raise MissingExtra("owlready2", extra="reasoning", purpose="reasoner='hermit'")
    folder = Path(package.origin).parent / "hermit"
    return f"{folder}{':' if folder.anchor == '/' else ';'}{folder / 'HermiT.jar'}"


def _reason(triples: Triples, seconds: float) -> Contradiction:
    """HermiT gives no reason: take rustdl's, where it finds the contradiction too."""
    found = Tableau("tableau", seconds).classify(triples).contradiction
    return found or Contradiction(
        "HermiT finds no way in which all axioms are true; ask for an explanation in Protégé", ()
    )


def _derives_values(triples: Triples) -> bool:
    """Whether values of data properties may follow that are not stated."""
    data = {subject for subject, kind in triples.pairs(v.RDF_TYPE) if kind == v.OWL_DATA_PROPERTY}
    above = {subject for subject, _ in triples.pairs(v.RDFS_SUBPROPERTY)}
    fixed = {node for node, _ in triples.pairs(v.OWL_HAS_VALUE)}
    return bool(data & above) or any(triples.one(node, v.OWL_ON_PROPERTY) in data for node in fixed)


def _statements(output: str) -> Iterator[Triple]:
    for relation, listed in _STATEMENT.findall(output):
        predicate = _PREDICATES.get(relation)
        names = [Iri(name) for name in _NAME.findall(listed)]
        if predicate is None:
            continue
        if relation.startswith("Equivalent"):
            yield from _equal(names, predicate)
        elif len(names) == 2 and not names[0].startswith(v.OWL):
            yield names[0], predicate, names[1]


def _equal(names: list[Iri], predicate: Iri) -> Iterator[Triple]:
    empty = v.OWL_NOTHING in names
    if v.OWL_THING in names:
        yield from ((v.OWL_THING, predicate, one) for one in names if one != v.OWL_THING)
    for one in names:
        if one.startswith(v.OWL):
            continue
        if empty:
            yield one, predicate, v.OWL_NOTHING
            continue
        for other in names:
            if other != one:
                yield one, predicate, other


def _values(output: str) -> Iterator[Triple]:
    for predicate, known in _VALUES.findall(output):
        for subject, value in _PAIR.findall(known):
            if not predicate.startswith(v.OWL):
                yield Iri(subject), Iri(predicate), Iri(value)
