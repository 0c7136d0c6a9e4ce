"""Small ontologies that tests write, and the demo's."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.ontology import Iri, Literal, Ontology
from ontopilot.ontology.vocabulary import XSD

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples/customer_service/shop.owl"
SHARED = ROOT.parent / "shared/data/ontologies"
E = "http://example.org/t#"

PREFIXES = """\
@prefix : <http://example.org/t#> .
@prefix op: <urn:ontopilot:> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org/t> a owl:Ontology .
"""

Load = Callable[..., Ontology]


def iri(name: str) -> Iri:
    """A term of the small ontologies."""
    return Iri(E + name)


def number(value: object, datatype: str = "integer") -> Literal:
    """A typed literal."""
    return Literal(str(value), Iri(XSD + datatype))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load Turtle, the prefixes and header added."""

    def loaded(turtle: str, **options: object) -> Ontology:
        path = tmp_path / "small.ttl"
        path.write_text(PREFIXES + turtle, encoding="utf-8")
        return Ontology.load(path, **options)  # type: ignore[arg-type]

    return loaded


@pytest.fixture(scope="session")
def shop() -> Ontology:
    """The ontology of the demo."""
    return Ontology.load(SHOP)


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    """A copy of the demo's ontology, with what it imports."""
    for name in ("shop.owl", "network.owl", "catalog-v001.xml"):
        shutil.copy(SHOP.parent / name, tmp_path / name)
    return tmp_path / "shop.owl"


@pytest.fixture(params=["RDF/XML", "OWL/XML", "Turtle"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same small ontology in each syntax that is edited."""
    from tests.ontology.test_syntaxes import OWL_XML, RDF_XML, TURTLE

    with_xsd = RDF_XML.replace("xmlns:owl", f'xmlns:xsd="{XSD}" xmlns:owl')
    texts = {"RDF/XML": with_xsd, "OWL/XML": OWL_XML, "Turtle": TURTLE}
    path = tmp_path / "t.owl"
    path.write_bytes(texts[request.param].encode())
    return path
