"""Random edits of real files: exactly the edit is done, unrelated lines stay, others open them."""

import importlib.util
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from ontopilot.errors import EditError
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.files.source import decode
from tests.ontology.additions import Edited
from tests.ontology.conftest import ROOT, SHARED, SHOP
from tests.ontology.edits import edits
from tests.ontology.files import graph_of, touched

OURS = [SHOP, ROOT / "examples/minimal/library.ttl"]
SMALL = """
family/family.owl fibo/ACTUS/ACTUS-examples.ttl fibo/etc/vocabulary/scaffolding.ttl
imports-cyclic/reprMath.owl jerm-owlxml/ingedients_hierarchy.owl koala/koala.owl
pizza-omn/pizza.owl robot-examples/nucleus.ttl robot-examples/simple_parts.owl wine/wine-cip.owl
""".split()
MALFORMED = {"wine/wine-malformed.rdf", "family/primer.ttl"}
OTHER_SYNTAX = {"functional-swrl/swrl_tutorial.owl", "functional-swrl/tutorial.owl"}
BY_PROTEGE = """
bao/bao_core.owl owl2bench/UNIV-BENCH-OWL2RL.owl robot-examples/edit.owl
robot-examples/simple_parts.owl
""".split()
MEGABYTE = 1_000_000
REFUSED = "cannot name an element of RDF/XML"
"""Why a random rename may be refused: a property whose IRI ends in a digit is no XML name."""


def every_file() -> list[str]:
    """The RDF/XML, Turtle and OWL/XML files, by their paths under the folder of ontologies."""
    found = (path for path in SHARED.rglob("*") if path.suffix in (".owl", ".rdf", ".ttl"))
    names = {str(path.relative_to(SHARED)) for path in found}
    return sorted(names - MALFORMED - OTHER_SYNTAX)


def a_copy(source: Path, folder: Path) -> Path:
    """A copy that can be written."""
    return Path(shutil.copyfile(source, folder / source.name))


def sweep(path: Path, *, seed: int, count: int, lines: bool = True) -> list[Edited]:
    """Make random edits, each checked; return those made.

    With `lines`, the lines are looked at too, and what an edit adds is taken back on trial.
    """
    done: list[Edited] = []
    for edit in edits(path, seed, count):
        told = f"{path.name}, seed {seed}: {edit.name} of {edit.about}"
        raw = path.read_bytes()
        if refuses(path, edit):
            assert path.read_bytes() == raw
            continue
        assert edit.check(graph_of(path)), told
        if lines:
            check_lines(path, edit, decode(path, raw)[0], told)
        done.append(edit)
    return done


def check_lines(path: Path, edit: Edited, before: str, told: str) -> None:
    """Check that no unrelated line is touched, and that what was added can be taken back."""
    after = decode(path, path.read_bytes())[0]
    assert unrelated_lines(edit, before, after) == [], told
    if edit.undo is not None:
        editor = Editor.open(path)
        edit.undo(editor)
        assert leftovers(before, editor.text) == [], told


def refuses(path: Path, edit: Edited) -> bool:
    """Make an edit; whether it was refused for the one reason that there may be."""
    try:
        editor = Editor.open(path)
        edit.apply(editor)
        editor.save()
    except EditError as error:
        if edit.name == "rename" and REFUSED in str(error):
            return True
        raise
    return False


def leftovers(before: str, after: str) -> list[str]:
    """Lines that are not as before, once an edit is taken back.

    Declared prefixes stay, and empty lines and banners of sections may come or go.
    """
    removed, added = touched(before, after)
    lost = Counter(map(said, removed)) - Counter(map(said, added))
    more = Counter(map(said, added)) - Counter(map(said, removed))
    return [line for line in (*lost, *more) if line]


def said(line: str) -> str:
    """A line without declared prefixes; nothing where it is empty or part of a banner."""
    bare = re.sub(r'\s*xmlns:\w+="[^"]*"|\s+(?=/>)', "", line).strip()
    return "" if re.match(r"(?:#|//|<!--\s*$|-->)", bare) else bare


def unrelated_lines(edit: Edited, before: str, after: str) -> list[str]:
    """Lines that an edit took away and had no reason to.

    An edit that adds may only open the tag or move the end of the statement of its subject: it
    replaces one line at most. A rename may only replace lines that have the name, or the tag of the
    root for a new prefix. One that removes may take no comment away but those that name the term.
    """
    removed, _ = touched(before, after)
    if edit.shrinks:
        lost = Counter(comments(before)) - Counter(comments(after))
        return [line for line in lost if edit.about not in line]
    if edit.name == "rename":
        related = (local(edit.about), "xmlns:")
        return [line for line in removed if not any(word in line for word in related)]
    return removed[1:]


def local(term: str) -> str:
    """The end of an IRI that every line which names it has, be it as the name of an element."""
    return re.split(r"[#/:]", term.rstrip("/"))[-1].lstrip("0123456789")


def comments(text: str) -> list[str]:
    """The lines that begin a comment, not within a statement of Turtle, and say something."""
    lines = (line.rstrip() for line in text.splitlines())
    found = (line for line in lines if line.startswith("# ") or line.lstrip().startswith("<!--"))
    return [line.strip() for line in found if line.strip() != "<!--"]


