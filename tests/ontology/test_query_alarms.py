"""The query check gives no false alarm: whatever finds something in right data passes.

Data are made that keep to the axioms and are of the classes that the axioms let go together; what
they may hold is written down here, by hand. Queries are made out of such data, so that every part
of them matches, which a SPARQL store confirms; none of them may have a violation.
"""

from collections.abc import Iterator
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.ontology import Iri, Literal, Ontology
from tests.ontology.conftest import PREFIXES, SHARED, E
from tests.ontology.queried import WORLD

HEAD = f"PREFIX : <{E}>\nPREFIX d: <http://data.example.org/>\n"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DATA = "http://data.example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"

KINDS = [
    {"Person", "Party"},
    {"Person", "Party", "Staff"},
    {"Firm", "Party"},
    {"Customer", "Party", "Person"},
    {"Customer", "Party", "Firm"},
    {"Kettle", "Product"},
    {"Router", "Product"},
    {"Lid", "Part"},
    {"Chip", "Part"},
    {"Order"},
    {"Order", "Gift"},
    {"Address"},
]
"""What the things of the data may be, each with all classes above."""

LINKS = {
    "placedBy": ({"Order"}, {"Party"}),
    "placed": ({"Party"}, {"Order"}),
    "contains": ({"Order"}, {"Product"}),
    "containsSoldOut": ({"Order"}, {"Product"}),
    "hasPart": ({"Product"}, {"Part"}),
    "knows": ({"Person"}, {"Person"}),
    "address": ({"Party", "Order"}, {"Address"}),
}
"""The classes, one of which the subject and the object must have."""

IMPLIED = {
    "placedBy": [("placed", True)],
    "placed": [("placedBy", True)],
    "containsSoldOut": [("contains", False)],
    "knows": [("knows", True)],
}
"""What holds as well, backwards where it is true."""

VALUES = {
    "total": ({"Order"}, [f'"{n}"^^<{XSD}decimal>' for n in ("5.0", "7", "-1")]),
    "placedOn": ({"Order"}, [f'"2024-0{n}-01T00:00:00"^^<{XSD}dateTime>' for n in (1, 2)]),
    "urgent": ({"Order"}, [f'"true"^^<{XSD}boolean>']),
    "name": (None, ['"a"', '"b c"', '"é"']),
    "grade": (None, [f'"{n}"^^<{XSD}integer>' for n in (1, 10)]),
}
"""The classes of the subject, any where there are none, and some values."""

