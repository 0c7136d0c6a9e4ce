"""Nothing is lost in reading: as many axioms of each kind as other readers find, or a reason."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ontopilot.errors import OntologySyntaxError
from ontopilot.ontology.files.horned import SYNTAXES
from ontopilot.ontology.files.parse import parse
from ontopilot.ontology.files.source import read
from ontopilot.ontology.load import load
from ontopilot.ontology.owl.axioms import axiom_counts, logical
from ontopilot.ontology.rdf.kinds import every_kind
from ontopilot.ontology.rdf.triples import Triples
from tests.ontology import owl_api
from tests.ontology.conftest import SHARED, SHOP

SUFFIXES = {".owl", ".rdf", ".ttl", ".ofn", ".omn"}
LARGEST = 5_000_000


def shared(folder: str = "") -> list[str]:
    """The ontologies of a shared folder; those of fibo only where it is that folder."""
    files = sorted((SHARED / folder).rglob("*"))
    names = [str(f.relative_to(SHARED)) for f in files if f.suffix in SUFFIXES and f.is_file()]
    there = [n for n in names if (SHARED / n).stat().st_size < LARGEST]
    return [n for n in there if bool(folder) or not n.startswith("fibo/")] or ["no shared data"]


def ours(path: Path) -> Counter[str]:
    """The axioms that one file states; what its terms are is told by its imports as well."""
    closure = load(path, allow_missing_imports=True).triples
    return axiom_counts(Triples.of(parse(read(path)).triples), every_kind(closure))


def without_comments(text: str) -> str:
    return re.sub(r"(?m)^#.*$", "", text)


def without_imports(text: str) -> str:
    return re.sub(r"(?m)^Import:.*$", "", text)


REFUSED = {
    "family/families-manchester.omn": "line 95",
    "wine/wine-malformed.rdf": "line 22, column 5",
}
"""Files that neither reader takes."""

FOR_THE_OWL_API: Mapping[str, Callable[[str], str]] = {
    "pizza-omn/pizza.omn": without_imports,
    "uvula-functional/uvula.ofn": without_comments,
    "uvula-functional/uvula_inconsistent.ofn": without_comments,
    "uvula-functional/uvula_multiple_unsat.ofn": without_comments,
    "uvula-functional/uvula_unsat.ofn": without_comments,
}
"""What version 3.4.3 stumbles over: comments in functional syntax (Protégé writes them), and in
Manchester syntax an import that is not there."""

SORT = "which sort of property it is"
"""The file uses a property that is declared as an annotation property and as another one, or
declared nowhere (its import is absent). That is outside OWL 2 DL, and each reader guesses its own
way whether `p` makes annotations, facts or data; the axioms are there in both."""
UNDECLARED = "equivalent properties that are declared nowhere"
"""Their import is absent. The OWL API drops these axioms; here they are kept."""
DRAFT = "names of the OWL 1.1 draft of 2006"
"""`owl:AntisymmetricProperty`, `owl:disjointObjectProperties`, `owl:maxExclusive` and others are
not in OWL 2. They are kept as triples; the OWL API translates them."""
PLAIN = 'a label "endpoint" beside the label "endpoint"^^xsd:string'
"""RDF 1.1 made them one literal; the OWL API 3.4.3 is older."""
ALONE = "SameIndividual with one member"
"""It says nothing and is left out, which the load tells."""
FRAME = "the frame of a data property that has only annotations"
"""The OWL API 3.4.3 does not take it as a declaration."""
BASE = "an xml:base that is no hierarchical IRI (a:wine.owl)"
"""RFC 3986 resolves `#x` against it all the same; the OWL API does not, so that `locatedIn` is
declared as one IRI there and used as another."""

DIFFERENT: Mapping[str, tuple[str, Mapping[str, tuple[int, int]]]] = {
    "bao/bao_gpcr_v1.1.owl": (SORT, {}),
    "bao/bao_ro_combinator.owl": (
        UNDECLARED,
        {"EquivalentObjectProperties": (6, 0), "EquivalentAnnotationProperties": (8, 0)},
    ),
    "bao/external/core.owl": (SORT, {}),
    "bao/external/ro.owl": (SORT, {}),
    "bao/external/temporal-intervals.owl": (SORT, {}),
    "bao/vocabulary/bao_vocabulary_result.owl": (PLAIN, {"AnnotationAssertion": (561, 562)}),
    "family/family.owl": (
        DRAFT,
        {
            "AnnotationAssertion": (22, 3),
            "AsymmetricObjectProperty": (0, 1),
            "ClassAssertion": (22, 13),
            "Declaration": (29, 32),
            "DisjointObjectProperties": (0, 3),
        },
    ),
    "ncit-test/NCItTest.owl": (SORT, {}),
    "pizza-omn/pizza.omn": (FRAME, {"Declaration": (93, 92)}),
    "pizza-omn/pizza.owl": (ALONE, {"SameIndividual": (0, 2)}),
    "wine/wine-cip.owl": (BASE, {}),
}
UNDECLARED_IN_FIBO = {
    "ACTUS/ACTUS-examples.ttl": 5,
    "BE/Corporations/Corporations.rdf": 4,
    "BE/OwnershipAndControl/Executives.rdf": 7,
    "FND/Places/Facilities.rdf": 2,
    "FND/Relations/Relations.rdf": 2,
    "SEC/Securities/SecurityAssets.rdf": 1,
}
"""How many axioms of properties that are declared nowhere the OWL API drops: equivalences, and in
the examples of ACTUS what is said of nameless things."""


def differences(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    kinds = sorted({*one, *other})
    pairs = {kind: (one.get(kind, 0), other.get(kind, 0)) for kind in kinds}
    return {kind: pair for kind, pair in pairs.items() if pair[0] != pair[1]}


def without_sorts(counts: Mapping[str, int]) -> Counter[str]:
    """Counts that do not tell annotation, object and data properties from one another."""
    merged: Counter[str] = Counter()
    for kind, number in counts.items():
        plain = re.sub(r"Annotation(?!Assertion)|Object|Data(?!type)", "", kind)
        merged[plain.replace("AnnotationAssertion", "PropertyAssertion")] += number
    return merged


@pytest.fixture(scope="module")
def owl_api_counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str] | str]:
    folder = tmp_path_factory.mktemp("prepared")
    files: dict[str, Path] = {name: SHARED / name for name in shared()}
    for name, prepare in FOR_THE_OWL_API.items():
        files[name] = folder / Path(name).name
        files[name].write_text(prepare((SHARED / name).read_text("utf-8")), encoding="utf-8")
    found = owl_api.counted(files.values())
    return {name: found[path] for name, path in files.items()}


@pytest.mark.java
@pytest.mark.shared
@pytest.mark.parametrize("name", shared())
def test_a_shared_file_has_the_axioms_that_the_owl_api_finds(
    name: str, owl_api_counts: dict[str, Counter[str] | str]
) -> None:
    theirs = owl_api_counts[name]
    if name in REFUSED:
        assert isinstance(theirs, str)
        with pytest.raises(OntologySyntaxError, match=REFUSED[name]):
            read_all(SHARED / name)
        return
    if name == "family/primer.ttl":
        with pytest.raises(OntologySyntaxError, match=r"line 84 .* should end with a '\]'"):
            read_all(SHARED / name)
        return
    assert isinstance(theirs, Counter), theirs
    found = ours(SHARED / name)
    reason, expected = DIFFERENT.get(name, ("", {}))
    if reason in (SORT, BASE):
        assert differences(found, theirs), f"{name} is listed as different ({reason})"
        found, theirs = without_sorts(found), without_sorts(theirs)
    assert differences(found, theirs) == expected, reason


def read_all(path: Path) -> Counter[str]:
    return axiom_counts(Triples.of(parse(read(path)).triples))


@pytest.mark.java
@pytest.mark.shared
def test_but_for_one_full_stop_the_primer_is_turtle_that_is_read_like_the_owl_api_does(
    tmp_path: Path,
) -> None:
    """Turtle ends a statement with "."; inside brackets that is no Turtle (grammar, rule 14).

    The OWL API 3.4.3 reads on. Here the file is refused with the line: what else a reader skips
    in such a place, nobody knows. It declares three of its terms, so that every reader guesses
    about properties; what needs no guess must agree.
    """
    path = tmp_path / "primer.ttl"
    text = (SHARED / "family/primer.ttl").read_text("utf-8")
    assert text.count('"true"^^xsd:boolean .\n]') == 1
    path.write_text(text.replace('"true"^^xsd:boolean .\n]', '"true"^^xsd:boolean\n]'), "utf-8")
    theirs, found = owl_api.counted([path])[path], ours(path)
    assert isinstance(theirs, Counter)
    certain = (
        "SubClassOf ClassAssertion DisjointClasses DifferentIndividuals SameIndividual HasKey "
        "DatatypeDefinition ObjectPropertyAssertion DataPropertyAssertion SubPropertyChainOf"
    ).split()
    assert {kind: found[kind] for kind in certain} == {kind: theirs[kind] for kind in certain}
    assert sum(found.values()) >= sum(theirs.values())


@pytest.mark.java
@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_files_of_fibo_have_the_axioms_that_the_owl_api_finds() -> None:
    """Most imports of FIBO are absent, so that properties without declaration are many."""
    names = shared("fibo")
    counted = owl_api.counted(SHARED / name for name in names)
    exact, dropped = 0, {}
    for name in names:
        theirs, found = counted[SHARED / name], ours(SHARED / name)
        assert isinstance(theirs, Counter), name
        exact += not differences(found, theirs)
        left = differences(without_sorts(found), without_sorts(theirs))
        if left:
            assert left.keys() <= {"EquivalentProperties", "PropertyAssertion"}, (name, left)
            dropped[name.removeprefix("fibo/")] = sum(one - two for one, two in left.values())
    assert dropped == UNDECLARED_IN_FIBO
    assert len(names) > 290
    assert len(names) - exact < 40


ALL_KINDS = """\
Prefix(:=<http://example.org/t#>)
Prefix(owl:=<http://www.w3.org/2002/07/owl#>)
Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)
Ontology(<http://example.org/t>
Annotation(rdfs:comment "about all")
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(Class(:D))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
Declaration(DataProperty(:d)) Declaration(DataProperty(:e)) Declaration(DataProperty(:f))
Declaration(AnnotationProperty(:n)) Declaration(AnnotationProperty(:m)) Declaration(Datatype(:t))
Declaration(NamedIndividual(:i)) Declaration(NamedIndividual(:j)) Declaration(NamedIndividual(:k))
SubClassOf(Annotation(rdfs:comment "one") Annotation(:n "two"@en) :A :B)
SubClassOf(:A ObjectSomeValuesFrom(:p ObjectIntersectionOf(:B ObjectComplementOf(:C))))
SubClassOf(ObjectUnionOf(:A :B) ObjectAllValuesFrom(ObjectInverseOf(:p) :C))
SubClassOf(:A ObjectMinCardinality(2 :p :B))
SubClassOf(:A ObjectMaxCardinality(3 :q))
SubClassOf(:A ObjectExactCardinality(1 :q :C))
SubClassOf(:A ObjectHasSelf(:p))
SubClassOf(:A ObjectHasValue(:p :i))
SubClassOf(:A DataSomeValuesFrom(:d DatatypeRestriction(xsd:integer xsd:minInclusive "1"^^xsd:integer)))
SubClassOf(:A DataAllValuesFrom(:d DataOneOf("1"^^xsd:integer "2"^^xsd:integer)))
SubClassOf(:A DataHasValue(:d "7"^^xsd:integer))
SubClassOf(:A DataMaxCardinality(1 :d xsd:integer))
EquivalentClasses(:A ObjectOneOf(:i :j))
EquivalentClasses(:B :C :D)
DisjointClasses(Annotation(rdfs:comment "why") :A :B ObjectSomeValuesFrom(:q :C))
DisjointClasses(:A :B :C :D)
DisjointClasses(:B :D)
DisjointUnion(Annotation(rdfs:comment "parts") :A :B :C)
SubObjectPropertyOf(:p :q)
SubObjectPropertyOf(Annotation(rdfs:comment "chain") ObjectPropertyChain(:p :q ObjectInverseOf(:r)) :r)
EquivalentObjectProperties(:p :q :r)
DisjointObjectProperties(:p :q :r)
InverseObjectProperties(:p :q)
ObjectPropertyDomain(:p :A) ObjectPropertyRange(:p ObjectUnionOf(:B :C))
FunctionalObjectProperty(:p) InverseFunctionalObjectProperty(:p) ReflexiveObjectProperty(:p)
IrreflexiveObjectProperty(:q) SymmetricObjectProperty(:p) AsymmetricObjectProperty(:q)
TransitiveObjectProperty(:r)
SubDataPropertyOf(:d :e) EquivalentDataProperties(:d :e :f) DisjointDataProperties(:d :e :f)
DataPropertyDomain(:d :A) DataPropertyRange(:d xsd:integer) FunctionalDataProperty(:d)
DatatypeDefinition(:t DatatypeRestriction(xsd:integer xsd:maxInclusive "9"^^xsd:integer))
HasKey(:A (:p) (:d))
SameIndividual(:i :j :k) DifferentIndividuals(:i :j :k)
ClassAssertion(Annotation(rdfs:comment "seen") ObjectSomeValuesFrom(:p :B) :i)
ObjectPropertyAssertion(:p :i :j)
NegativeObjectPropertyAssertion(Annotation(rdfs:comment "no") :p :i :k)
DataPropertyAssertion(:d :i "7"^^xsd:integer) NegativeDataPropertyAssertion(:d :i "8"^^xsd:integer)
AnnotationAssertion(Annotation(:n "deep") rdfs:label :A "a"@en)
SubAnnotationPropertyOf(:n :m) AnnotationPropertyDomain(:n :A) AnnotationPropertyRange(:n :B)
DLSafeRule(Body(ClassAtom(:A Variable(<urn:swrl#x>)) ObjectPropertyAtom(:p Variable(<urn:swrl#x>) Variable(<urn:swrl#y>))) Head(ClassAtom(:B Variable(<urn:swrl#y>))))
)
"""  # noqa: E501 - axioms of one line


@pytest.mark.java
def test_every_kind_of_axiom_of_functional_syntax_is_read(tmp_path: Path) -> None:
    path = tmp_path / "all.ofn"
    path.write_text(ALL_KINDS, encoding="utf-8")
    theirs = owl_api.counted([path])[path]
    assert isinstance(theirs, Counter)
    assert len(theirs) == 39
    assert differences(ours(path), theirs) == {}


@pytest.mark.java
def test_the_demo_has_the_axioms_that_the_owl_api_finds() -> None:
    theirs = owl_api.counted([SHOP])[SHOP]
    assert isinstance(theirs, Counter)
    assert differences(ours(SHOP), theirs) == {}


AS_HORNED_READS = """
bao/external/BAO_CLO_import.owl bao/external/BAO_GO_import.owl bao/external/IAO_import.owl
bao/external/OBI_import.owl cognee-basic/basic_ontology.owl doid/DO_cancer_slim.owl
doid/DO_infectious_disease_slim.owl ecommerce-small/ecommerce.owl jerm-owlxml/JERM.owl
jerm-owlxml/ingedients_hierarchy.owl omn-imports/thesubont.omn robot-examples/simple_parts.owl
uvula-functional/uvula.ofn uvula-functional/uvula_inconsistent.ofn
""".split()
"""Files that py-horned-owl reads whole; of others it drops `owl:AllDisjointClasses`, rules, or the
declarations in imports."""


@pytest.mark.shared
@pytest.mark.parametrize("name", AS_HORNED_READS)
def test_without_java_horned_finds_the_same_axioms(name: str) -> None:
    import pyhornedowl

    source = read(SHARED / name)
    ontology = pyhornedowl.open_ontology_from_string(
        source.data.decode(), SYNTAXES.get(source.syntax, "rdf")
    )
    theirs: Counter[str] = Counter()
    for one in ontology.get_axioms():
        kind = type(one.component).__name__
        if type(getattr(one.component, "sub", None)).__name__ == "list":
            kind = "SubPropertyChainOf"
        spread = kind.startswith("Equivalent") or kind == "SameIndividual"
        theirs[kind] += len(one.component.first) - 1 if spread else 1
    found = ours(SHARED / name)
    assert logical(found)
    for kind in {*found, *theirs} - {"Declaration", "Import", "OntologyAnnotation"}:
        if not kind.startswith("Declare"):
            assert found[kind] == theirs[kind], kind
