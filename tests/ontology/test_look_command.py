"""`ontopilot ontology check`, `show`, `explain` and `graph`: what is printed, and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.cli import main
from tests.ontology.conftest import PREFIXES, SHOP

Run = Callable[..., tuple[int, str, str]]
TEXT = """
:Product a owl:Class ; rdfs:label "product"@en .
:Kettle a owl:Class ; rdfs:label "kettle"@en ; rdfs:subClassOf :Product ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :months ; owl:hasValue 24 ] .
:Toaster a owl:Class ; rdfs:label "toaster"@en ; owl:disjointWith :Kettle .
:months a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:label "warranty period"@en .
:hasPart a owl:ObjectProperty ; rdfs:label "has part"@en ; rdfs:range :Part .
:Part a owl:Class ; rdfs:label "part"@en .
:k a owl:NamedIndividual, :Kettle ; rdfs:label "AquaBoil 2"@en ; :hasPart :lid .
:lid a owl:NamedIndividual ; rdfs:label "lid"@en .
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: exit code, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["ontology", *map(str, arguments)])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small shop."""
    return written(tmp_path / "shop.ttl", TEXT)


def written(path: Path, text: str) -> Path:
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


# --- check --------------------------------------------------------------------------------------


def test_a_sound_ontology_passes_with_its_profile_and_size(run: Run, file: Path) -> None:
    code, out, err = run("check", file)
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert any(line.startswith("reasoned by auto in ") for line in lines)
    assert "language OWL 2 EL and RL" in lines
    assert "not QL: 2 departures" in lines
    assert "depth 2 classes, 1 properties" in lines
    assert lines[-1].startswith("0 errors, ")


def test_warnings_do_not_fail_and_errors_do(run: Run, file: Path) -> None:
    assert run("check", written(file, TEXT + ":x a owl:Class ."))[0] == 0
    code, out, _ = run("check", written(file, TEXT + ":Both rdfs:subClassOf :Kettle, :Toaster ."))
    assert code == 1
    assert "nothing can be a member of 'Both'" in out
    assert "kettle DisjointWith toaster" in out or "toaster DisjointWith kettle" in out


def test_an_inconsistent_file_is_explained_where_other_commands_refuse_it(
    run: Run, file: Path
) -> None:
    written(file, TEXT + ":k a :Toaster .")
    code, out, err = run("check", file)
    assert (code, err) == (1, "")
    assert "the ontology contradicts itself: AquaBoil 2 is both" in out
    assert "'AquaBoil 2' Type toaster" in out
    assert "axioms " in out
    assert run("show", file)[0] == 1


def test_the_check_as_json_is_one_document_with_everything(run: Run, file: Path) -> None:
    code, out, err = run("check", written(file, TEXT + ":x a owl:Class ."), "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["language"] == "OWL 2 EL and RL"
    assert document["reasoning"]["engine"] == "auto"
    assert document["reasoning"]["complete"] is False
    assert document["reasoning"]["finds"].startswith("classes by saturation")
    assert document["metrics"]["by_kind"]["DisjointClasses"] == 1
    assert {one["name"]: one["fits"] for one in document["profiles"]} == {
        "EL": True,
        "QL": False,
        "RL": True,
        "DL": True,
    }
    unconnected = next(one for one in document["findings"] if one["rule"] == "unconnected")
    assert unconnected["severity"] == "warning"
    assert unconnected["labels"] == ["x"]
    assert unconnected["message"]
    assert unconnected["remedy"]
    assert document["counts"]["error"] == 0


def test_long_lists_are_cut_unless_all_is_asked_for(run: Run, file: Path) -> None:
    own = "".join(f":P{n} a owl:ObjectProperty ; owl:inverseOf :P{n} . " for n in range(9))
    written(file, TEXT + own)
    assert "… and 4 more; --all prints them" in run("check", file)[1]
    assert "is stated to be the inverse of itself" in run("check", file, "--all")[1]
    assert "more; --all" not in run("check", file, "--all")[1]


def test_wrong_usage_and_bad_files(run: Run, file: Path) -> None:
    assert run("check")[0] == 2
    assert run("check", file, "--guess")[0] == 2
    code, out, err = run("check", file, "--reasoner", "guess")
    assert (code, out) == (1, "")
    assert "use one of auto" in err
    assert run("check", file.with_name("absent.owl"))[0] == 1


def test_texts_of_an_ontology_do_not_steer_the_terminal(run: Run, file: Path) -> None:
    label = json.dumps("x\x1b[31m\u202ey\nz")
    written(file, f":x a owl:Class ; rdfs:label {label} . :x rdfs:subClassOf :y . :y a owl:Class .")
    for arguments in (("check", file), ("show", file, "http://example.org/t#x")):
        assert "\x1b" not in run(*arguments)[1]


# --- show ---------------------------------------------------------------------------------------


def test_a_term_is_shown_with_axioms_and_usage(run: Run, file: Path) -> None:
    code, out, _ = run("show", file, "kettle")
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "superclass product" in lines
    assert "restriction 'warranty period' value 24" in lines
    assert "disjoint toaster" in lines
    assert "'AquaBoil 2' Type kettle" in lines


def test_reasons_are_given_on_demand(run: Run, file: Path) -> None:
    plain = run("show", file, "AquaBoil 2")[1]
    assert "→ AquaBoil 2 is a product." in plain
    assert "because" not in plain
    explained = run("show", file, "AquaBoil 2", "--explain")[1]
    assert "because AquaBoil 2 is a kettle and every kettle is a product" in explained


def test_neighbours_come_from_both_sides(run: Run, file: Path) -> None:
    document = json.loads(run("show", file, "lid", "--json")[1])
    assert document["neighbours"] == [
        {
            "property": "has part",
            "iri": "http://example.org/t#k",
            "label": "AquaBoil 2",
            "direction": "from",
            "inferred": False,
        }
    ]
    assert "'AquaBoil 2' 'has part' lid" in document["usage"]
    assert "AquaBoil 2 has part" in run("show", file, "lid")[1]


# --- explain ------------------------------------------------------------------------------------


def test_a_fact_is_explained_with_its_axioms(run: Run, file: Path) -> None:
    code, out, _ = run("explain", file, "AquaBoil 2", "warranty period", "24")
    assert code == 0
    lines = [line.strip() for line in out.splitlines()]
    assert lines[0] == "The warranty period of AquaBoil 2 is 24: holds"
    assert "'AquaBoil 2' Type kettle" in lines
    assert any(line.startswith("kettle SubClassOf 'warranty period' value") for line in lines)


def test_a_class_and_what_is_above_it_and_a_type(run: Run, file: Path) -> None:
    for arguments in (
        ("kettle", "product"),
        ("kettle", "subClassOf", "product"),
        ("AquaBoil 2", "product"),
        ("AquaBoil 2", "type", "product"),
        ("lid", "a", "part"),
    ):
        code, out, _ = run("explain", file, *arguments)
        assert code == 0, arguments
        assert out.splitlines()[0].endswith(": holds")


def test_what_cannot_hold_and_what_is_not_known_exit_with_1(run: Run, file: Path) -> None:
    code, out, _ = run("explain", file, "AquaBoil 2", "warranty period", "36")
    assert (code, "cannot hold" in out) == (1, True)
    code, out, _ = run("explain", file, "lid", "type", "kettle")
    assert (code, "is not known" in out) == (1, True)


def test_a_class_that_nothing_can_be_is_explained(run: Run, file: Path) -> None:
    written(file, TEXT + ":Both rdfs:subClassOf :Kettle, :Toaster .")
    code, out, _ = run("explain", file, "Both", "Nothing")
    assert code == 0
    assert "kettle DisjointWith toaster" in out or "toaster DisjointWith kettle" in out
    assert run("explain", file, "kettle", "Nothing")[0] == 1


def test_an_explanation_as_json(run: Run, file: Path) -> None:
    document = json.loads(run("explain", file, "AquaBoil 2", "type", "product", "--json")[1])
    assert document["status"] == "supported"
    assert document["inferred"] is True
    assert set(document["axioms"]) == {"kettle SubClassOf product", "'AquaBoil 2' Type kettle"}
    assert document["object"] == "http://example.org/t#Product"


def test_unknown_names_are_one_sentence(run: Run, file: Path) -> None:
    for arguments in (("Ketle", "product"), ("kettle", "prodct"), ("lid", "has prt", "lid")):
        code, out, err = run("explain", file, *arguments)
        assert (code, out) == (1, "")
        assert len(err.splitlines()) == 1
    assert run("explain", file, "kettle")[0] == 2


# --- graph --------------------------------------------------------------------------------------


def test_a_picture_is_written_where_it_was_asked_for(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "kettle.svg"
    code, out, err = run("graph", SHOP, "kettle", "-o", picture)
    assert (code, err) == (0, "")
    assert out.startswith(f"{picture}: ")
    assert "water-heating" in picture.read_text(encoding="utf-8")
    document = json.loads(run("graph", SHOP, "kettle", "-o", picture, "--json")[1])
    assert document["file"] == str(picture)


def test_a_picture_that_cannot_be_made_is_one_sentence(run: Run, file: Path) -> None:
    for name in ("it.gif", "absent/it.svg"):
        code, out, err = run("graph", file, "kettle", "-o", file.parent / name)
        assert (code, out) == (1, "")
        assert len(err.splitlines()) == 1
    assert run("graph", file, "kettle")[0] == 2
    assert run("graph", file, "kettle", "-o", "it.svg", "--depth", "0")[0] == 2
