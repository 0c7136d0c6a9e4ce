"""How many broken SPARQL queries the query check catches, and whether it lets the right ones pass.

    python benchmarks/query_check.py --data ../shared/data --json

Takes the insurance benchmark of data.world (arXiv 2311.07509, 2405.11706): its gold queries must
pass as they are, and once more with their patterns written out triple by triple. Then every triple
that allows it is broken in one of five ways, one at a time:

- `swapped ends`: subject and object of a property change places;
- `wrong class`: another class after `a`;
- `undeclared class` and `undeclared property`: a name with a typing error, or an invented one;
- `literal for object`: a literal as the value of an object property.

Whether a mutant is broken is decided from the declared domains, ranges and subclasses alone, read
with rdflib and not by the check: where another triple about the same node does not contradict the
change, the query would still be meaningful and is not counted. A mutant counts as `caught` when
it has any violation, as `named` when one of them has a rule that belongs to what was broken.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _report import SEED, document, quantile, show
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Node

from ontopilot.ontology import Ontology

Triple = tuple[Node, Node, Node]
KINDS: Mapping[str, frozenset[str]] = {
    "swapped ends": frozenset(
        {"domain", "range", "double-domain", "double-range", "domain-range", "literal-as-thing"}
    ),
    "wrong class": frozenset({"domain", "range", "disjoint-classes"}),
    "undeclared class": frozenset({"undeclared-term"}),
    "undeclared property": frozenset({"undeclared-term"}),
    "literal for object": frozenset({"literal-for-object"}),
}
"""The ways to break a query, each with the rules that name it."""

_SERVICE = re.compile(
    r"(?P<head>.*?\bSERVICE\s+\S+\s*\{)(?P<pattern>.*?)(?P<tail>\}\s*(?:bind.*)?\}.*)", re.I | re.S
)
_FILTER = re.compile(r"\bFILTER\s*\(.*\)", re.I)
_LITERALS = ('"Smith"', "42", '"2024-03-01"^^<http://www.w3.org/2001/XMLSchema#date>', '"north"@en')
_INVENTED = ("hasDetails", "relatedTo", "identifier", "Customer", "Contract", "amountPaid")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="has acme/")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    folder = arguments.data / "acme"
    if not folder.is_dir():
        print(f"no insurance benchmark at {folder}: give --data", file=sys.stderr)
        return 2
    result = document(measure(folder), packages=("rdflib", "rapidfuzz"))
    show(result, as_json=arguments.json)
    return 0


def measure(folder: Path) -> dict[str, Any]:
    """The figures on the gold queries of a folder and on their mutants."""
    path = folder / "ontology" / "insurance.ttl"
    ontology, axioms = Ontology.load(path), Axioms(Graph().parse(path))
    rows = map(json.loads, (folder / "inquiries.jsonl").read_text(encoding="utf-8").splitlines())
    gold = [text for row in rows for text in row["sparql"]]
    ontology.check_query("ASK { ?s ?p ?o }")
    timed: list[tuple[float, float]] = []
    alarms = [text for text in gold if checked(ontology, text, timed)]
    rewritten = [Split.of(text) for text in gold]
    alarms += [one.text() for one in rewritten if checked(ontology, one.text(), timed)]
    choose = random.Random(SEED)
    mutants = [mutant for one in rewritten for mutant in mutations(one, axioms, choose)]
    found = [(one, checked(ontology, one.text, timed)) for one in mutants]
    return {
        "gold": len(gold),
        "gold_passed": len(gold) + len(rewritten) - len(alarms),
        "gold_checked": len(gold) + len(rewritten),
        "false_alarms": alarms,
        "mutants": len(mutants),
        "caught": share([bool(rules) for _, rules in found]),
        "named": share([bool(rules & KINDS[one.kind]) for one, rules in found]),
        "kinds": {kind: figures(kind, found) for kind in KINDS},
        "missed": [one.text for one, rules in found if not rules][:10],
        "ms_per_query": milliseconds([wall for wall, _ in timed]),
        "cpu_ms_per_query": milliseconds([own for _, own in timed]),
    }


def checked(ontology: Ontology, text: str, timed: list[tuple[float, float]]) -> frozenset[str]:
    """The rules that a query violates; the seconds that passed and those computed are noted."""
    began, worked = time.perf_counter(), time.process_time()
    found = ontology.check_query(text)
    timed.append((time.perf_counter() - began, time.process_time() - worked))
    return frozenset(one.rule for one in found)


def figures(kind: str, found: Sequence[tuple["Mutant", frozenset[str]]]) -> dict[str, Any]:
    of = [rules for one, rules in found if one.kind == kind]
    return {
        "mutants": len(of),
        "caught": share([bool(rules) for rules in of]),
        "named": share([bool(rules & KINDS[kind]) for rules in of]),
    }


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(quantile(seconds, 0.5) * 1000, 1),
        "p95": round(quantile(seconds, 0.95) * 1000, 1),
    }


def share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


class Axioms:
    """What the file declares, read with rdflib."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.classes = sorted(graph.subjects(RDF.type, OWL.Class))
        self.names = {str(node) for triple in graph for node in triple}

    def kind(self, predicate: Node) -> Node | None:
        """Object or data property."""
        types = set(self._graph.objects(predicate, RDF.type))
        return next(
            (one for one in (OWL.ObjectProperty, OWL.DatatypeProperty) if one in types), None
        )

    def ends(self, predicate: Node) -> tuple[Node | None, Node | None]:
        """The declared domain and range."""
        return self._graph.value(predicate, RDFS.domain), self._graph.value(predicate, RDFS.range)

    def apart(self, one: Node | None, other: Node | None) -> bool:
        """Whether two classes are declared and have no subclass in common."""
        below = [set(self._graph.transitive_subjects(RDFS.subClassOf, cls)) for cls in (one, other)]
        return None not in (one, other) and below[0].isdisjoint(below[1])

    def excludes(self, triples: Sequence[Triple], node: Node, cls: Node | None) -> bool:
        """Whether some triple makes a node something that a class is apart from."""
        for subject, predicate, value in triples:
            domain, range_ = self.ends(predicate)
            if predicate == RDF.type and subject == node and self.apart(value, cls):
                return True
            if predicate != RDF.type and subject == node and self.apart(domain, cls):
                return True
            if predicate != RDF.type and value == node and self.apart(range_, cls):
                return True
        return False

    def is_thing(self, triples: Sequence[Triple], node: Node) -> bool:
        """Whether some triple makes a node a thing: it has properties or a class."""
        return any(subject == node for subject, _, _ in triples)