@pytest.mark.slow
@pytest.mark.parametrize("source", OURS, ids=lambda path: path.name)
def test_random_edits_of_the_examples(tmp_path: Path, source: Path) -> None:
    assert len(sweep(a_copy(source, tmp_path), seed=1, count=9)) >= 8


@pytest.mark.shared
@pytest.mark.parametrize("name", SMALL)
def test_random_edits_do_exactly_what_they_say(tmp_path: Path, name: str) -> None:
    assert len(sweep(a_copy(SHARED / name, tmp_path), seed=2, count=9)) >= 5


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [n for n in every_file() if not n.startswith(("fibo", "bao")) and n not in SMALL]
)
def test_random_edits_of_every_file_that_is_not_large(tmp_path: Path, name: str) -> None:
    if (SHARED / name).stat().st_size <= MEGABYTE:
        assert len(sweep(a_copy(SHARED / name, tmp_path), seed=3, count=8)) >= 2


@pytest.mark.shared
@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [4, 5, 6])
@pytest.mark.parametrize("name", every_file())
def test_random_edits_of_every_file(tmp_path: Path, name: str, seed: int) -> None:
    large = (SHARED / name).stat().st_size > MEGABYTE
    done = sweep(a_copy(SHARED / name, tmp_path), seed=seed, count=4 if large else 20)
    assert done


@pytest.mark.shared
@pytest.mark.parametrize("name", BY_PROTEGE)
def test_in_a_file_that_protege_wrote_no_unrelated_line_is_touched(
    tmp_path: Path, name: str
) -> None:
    only_related_lines(a_copy(SHARED / name, tmp_path), 8)


def by_protege() -> list[str]:
    """The RDF/XML files up to a megabyte that the OWL API wrote last, as Protégé does."""
    found: list[str] = []
    for name in every_file():
        if (SHARED / name).stat().st_size <= MEGABYTE:
            text = (SHARED / name).read_text(encoding="utf-8")
            if "Generated by the OWL API" in text and "<rdf:RDF" in text and "    //" in text:
                found.append(name)
    return found


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", by_protege() if SHARED.exists() else [])
def test_in_no_file_that_protege_wrote_is_an_unrelated_line_touched(
    tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    small = (SHARED / name).stat().st_size < MEGABYTE / 4
    count = 20 if small or request.config.getoption("--full") else 5
    only_related_lines(a_copy(SHARED / name, tmp_path), count)


def only_related_lines(path: Path, count: int) -> None:
    """Make random edits; every line that goes or comes belongs to the edit."""
    for edit in edits(path, 5, count):
        before = path.read_text(encoding="utf-8")
        if refuses(path, edit):
            continue
        removed, added = touched(before, path.read_text(encoding="utf-8"))
        if edit.name in ("relabel", "replaced"):
            continue
        if edit.shrinks:
            emptied = Counter(line.replace("/>", ">") for line in added) - Counter(removed)
            remarks = [line.strip() for line in emptied]  # they stood behind what went
            assert all(one.startswith("<!--") and one in "\n".join(removed) for one in remarks)
        else:
            assert all(local(edit.about) in line for line in removed)
        others = [line for line in added if "xmlns:" not in line]
        assert len(removed) <= 1 or edit.shrinks or len(removed) == len(others)


@pytest.mark.java
@pytest.mark.shared
@pytest.mark.slow
def test_the_owl_api_reads_the_axioms_of_every_edit(tmp_path: Path) -> None:
    sources = [*OURS, *(SHARED / name for name in (*SMALL, *BY_PROTEGE))]
    paths: list[Path] = []
    expected: list[int] = []
    for number, source in enumerate(sources):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = a_copy(source, folder)
        shutil.copyfile(source, folder / "before")
        added = [edit for edit in edits(path, 6, 12) if counted(path, edit)]
        expected.append(sum(edit.axioms or 0 for edit in added))
        paths += [folder / "before", path]
    counts = _opened(paths)
    for before, after, more in zip(paths[::2], paths[1::2], expected, strict=True):
        assert counts[before][1] == counts[after][1]
        assert counts[after][0] - counts[before][0] == more, after


def counted(path: Path, edit: Edited) -> bool:
    """Make an edit if the number of axioms that it adds is known."""
    return edit.axioms is not None and not refuses(path, edit)


@pytest.mark.java
@pytest.mark.shared
@pytest.mark.sweep
@pytest.mark.timeout(1200)
def test_the_owl_api_opens_every_file_after_its_edits(tmp_path: Path) -> None:
    saved: list[Path] = []
    for number, name in enumerate(every_file()):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = a_copy(SHARED / name, folder)
        large = path.stat().st_size > MEGABYTE
        for edit in edits(path, 7, 2 if large else 10):
            refuses(path, edit)
        saved.append(path)
    assert len(_opened(saved)) == len(saved)


def _opened(paths: list[Path]) -> dict[Path, tuple[int, str]]:
    """The number of axioms and the syntax of each file, by the OWL API that owlready2 carries."""
    package = importlib.util.find_spec("owlready2")
    assert package is not None
    assert package.origin is not None
    jars = Path(package.origin).parent / "pellet" / "*"
    program = Path(__file__).with_name("OpenFiles.java")
    done = subprocess.run(
        ["java", "-cp", str(jars), str(program), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {Path(path): (int(count), syntax) for count, syntax, path in rows}
