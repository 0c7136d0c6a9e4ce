"""`ontopilot ontology diff` and the driver for git: what is printed, and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ontopilot.cli import main
from tests.ontology.conftest import PREFIXES

OLD = PREFIXES + (
    ':Appliance a owl:Class ; rdfs:label "appliance"@en .\n'
    ':Kettle a owl:Class ; rdfs:label "kettle"@en .\n'
    ":hasPart a owl:ObjectProperty ; rdfs:range :Appliance .\n"
    ":k1 a owl:NamedIndividual, :Kettle .\n"
)
NEW = OLD.replace('"kettle"@en', '"water kettle"@en ; rdfs:subClassOf :Appliance') + (
    ":k1 :hasPart :lid . :lid a owl:NamedIndividual .\n"
)
CLASH = ":k1 a :Lid . :Lid a owl:Class ; owl:disjointWith :Kettle .\n"
HOSTILE = "</td><script>alert(1)</script>\u202e\x1b[31m & \" '"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: exit code, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["ontology", *map(str, arguments)])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two versions of an ontology."""
    return written(tmp_path / "old.ttl", OLD), written(tmp_path / "new.ttl", NEW)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_difference_is_told_term_by_term(run: Run, files: tuple[Path, Path]) -> None:
    code, out, err = run("diff", *files)
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert "~ water kettle  class  :Kettle" in lines
    assert "superclass  + appliance" in lines
    assert 'label @en   - "kettle"' in lines
    assert "+ lid  individual  :lid" in lines
    assert "Follows now" in lines
    assert "+ Lid is an appliance." in lines