@dataclass(frozen=True)
class Split:
    """A query as the triples of its pattern and the text around them."""

    head: str
    triples: tuple[Triple, ...]
    tail: str

    @classmethod
    def of(cls, text: str) -> "Split":
        """Take a query apart.

        Raises:
            ValueError: it is not written as those of the insurance benchmark are.
        """
        match = _SERVICE.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a query with one SERVICE pattern: {text!r}")
        kept = " ".join(_FILTER.findall(match["pattern"]))
        declared = "".join(re.findall(r"PREFIX[^\n]*\n", match["head"]))
        body = _FILTER.sub("", match["pattern"])
        prologue, query = parseQuery(f"{declared}SELECT * {{ {body} }}")
        names = translatePrologue(prologue, None, {"rdf": RDF})
        query = traverse(query, visitPost=lambda node: translatePName(node, names))
        query = traverse(query, visitPost=translatePath)
        (block,) = query.where.part
        flat = [one for listed in block.triples for one in listed]
        triples = tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
        return cls(match["head"], triples, f"{kept} {match['tail']}")

    def text(self, triples: Sequence[Triple] | None = None) -> str:
        """The query, with other triples if some are given."""
        numbers: dict[Node, int] = {}
        for triple in triples or self.triples:
            for node in triple:
                if isinstance(node, BNode):
                    numbers.setdefault(node, len(numbers) + 1)
        lines = [
            " ".join(f"_:b{numbers[node]}" if node in numbers else node.n3() for node in triple)
            for triple in triples or self.triples
        ]
        return f"{self.head}\n  " + " .\n  ".join(lines) + f" .\n{self.tail}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken query."""

    kind: str
    text: str


def mutations(query: Split, axioms: Axioms, choose: random.Random) -> Iterator[Mutant]:
    """A query broken at each triple in every way that makes it meaningless."""
    for at, triple in enumerate(query.triples):
        rest = query.triples[:at] + query.triples[at + 1 :]
        for kind, changed in changes(triple, rest, axioms, choose):
            triples = (*query.triples[:at], changed, *query.triples[at + 1 :])
            yield Mutant(kind, query.text(triples))


def changes(
    triple: Triple, rest: Sequence[Triple], axioms: Axioms, choose: random.Random
) -> Iterator[tuple[str, Triple]]:
    subject, predicate, value = triple
    if predicate == RDF.type:
        wrong = [cls for cls in axioms.classes if axioms.excludes(rest, subject, cls)]
        if wrong:
            yield "wrong class", (subject, predicate, choose.choice(wrong))
        yield "undeclared class", (subject, predicate, misspelt(value, axioms, choose))
        return
    yield "undeclared property", (subject, misspelt(predicate, axioms, choose), value)
    domain, range_ = axioms.ends(predicate)
    if axioms.kind(predicate) == OWL.ObjectProperty:
        broken = axioms.excludes(rest, subject, range_) or axioms.excludes(rest, value, domain)
        yield "literal for object", (subject, predicate, Written(choose.choice(_LITERALS)))
    else:
        broken = axioms.is_thing(rest, subject)
    if broken and isinstance(value, Variable | BNode):
        yield "swapped ends", (value, predicate, subject)


class Written(Literal):
    """A literal as it is written in a query."""

    def n3(self, *_: Any) -> str:
        """The text as it is."""
        return str(self)


def misspelt(iri: Node, axioms: Axioms, choose: random.Random) -> URIRef:
    """A name that the ontology does not have, near to one that it has or invented."""
    namespace, local = re.fullmatch(r"(.*[/#])([^/#]+)", str(iri)).groups()  # type: ignore[union-attr]
    while True:
        at = choose.randrange(1, len(local))
        name = choose.choice(
            (
                local[:at] + local[at + 1 :],
                local[:at] + local[at] + local[at:],
                local + choose.choice(("s", "Id", "Value")),
                local[0].swapcase() + local[1:],
                choose.choice(_INVENTED),
            )
        )
        if namespace + name not in axioms.names:
            return URIRef(namespace + name)


if __name__ == "__main__":
    raise SystemExit(main())
