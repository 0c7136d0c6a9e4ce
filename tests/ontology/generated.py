"""Small random ontologies out of chosen constructs, and what two engines say of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from ontopilot.errors import InconsistentOntology, OntologyError
from ontopilot.ontology import Iri, Ontology

CLASSES, THINGS, RELATIONS, VALUES = "ABCD", "ijk", "pqr", "de"
_KINDS = (
    ("Class", CLASSES),
    ("NamedIndividual", THINGS),
    ("ObjectProperty", RELATIONS),
    ("DataProperty", VALUES),
)

AXIOMS: dict[str, tuple[str, ...]] = {
    "SubClassOf": ("SubClassOf({C} {C2})", "SubClassOf({A} {C})", "SubClassOf({C} {A})"),
    "EquivalentClasses": ("EquivalentClasses({A} {C})",),
    "DisjointClasses": ("DisjointClasses({A} {A2})",),
    "DisjointUnion": ("DisjointUnion({A} {A2} {A3})",),
    "SubObjectPropertyOf": ("SubObjectPropertyOf({p} {p2})", "SubObjectPropertyOf(:q :r)"),
    "EquivalentObjectProperties": ("EquivalentObjectProperties({p} {p2})",),
    "InverseObjectProperties": ("InverseObjectProperties({p} {p2})",),
    "ObjectPropertyDomain": ("ObjectPropertyDomain({p} {C})",),
    "ObjectPropertyRange": ("ObjectPropertyRange({p} {C})",),
    "ObjectPropertyChain": ("SubObjectPropertyOf(ObjectPropertyChain(:p :q) :r)",),
    "TransitiveObjectProperty": ("TransitiveObjectProperty(:r)",),
    "SymmetricObjectProperty": ("SymmetricObjectProperty({p})",),
    "FunctionalObjectProperty": ("FunctionalObjectProperty({p})",),
    "InverseFunctionalObjectProperty": ("InverseFunctionalObjectProperty({p})",),
    "AsymmetricObjectProperty": ("AsymmetricObjectProperty({p})",),
    "IrreflexiveObjectProperty": ("IrreflexiveObjectProperty({p})",),
    "ReflexiveObjectProperty": ("ReflexiveObjectProperty({p})",),
    "DisjointObjectProperties": ("DisjointObjectProperties({p} {p2})",),
    "FunctionalDataProperty": ("FunctionalDataProperty({d})",),
    "DataPropertyDomain": ("DataPropertyDomain({d} {C})",),
    "SubDataPropertyOf": ("SubDataPropertyOf(:d :e)",),
    "EquivalentDataProperties": ("EquivalentDataProperties(:d :e)",),
    "DisjointDataProperties": ("DisjointDataProperties(:d :e)",),
    "DataPropertyRange": ("DataPropertyRange({d} {R})",),
    "ClassAssertion": ("ClassAssertion({C} {i})", "ClassAssertion({A} {i})"),
    "ObjectPropertyAssertion": ("ObjectPropertyAssertion({p} {i} {j})",),
    "DataPropertyAssertion": ('DataPropertyAssertion({d} {i} "1"^^xsd:integer)',),
    "SameIndividual": ("SameIndividual(:i :j)",),
    "DifferentIndividuals": ("DifferentIndividuals({i} {j})",),
    "NegativeObjectPropertyAssertion": ("NegativeObjectPropertyAssertion({p} {i} {j})",),
    "NegativeDataPropertyAssertion": ('NegativeDataPropertyAssertion({d} {i} "1"^^xsd:integer)',),
}
"""Templates of axioms by construct: A a named class, C an expression, p and d properties, R a data
range."""

EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "ObjectIntersectionOf": ("ObjectIntersectionOf({A} {C})",),
    "ObjectUnionOf": ("ObjectUnionOf({A} {C})",),
    "ObjectComplementOf": ("ObjectComplementOf({C})",),
    "ObjectSomeValuesFrom": ("ObjectSomeValuesFrom({p} {C})",),
    "ObjectAllValuesFrom": ("ObjectAllValuesFrom({p} {C})",),
    "ObjectHasValue": ("ObjectHasValue({p} {i})",),
    "ObjectOneOf": ("ObjectOneOf({i} {j})",),
    "ObjectHasSelf": ("ObjectHasSelf({p})",),
    "ObjectMinCardinality": ("ObjectMinCardinality(1 {p})", "ObjectMinCardinality(2 {p} {A})"),
    "ObjectMaxCardinality": ("ObjectMaxCardinality(1 {p})", "ObjectMaxCardinality(1 {p} {A})"),
    "ObjectExactCardinality": ("ObjectExactCardinality(1 {p} {A})",),
    "DataHasValue": ('DataHasValue({d} "1"^^xsd:integer)',),
    "DataSomeValuesFrom": ("DataSomeValuesFrom({d} {R})",),
    "DataAllValuesFrom": ("DataAllValuesFrom({d} {R})",),
    "DataMinCardinality": ("DataMinCardinality(2 {d} {R})", "DataMinCardinality(1 {d})"),
    "DataMaxCardinality": ("DataMaxCardinality(1 {d} {R})", "DataMaxCardinality(1 {d})"),
    "DataExactCardinality": ("DataExactCardinality(1 {d} {R})",),
}
"""Templates of class expressions by construct."""

RANGES: dict[str, tuple[str, ...]] = {
    "DataUnionOf": ("DataUnionOf({R} {R2})",),
    "DataIntersectionOf": ("DataIntersectionOf({R} {R2})",),
    "DataComplementOf": ("DataComplementOf({R})",),
    "DataOneOf": ('DataOneOf("{n}"^^xsd:integer "3"^^xsd:integer)', 'DataOneOf("{n}" "a")'),
    "DatatypeRestriction": (
        'DatatypeRestriction(xsd:integer xsd:minInclusive "{n}"^^xsd:integer)',
        'DatatypeRestriction(xsd:integer xsd:maxExclusive "{n}"^^xsd:integer)',
    ),
}
"""Templates of data ranges by construct; n is a small number."""
DATATYPES = ("xsd:integer", "xsd:string", "xsd:decimal", "xsd:nonNegativeInteger", "xsd:boolean")


_ANY_RELATION = (
    "ClassAssertion",
    "SubClassOf",
    "EquivalentClasses",
    "ObjectPropertyAssertion",
    "ObjectPropertyDomain",
    "ObjectPropertyRange",
    "ObjectSomeValuesFrom",
    "ObjectAllValuesFrom",
    "ObjectHasValue",
)
"""What may speak of `r`, which is transitive or implied by a chain: OWL 2 DL, section 11.2."""


def axioms(random: Random, constructs: Iterable[str], count: int) -> list[str]:
    """Axioms that use some of the constructs and no other; deterministic for a seed."""
    chosen = sorted(constructs)
    templates = [one for name in chosen for one in AXIOMS.get(name, ())]
    inner = [one for name in chosen for one in EXPRESSIONS.get(name, ())]
    ranges = [one for name in chosen for one in RANGES.get(name, ())]
    return [_filled(random, random.choice(templates), inner, ranges, depth=2) for _ in range(count)]


def _filled(
    random: Random, template: str, inner: Sequence[str], ranges: Sequence[str], *, depth: int
) -> str:
    named = random.sample(CLASSES, 3)
    simple = RELATIONS if template.startswith(_ANY_RELATION) else RELATIONS[:2]
    p, p2 = random.sample(simple, 2)
    i, j = random.sample(THINGS, 2)
    names = {"A": named[0], "A2": named[1], "A3": named[2], "p": p, "p2": p2, "i": i, "j": j}
    names["d"] = random.choice(VALUES)
    spelled = {key: f":{name}" for key, name in names.items()}
    spelled |= {key: _range(random, ranges, depth=2) for key in ("R", "R2") if key in template}
    for key, name in (("C", named[1]), ("C2", named[2])):
        spelled[key] = f":{name}" if random.random() < 0.9 else "owl:Thing"
        if f"{{{key}}}" in template and inner and depth and random.random() < 0.8:
            within = random.choice(inner)
            spelled[key] = _filled(random, within, inner, ranges, depth=depth - 1)
    return template.format(**spelled)


def _range(random: Random, ranges: Sequence[str], *, depth: int) -> str:
    if not (ranges and depth) or random.random() < 0.4:
        return random.choice(DATATYPES)
    inner = [_range(random, ranges, depth=depth - 1) for _ in "12"]
    return random.choice(ranges).format(R=inner[0], R2=inner[1], n=random.randint(0, 4))


def document(modules: dict[str, Sequence[str]]) -> str:
    """One ontology in functional syntax of modules that share no names."""
    spaces = {"xsd": "http://www.w3.org/2001/XMLSchema#", "owl": "http://www.w3.org/2002/07/owl#"}
    lines = [f"Prefix({prefix}:=<{space}>)" for prefix, space in spaces.items()]
    lines += ["Ontology(<http://example.org/g>"]
    for name, module in modules.items():
        space = f"http://example.org/{name}#"
        lines += [f"Declaration({kind}(<{space}{n}>))" for kind, names in _KINDS for n in names]
        lines += [_spelled(axiom, space) for axiom in module]
    return "\n".join([*lines, ")"])


def _spelled(axiom: str, space: str) -> str:
    parts = axiom.replace("(", "( ").replace(")", " )").split(" ")
    return " ".join(f"<{space}{part[1:]}>" if part.startswith(":") else part for part in parts)


def load(folder: Path, modules: dict[str, Sequence[str]], engine: str) -> Ontology | None:
    """The snapshot of modules by an engine; nothing where they contradict themselves."""
    path = folder / "generated.ofn"
    path.write_text(document(modules), encoding="utf-8")
    seconds = 40 if engine == "hermit" else 10
    try:
        found = Ontology.load(path, reasoner=engine, reasoning_seconds=seconds)
    except InconsistentOntology:
        return None
    if engine == "hermit" and found.reasoning.stopped:
        raise TimeoutError(f"HermiT does not finish {len(modules)} modules in {seconds} seconds")
    return found


def said(ontology: Ontology, name: str) -> frozenset[str]:
    """What a snapshot says of one module: subclasses, empty classes, types and values."""
    space = f"http://example.org/{name}#"
    classes = {Iri(space + one) for one in CLASSES}
    empty = classes & set(ontology.reasoning.empty)
    found = {f"{_end(one)} is empty" for one in empty}
    for one in classes - empty:
        found |= {f"{_end(one)} < {_end(up)}" for up in ontology.ancestors(one) & classes}
    for thing in (Iri(space + one) for one in THINGS):
        found |= {f"{_end(thing)} a {_end(cls)}" for cls in ontology.types(thing) & classes}
        for relation in (Iri(space + one) for one in RELATIONS):
            for fact in ontology.facts(thing, relation):
                if isinstance(fact.object, str) and fact.object != thing:
                    found.add(f"{_end(thing)} {_end(relation)} {_end(fact.object)}")
    return frozenset(found)


def _end(iri: Iri) -> str:
    return iri.rpartition("#")[2]


def missed_and_false(
    folder: Path, modules: dict[str, Sequence[str]], engine: str
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """What an engine does not say that HermiT says, and what it says that HermiT does not."""
    alone = {name: load(folder, {name: module}, engine) for name, module in modules.items()}
    possible = {name: module for name, module in modules.items() if alone[name] is not None}
    refused = {name: module for name, module in modules.items() if alone[name] is None}
    missed, false = dict[str, frozenset[str]](), dict[str, frozenset[str]]()
    for name, module in refused.items():
        if load(folder, {name: module}, "hermit") is not None:
            false[name] = frozenset([CONTRADICTION])
    for name, truth in _truth(folder, possible).items():
        ontology = alone[name]
        assert ontology is not None
        mine = said(ontology, name)
        if truth - mine:
            missed[name] = truth - mine
        if _beyond(mine, truth) and CONTRADICTION not in truth:
            false[name] = _beyond(mine, truth)
    return missed, false


def _beyond(mine: frozenset[str], truth: frozenset[str]) -> frozenset[str]:
    """What is said and is not true; of a class that is empty all is true."""
    return frozenset(
        one for one in mine - truth if f"{one.partition(' < ')[0]} is empty" not in truth
    )


CONTRADICTION = "a contradiction"


def _truth(folder: Path, modules: dict[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """What HermiT says of each module, halving them until it takes all of a part.

    Nothing is known of a module that it refuses, or does not finish.
    """
    if not modules:
        return {}
    try:
        whole = load(folder, modules, "hermit")
    except (OntologyError, TimeoutError):
        if len(modules) == 1:
            return {}
        whole = None
    if whole is not None:
        return {name: said(whole, name) for name in modules}
    if len(modules) == 1:
        return dict.fromkeys(modules, frozenset([CONTRADICTION]))
    names = list(modules)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    parts = [_truth(folder, {name: modules[name] for name in half}) for half in halves]
    return {**parts[0], **parts[1]}