Fact = tuple[str, str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("alarms") / "world.ttl"
    path.write_text(PREFIXES + WORLD, encoding="utf-8")
    return Ontology.load(path)


def made(random: Random) -> list[Fact]:
    """Facts that keep to the axioms, with all that follows from them."""
    kinds = {f"d:i{n}": random.choice(KINDS) for n in range(random.randint(4, 9))}
    facts: set[Fact] = {(one, "a", f":{cls}") for one, classes in kinds.items() for cls in classes}
    for one, classes in kinds.items():
        for name, (starts, values) in VALUES.items():
            if (starts is None or classes & starts) and random.random() < 0.6:
                facts.add((one, f":{name}", random.choice(values)))
        for other, reached in kinds.items():
            for name, (starts, leads) in LINKS.items():
                fits = classes & starts and reached & leads and random.random() < 0.5
                if fits and not (
                    name == "hasPart" and "Kettle" in classes and "Lid" not in reached
                ):
                    facts.add((one, f":{name}", other))
                    for also, backwards in IMPLIED.get(name, ()):
                        ends = (other, one) if backwards else (one, other)
                        facts.add((ends[0], f":{also}", ends[1]))
    return sorted(facts)


class Queries:
    """Writes one query out of facts; a thing is the same variable wherever it stands."""

    def __init__(self, random: Random, facts: list[Fact]) -> None:
        self.random = random
        self.facts = facts
        self.constant = {one for one, _, _ in facts if random.random() < 0.1}
        self.fresh = 0

    def node(self, term: str) -> str:
        return f"?{term[2:]}" if term.startswith("d:") and term not in self.constant else term

    def some(self, start: str, most: int) -> list[Fact]:
        """Facts that hang together, from a thing on."""
        found: list[Fact] = []
        reached = {start}
        for _ in range(self.random.randint(1, most)):
            near = [fact for fact in self.facts if fact[0] in reached or fact[2] in reached]
            found.append(self.random.choice(near))
            reached |= {end for end in (found[-1][0], found[-1][2]) if end.startswith("d:")}
        return found

    def pattern(self, fact: Fact) -> str:
        """One triple pattern that the fact matches."""
        subject, predicate, value = fact
        s, o = self.node(subject), self.node(value)
        if predicate == "a":
            self.fresh += 1
            ways = [
                f"{s} a/rdfs:subClassOf* {o}",
                f"{s} a ?c{self.fresh} FILTER(?c{self.fresh} = {o})",
                f"BIND({o} AS ?c{self.fresh}) {s} a ?c{self.fresh}",
                f"{s} a ?c{self.fresh} VALUES ?c{self.fresh} {{ :Lid {o} :Order }}",
            ]
            return f"{s} a {o}" if self.random.random() < 0.7 else self.random.choice(ways)
        others = [f":{name}" for name in (*LINKS, *VALUES)]
        ways = [
            f"{o} ^{predicate} {s}",
            f"{s} {predicate}|{self.random.choice(others)} {o}",
            f"{s} {predicate}+ {o}",
            f"{s} {predicate}* {o}",
            f"{s} {predicate}? {o}",
            f"{s} !(:note) {o}",
            f"{s} ?{predicate[1:]}Property {o}",
            f"VALUES ?w{predicate[1:]} {{ {predicate} :hasPart }} {s} ?w{predicate[1:]} {o}",
        ]
        if not o.startswith(("?", "d:", ":")):
            ways = [way for way in ways if not way.startswith(o)]
            self.fresh += 1
            ways += [f"{s} {predicate} ?x{self.fresh}"] * 4
        plain = f"{s} {predicate} {o}"
        return plain if self.random.random() < 0.6 else self.random.choice(ways)

    def group(self, start: str, depth: int) -> str:
        """A group graph pattern all of whose parts match."""
        lines = [self.pattern(fact) for fact in self.some(start, 5)]
        for _ in range(self.random.randint(0, 2) if depth else 0):
            inner = self.group(start, depth - 1)
            other = self.group(start, depth - 1)
            lines.append(
                self.random.choice(
                    (
                        f"OPTIONAL {{ {inner} }}",
                        f"{{ {inner} }} UNION {{ {other} }}",
                        f"{{ {inner} }}",
                        f"{{ SELECT * {{ {inner} }} }}",
                        f"FILTER EXISTS {{ {inner} }}",
                        f"MINUS {{ {inner} . ?other :name 'nobody is called so' }}",
                    )
                )
            )
        return " . ".join(lines)

    def query(self) -> str:
        """A query."""
        things = sorted({one for one, _, _ in self.facts})
        return f"SELECT * {{ {self.group(self.random.choice(things), 2)} }}"


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_query_that_finds_something_in_right_data_passes(world: Ontology, seed: int) -> None:
    random = Random(seed)
    facts = made(random)
    store = ox.Store()
    lines = " .\n".join(" ".join(fact) for fact in facts)
    prefixes = f"@prefix : <{E}> .\n@prefix d: <{DATA}> .\n"
    store.load(f"{prefixes}{lines} .".encode(), format=ox.RdfFormat.TURTLE)
    query = HEAD + Queries(random, facts).query()
    prefix = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    assert next(iter(store.query(prefix + query)), None) is not None, query
    assert world.check_query(query) == (), query


REAL = """
cognee-basic/basic_ontology.owl ecommerce-small/ecommerce.owl family/family.owl koala/koala.owl
jerm-owlxml/JERM.owl owl2bench/UNIV-BENCH-OWL2DL.owl pizza/pizza.owl wine/wine.rdf
""".split()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.shared) for name in REAL] + ["the demo"]
)
def test_all_that_real_ontologies_say_of_an_individual_makes_a_meaningful_query(
    name: str, shop: Ontology
) -> None:
    path = SHARED / name
    ontology = shop if name == "the demo" else Ontology.load(path, allow_missing_imports=True)
    individuals = [term.iri for term in ontology.terms("individual")][:40]
    assert individuals
    for individual in individuals:
        for subject in ("?x", f"<{individual}>"):
            query = f"SELECT * {{ {star(ontology, individual, subject)} }}"
            assert ontology.check_query(query) == (), query


def star(ontology: Ontology, individual: Iri, subject: str) -> str:
    """Classes, values and neighbours of an individual as one pattern."""
    lines = [f"{subject} a <{cls}>" for cls in sorted(ontology.types(individual))]
    for number, fact in enumerate(ontology.facts(individual)[:15]):
        lines.extend(ray(ontology, subject, fact.predicate, fact.object, number))
    return " .\n".join(lines) or f"{subject} ?p ?o"


def ray(
    ontology: Ontology, subject: str, predicate: Iri, value: Iri | Literal, number: int
) -> Iterator[str]:
    if predicate == TYPE:
        return
    if isinstance(value, Literal) or number % 2:
        node = (
            ox.Literal(value.value, datatype=ox.NamedNode(value.datatype))
            if isinstance(value, Literal) and not value.language
            else f"?v{number}"
        )
        yield f"{subject} <{predicate}> {node}"
        return
    yield f"{subject} <{predicate}> ?v{number}"
    yield from (f"?v{number} a <{cls}>" for cls in sorted(ontology.types(value)))
