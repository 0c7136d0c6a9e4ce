"""How `auto` relates the classes of real ontologies, beside HermiT, file by file."""

from dataclasses import dataclass

import pytest

from ontopilot.errors import InconsistentOntology, OntologyError, OntologySyntaxError
from ontopilot.ontology import Iri, Ontology
from tests.ontology.conftest import SHARED

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.java, pytest.mark.timeout(400)]

SECONDS = 60
"""The time that HermiT gets; what it does not finish by then is not compared."""

QUICK = frozenset(
    """
    bao/bao_ro_combinator.owl family/family.owl functional-swrl/tutorial.owl
    imports-cyclic/reprMath.owl koala/koala.owl omn-imports/thesubont.omn
    owl2bench/UNIV-BENCH-OWL2EL.owl owl2bench/UNIV-BENCH-OWL2QL.owl
    owl2bench/UNIV-BENCH-OWL2RL.owl pizza/pizza.owl pizza-omn/pizza.omn
    robot-examples/nucleus.ttl uvula-functional/uvula_multiple_unsat.ofn
    fibo/CAE/AllCAE.rdf
    """.split()
)
"""Those that CI has time for: one of each kind, and those that once differed."""

MALFORMED = frozenset({
    "family/families-manchester.omn", "family/primer.ttl", "wine/wine-malformed.rdf",
})  # fmt: skip
"""Nothing reads them."""

INCONSISTENT = frozenset({"uvula-functional/uvula_inconsistent.ofn"})

REFUSED = {"functional-swrl/swrl_tutorial.owl": "built-in atom"}
"""What HermiT refuses, with a word of what it says."""

SUFFIXES = (".owl", ".rdf", ".ttl", ".omn", ".ofn")


def files() -> list[str]:
    """Every ontology among the shared data, by its path there."""
    found = (path for path in SHARED.rglob("*") if path.suffix in SUFFIXES)
    return sorted(str(path.relative_to(SHARED)) for path in found)


COMPARED = [name for name in files() if name not in MALFORMED | INCONSISTENT | REFUSED.keys()]


@dataclass(frozen=True)
class Related:
    """What a snapshot says of its classes: the empty ones, and of the others which is in which."""

    empty: frozenset[Iri]
    subclasses: frozenset[tuple[Iri, Iri]]


def loaded(name: str, engine: str) -> Ontology:
    """A file by an engine."""
    seconds = SECONDS if engine == "hermit" else None
    path = SHARED / name
    return Ontology.load(
        path, reasoner=engine, reasoning_seconds=seconds, allow_missing_imports=True
    )


def related(ontology: Ontology) -> Related:
    """The relations between named classes."""
    empty = frozenset(ontology.reasoning.empty)
    classes = {term.iri for term in ontology.terms("class")} - empty
    pairs = ((one, up) for one in classes for up in ontology.ancestors(one) & classes)
    return Related(empty, frozenset(pairs))


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[] if one in QUICK else pytest.mark.sweep) for one in COMPARED],
)
def test_classes_are_related_as_hermit_says(name: str) -> None:
    reference = loaded(name, "hermit")
    if reference.reasoning.stopped:
        pytest.xfail(f"HermiT does not finish {name} within {SECONDS} seconds")
    truth, found = related(reference), related(loaded(name, "auto"))
    assert found.empty == truth.empty
    assert truth.subclasses - found.subclasses == set(), "missed"
    assert found.subclasses - truth.subclasses == set(), "false"


@pytest.mark.parametrize("engine", ["auto", "hermit"])
@pytest.mark.parametrize("name", sorted(INCONSISTENT))
def test_what_contradicts_itself_does_so_by_both(name: str, engine: str) -> None:
    with pytest.raises(InconsistentOntology):
        loaded(name, engine)


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_what_is_not_compared_for_its_syntax_cannot_be_read(name: str) -> None:
    with pytest.raises(OntologySyntaxError):
        loaded(name, "auto")


@pytest.mark.parametrize("name", REFUSED)
def test_what_hermit_refuses_is_not_called_complete(name: str) -> None:
    with pytest.raises(OntologyError, match=REFUSED[name]):
        loaded(name, "hermit")
    assert loaded(name, "auto").reasoning.complete is False


def test_what_ci_compares_is_there() -> None:
    assert set(COMPARED) >= QUICK
