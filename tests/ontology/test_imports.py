"""Imports: found by catalog and by content, reported when absent, never fetched."""

from pathlib import Path

import pytest

from ontopilot.errors import OntologyImportError, OntologySyntaxError
from ontopilot.ontology import Ontology
from tests.ontology.conftest import PREFIXES, iri

PART = "http://example.org/part"
CATALOG = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <uri id="User Entered Import Resolution" name="{name}" uri="{uri}"/>
</catalog>
"""


def write(path: Path, ontology: str, *imports: str, body: str = "") -> Path:
    header = PREFIXES.replace("<http://example.org/t> a owl:Ontology .\n", "")
    listed = "".join(f"<{ontology}> owl:imports <{one}> .\n" for one in imports)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{header}<{ontology}> a owl:Ontology .\n{listed}{body}", encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "root.ttl", "http://example.org/t", PART, body=":A a owl:Class .")


def test_the_catalog_that_protege_writes_is_followed(tmp_path: Path, root: Path) -> None:
    part = write(tmp_path / "deep/er/part file.bin", PART, body=":B a owl:Class .")
    (tmp_path / "catalog-v001.xml").write_text(
        CATALOG.format(name=PART, uri="deep/er/part%20file.bin"), encoding="utf-8"
    )
    ontology = Ontology.load(root)
    assert ontology.has(iri("B"))
    assert [path.resolve() for path in ontology.sources] == [root.resolve(), part.resolve()]


def test_a_catalog_may_go_on_to_another(tmp_path: Path, root: Path) -> None:
    write(tmp_path / "other/place/part.bin", PART, body=":B a owl:Class .")
    (tmp_path / "other/c.xml").write_text(
        CATALOG.format(name=PART, uri="place/part.bin"), encoding="utf-8"
    )
    (tmp_path / "catalog-v001.xml").write_text(
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
        '<nextCatalog catalog="other/c.xml"/></catalog>',
        encoding="utf-8",
    )
    assert Ontology.load(root).has(iri("B"))


@pytest.mark.parametrize("place", ["part.ttl", "below/part.ttl"])
def test_without_a_catalog_the_folder_is_searched_by_ontology_iri(
    tmp_path: Path, root: Path, place: str
) -> None:
    write(tmp_path / place, PART, body=":B a owl:Class .")
    assert Ontology.load(root).has(iri("B"))


def test_an_import_may_name_the_version(tmp_path: Path) -> None:
    root = write(tmp_path / "root.ttl", "http://example.org/t", f"{PART}/2016")
    body = f"<{PART}> owl:versionIRI <{PART}/2016> . :B a owl:Class ."
    write(tmp_path / "part.ttl", PART, body=body)
    assert Ontology.load(root).has(iri("B"))


def test_a_prefixed_ontology_name_is_found_too(tmp_path: Path, root: Path) -> None:
    text = PREFIXES.replace("<http://example.org/t> a owl:Ontology .", "") + (
        "@prefix ex: <http://example.org/> .\nex:part a owl:Ontology .\n:B a owl:Class .\n"
    )
    (tmp_path / "part.ttl").write_text(text, encoding="utf-8")
    assert Ontology.load(root).has(iri("B"))


def test_a_cycle_of_imports_ends(tmp_path: Path) -> None:
    names = [f"http://example.org/{letter}" for letter in "abc"]
    for place, name in enumerate(names):
        write(
            tmp_path / f"{name[-1]}.ttl",
            name,
            names[(place + 1) % 3],
            body=f":C{place} a owl:Class .",
        )
    ontology = Ontology.load(tmp_path / "a.ttl")
    assert len(ontology.sources) == 3
    assert all(ontology.has(iri(f"C{place}")) for place in range(3))


def test_a_missing_import_says_which_and_where_it_was_looked_for(root: Path) -> None:
    with pytest.raises(OntologyImportError) as caught:
        Ontology.load(root)
    message = str(caught.value)
    assert repr(PART) in message
    assert str(root.parent / "catalog-v001.xml") in message
    assert "never fetched" in message
    assert "\n" not in message


def test_a_missing_import_can_be_allowed_and_is_listed(root: Path) -> None:
    ontology = Ontology.load(root, allow_missing_imports=True)
    assert ontology.missing == (PART,)
    assert ontology.has(iri("A"))


def test_nothing_is_fetched_even_when_the_catalog_points_to_the_network(
    tmp_path: Path, root: Path
) -> None:
    (tmp_path / "catalog-v001.xml").write_text(
        CATALOG.format(name=PART, uri="http://example.org/part.ttl"), encoding="utf-8"
    )
    with pytest.raises(OntologyImportError):
        Ontology.load(root)


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        ("<catalog><uri", "not well-formed"),
        ('<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><c>&x;</c>', "document type"),
    ],
)
def test_a_damaged_or_dangerous_catalog_is_refused(
    tmp_path: Path, root: Path, catalog: str, said: str
) -> None:
    (tmp_path / "catalog-v001.xml").write_text(catalog, encoding="utf-8")
    with pytest.raises(OntologySyntaxError, match=said):
        Ontology.load(root)


def test_a_damaged_import_names_the_imported_file(tmp_path: Path, root: Path) -> None:
    part = write(tmp_path / "part.ttl", PART, body=':B a owl:Class ; rdfs:label "cut')
    with pytest.raises(OntologySyntaxError) as caught:
        Ontology.load(root)
    assert str(part) in str(caught.value)


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path, root: Path) -> None:
    write(
        tmp_path / "part.ttl",
        PART,
        body=":p a owl:ObjectProperty . :B a owl:Class . _:x owl:onProperty :p ; "
        "owl:someValuesFrom :B ; a owl:Restriction . :B rdfs:subClassOf _:x .",
    )
    with root.open("a", encoding="utf-8") as file:
        file.write(
            " :q a owl:ObjectProperty . _:x owl:onProperty :q ; owl:someValuesFrom :A ; "
            "a owl:Restriction . :A rdfs:subClassOf _:x ."
        )
    ontology = Ontology.load(root)
    assert {f.predicate for f in ontology.facts(iri("A"))} == {iri("q")}
    assert {f.predicate for f in ontology.facts(iri("B"))} == {iri("p")}


def test_a_version_is_found_where_the_catalog_names_the_ontology_without_it(
    tmp_path: Path,
) -> None:
    """As a Protégé project imports `…/time#2016` and its catalog says `…/time`."""
    root = write(tmp_path / "root.ttl", "http://example.org/t", f"{PART}#2016")
    body = f"<{PART}> owl:versionIRI <{PART}#2016> . :B a owl:Class ."
    part = write(tmp_path / "deep/er/part.bin", PART, body=body)
    (tmp_path / "catalog-v001.xml").write_text(
        CATALOG.format(name=PART, uri="deep/er/part.bin"), encoding="utf-8"
    )
    ontology = Ontology.load(root)
    assert ontology.has(iri("B"))
    assert [path.resolve() for path in ontology.sources] == [root.resolve(), part.resolve()]


def test_another_version_than_the_imported_one_does_not_do(tmp_path: Path) -> None:
    root = write(tmp_path / "root.ttl", "http://example.org/t", f"{PART}#2016")
    body = f"<{PART}> owl:versionIRI <{PART}#2020> . :B a owl:Class ."
    write(tmp_path / "deep/er/part.bin", PART, body=body)
    (tmp_path / "catalog-v001.xml").write_text(
        CATALOG.format(name=PART, uri="deep/er/part.bin"), encoding="utf-8"
    )
    with pytest.raises(OntologyImportError, match="2016"):
        Ontology.load(root)