def test_json_is_one_document(run: Run, files: tuple[Path, Path]) -> None:
    code, out, _ = run("diff", *files, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["identical"] is False
    kettle = next(one for one in document["terms"] if one["iri"].endswith("#Kettle"))
    assert kettle["status"] == "changed"
    assert kettle["old"]["label"] == "kettle"
    (place,) = [one for one in kettle["changes"] if one["aspect"] == "superclass"]
    assert place["removed"] == []
    assert place["added"] == [
        {"text": "appliance", "expression": "<http://example.org/t#Appliance>"}
    ]
    assert [one["text"] for one in document["consequences"]["gained"]] == ["Lid is an appliance."]
    assert "http://example.org/t#k1" in document["touched"]


def test_exit_codes_are_those_of_git(run: Run, files: tuple[Path, Path]) -> None:
    old, new = files
    assert run("diff", old, new, "--no-reasoning")[0] == 0
    assert run("diff", old, new, "--no-reasoning", "--exit-code")[0] == 1
    same = run("diff", old, old, "--exit-code")
    assert same == (0, "no semantic change\n", "")
    assert run("diff", old)[0] == 2
    assert run("diff", old, new.with_name("absent.ttl"))[0] == 1


def test_without_reasoning_nothing_is_concluded(run: Run, files: tuple[Path, Path]) -> None:
    assert "Follows" not in run("diff", *files, "--no-reasoning")[1]
    assert json.loads(run("diff", *files, "--no-reasoning", "--json")[1])["consequences"] is None


def test_a_side_that_contradicts_itself_is_said_and_no_failure(
    run: Run, files: tuple[Path, Path]
) -> None:
    new = written(files[1], NEW + CLASH)
    code, out, err = run("diff", files[0], new)
    assert (code, err) == (0, "")
    assert "note: only asserted axioms are compared: " in out
    assert "contradicts itself" in out
    assert 'label @en   - "kettle"' in out


def test_colours_are_there_only_when_asked_for(run: Run, files: tuple[Path, Path]) -> None:
    assert "\x1b[" not in run("diff", *files)[1]
    assert "\x1b[" in run("diff", *files, "--color")[1]


def test_texts_of_an_ontology_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    old, new = hostile(tmp_path)
    out = run("diff", old, new)[1]
    assert "\x1b" not in out
    assert "alert(1)" in out


# --- the page -----------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements of a page, its attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(folder: Path) -> tuple[Path, Path]:
    label = json.dumps(HOSTILE)
    text = PREFIXES + f':A a owl:Class ; rdfs:label {label} . :B a owl:Class ; rdfs:comment "old" .'
    return written(folder / "old.ttl", PREFIXES), written(folder / "<b>new.ttl", text)


def test_the_page_stands_alone_and_holds_every_change(
    run: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    assert run("diff", *files, "--html", page)[0] == 0
    found = Elements(page.read_text(encoding="utf-8"))
    for text in ("water kettle", "superclass", "appliance", "Lid is an appliance.", "Follows now"):
        assert text in found.text
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name in ("src", "href", "srcset")]
    assert "default-src 'none'; style-src 'unsafe-inline'" in [one for _, one in found.attributes]
    style = page.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
    assert "url(" not in style


def test_hostile_texts_are_text_on_the_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("diff", *hostile(tmp_path), "--html", page, "--json")[0] == 0
    found = Elements(page.read_text(encoding="utf-8"))
    assert "script" not in found.tags
    assert "b" not in found.tags
    assert "<script>alert(1)</script>" in found.text
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not {"\u202e", "\x1b"} & set(page.read_text(encoding="utf-8"))


def test_a_page_that_cannot_be_written_is_one_sentence(
    run: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    code, out, err = run("diff", *files, "--html", tmp_path / "absent" / "page.html")
    assert (code, out) == (1, "")
    assert err.startswith("error: page ")
    assert len(err.splitlines()) == 1


# --- git ----------------------------------------------------------------------------------------


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """A repository whose ontologies are compared by the driver; returns what git prints."""
    folder = tmp_path / "repository"
    folder.mkdir()
    root = Path(__file__).resolve().parents[2]
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(root),
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
    }

    def call(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    call("init", "-q", "-b", "main")
    call("config", "user.name", "an editor")
    call("config", "user.email", "editor@example.org")
    call("config", "diff.owl.command", f'"{sys.executable}" -m ontopilot.cli ontology git-diff')
    written(folder / ".gitattributes", "*.owl diff=owl\n")
    (folder / "parts").mkdir()
    written(folder / "parts/shop.owl", OLD)
    call("add", ".")
    call("commit", "-qm", "first")
    return call


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "repository"


def test_git_diff_shows_what_changed_in_meaning(git: Callable[..., str], repository: Path) -> None:
    written(repository / "parts/shop.owl", NEW)
    out = git("diff")
    assert out.splitlines()[0] == "ontology parts/shop.owl"
    assert "superclass  + appliance" in out
    assert "Lid is an appliance." in out
    git("commit", "-qam", "second")
    assert "superclass  + appliance" in git("log", "-p", "-1", "--ext-diff")


def test_git_diff_of_an_added_a_removed_and_a_moved_file(
    git: Callable[..., str], repository: Path
) -> None:
    written(repository / "new.owl", OLD)
    git("add", ".")
    assert "+ kettle  class  :Kettle" in git("diff", "--cached")
    git("reset", "-q", "--hard")
    git("rm", "-q", "parts/shop.owl")
    removed = git("diff", "--cached")
    assert removed.startswith("ontology parts/shop.owl\n")
    assert "- kettle  class  :Kettle" in removed
    git("reset", "-q", "--hard")
    git("mv", "parts/shop.owl", "store.owl")
    written(repository / "store.owl", OLD.replace('"kettle"', '"pot"'))
    git("add", ".")
    moved = git("diff", "--cached", "-M")
    assert moved.startswith("ontology parts/shop.owl → store.owl\n")
    assert '+ "pot"' in moved
    assert "Appliance" not in moved


def test_git_diff_resolves_imports_and_relative_iris_as_the_file_would(
    git: Callable[..., str], repository: Path
) -> None:
    imports = "<http://example.org/t> owl:imports <http://example.org/more> ."
    text = f"{OLD}{imports} <#here> a :Kettle ."
    written(
        repository / "parts/more.owl",
        OLD.replace("example.org/t>", "example.org/more>").replace(":k1", ":k9"),
    )
    written(repository / "parts/shop.owl", text)
    git("add", ".")
    git("commit", "-qm", "second")
    written(repository / "parts/shop.owl", text.replace('"kettle"', '"pot"'))
    out = git("diff")
    assert '+ "pot"' in out
    assert "which is not on disk" not in out
    assert "k9" not in out
    assert "here" not in out


def test_git_goes_on_after_a_version_that_is_no_ontology(
    git: Callable[..., str], repository: Path
) -> None:
    written(repository / "parts/shop.owl", "<<<<<<< conflict\n")
    written(repository / "zone.owl", OLD)
    git("add", ".")
    out = git("diff", "--cached")
    assert "cannot be compared by meaning" in out
    assert "ontology zone.owl" in out


def test_git_diff_of_a_path_in_conflict_says_so(git: Callable[..., str], run: Run) -> None:
    assert run("git-diff", "shop.owl") == (0, "shop.owl: in conflict; resolve that first\n", "")


def test_the_driver_refuses_other_arguments(run: Run) -> None:
    code, out, err = run("git-diff", "a.owl", "b.owl")
    assert (code, out) == (2, "")
    assert "ontopilot ontology diff OLD NEW" in err
