"""The file on disk: replaced as a whole or not at all, and nobody is overwritten."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from ontopilot.errors import (
    EditConflict,
    SaveFailed,
)
from ontopilot.ontology import Editor, Ontology
from ontopilot.ontology.files import save as saving
from tests.ontology.conftest import ROOT, iri
from tests.ontology.files import graph_of


def test_a_file_that_changed_since_it_was_loaded_is_not_overwritten(small: Path) -> None:
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    theirs = small.read_bytes() + b"\n"
    small.write_bytes(theirs)
    with pytest.raises(EditConflict, match="changed on disk since it was loaded"):
        editor.save()
    assert small.read_bytes() == theirs


def test_a_file_that_was_deleted_since_is_not_made_anew(small: Path) -> None:
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    small.unlink()
    with pytest.raises(EditConflict):
        editor.save()
    assert not small.exists()


def test_of_two_editors_at_once_one_wins_and_the_other_is_told(small: Path) -> None:
    editors = [Editor.open(small) for _ in range(4)]
    told: list[Exception] = []

    def save(number: int, editor: Editor) -> None:
        editor.annotate("Kettle", "label", f"label {number}", language="en")
        try:
            editor.save()
        except EditConflict as error:
            told.append(error)

    threads = [Thread(target=save, args=pair) for pair in enumerate(editors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    assert sum("label " in str(triple) for triple in graph_of(small)) == 1


def test_another_program_that_saves_is_waited_for(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "LOCK_SECONDS", 0.2)
    program = (
        "import sys\nfrom pathlib import Path\nfrom ontopilot.ontology.files import save\n"
        "with save.locked(Path(sys.argv[1])):\n    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(small.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        editor = Editor.open(small)
        editor.deprecate("Kettle")
        with pytest.raises(EditConflict, match="another editor is saving it"):
            editor.save()
    finally:
        other.communicate()
    editor.save()
    assert Ontology.load(small).term(iri("Kettle")).deprecated


EDITS = """
import os, resource, signal, sys, time
from pathlib import Path
from tempfile import TemporaryDirectory
from ontopilot.errors import OntopilotError
from ontopilot.ontology import Editor
from ontopilot.ontology.files import save

path, how = Path(sys.argv[1]), sys.argv[2]
if how == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
if how == "stuck":
    save.os.fsync = lambda handle: print("writing", flush=True) or time.sleep(60)
try:
    while True:
        editor = Editor.open(path)
        marked = "deprecated" in editor.text
        editor.deprecate("Kettle", deprecated=not marked)
        if how == "nobody" and editor.diff() and not os.geteuid():
            os.setgroups([])
            os.setuid(65534)
        editor.save()
        if how != "again":
            break
        print("saved", flush=True)
except OntopilotError as error:
    print(type(error).__name__, error)
"""


def other_program(path: Path, how: str) -> subprocess.Popen[str]:
    """A program of its own that edits and saves a file; `nobody` may not write everywhere."""
    return subprocess.Popen(
        [sys.executable, "-c", EDITS, str(path), how],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def said(program: subprocess.Popen[str]) -> str:
    """All that it prints."""
    return program.communicate(timeout=60)[0]


@pytest.fixture
def open_folder(small: Path) -> Iterator[Path]:
    """The small ontology in a folder that every user can reach."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield Path(shutil.copy(small, folder))
        folder.chmod(0o777)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "folder", "message"),
    [
        (0o444, 0o777, "the file is read-only; change its permissions"),
        (0o666, 0o555, "cannot be saved (Permission denied)"),
    ],
    ids=["file", "folder"],
)
def test_what_is_read_only_is_refused(
    open_folder: Path, file: int, folder: int, message: str
) -> None:
    before = open_folder.read_bytes()
    open_folder.chmod(file)
    open_folder.parent.chmod(folder)
    told = said(other_program(open_folder, "nobody"))
    assert told.startswith("SaveFailed ")
    assert message in told
    assert told.count("\n") == 1
    assert open_folder.read_bytes() == before
    assert [path.name for path in open_folder.parent.iterdir()] == [open_folder.name]


@pytest.mark.slow
def test_a_file_that_does_not_fit_leaves_the_old_one(small: Path) -> None:
    before = small.read_bytes()
    told = said(other_program(small, "full"))
    assert told.startswith("SaveFailed ")
    assert "the file is as it was: make room" in told
    assert small.read_bytes() == before
    assert [path.name for path in small.parent.iterdir()] == [small.name]


@pytest.mark.slow
def test_a_save_that_is_killed_leaves_the_old_file_and_the_next_one_tidies_up(small: Path) -> None:
    before = small.read_bytes()
    program = other_program(small, "stuck")
    assert program.stdout is not None
    assert program.stdout.readline() == "writing\n"
    program.kill()
    said(program)
    assert small.read_bytes() == before
    left = [path for path in small.parent.iterdir() if path != small]
    assert len(left) == 1
    os.utime(left[0], (0, 0))
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    editor.save()
    assert [path.name for path in small.parent.iterdir()] == [small.name]


@pytest.mark.slow
def test_a_program_killed_at_any_time_leaves_one_of_the_two_files(small: Path) -> None:
    before = small.read_bytes()
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    after = editor.text.encode()
    for number in range(12):
        program = other_program(small, "again")
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(number / 500)
        program.kill()
        said(program)
        assert small.read_bytes() in (before, after)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_file_and_no_leftovers(
    small: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    before = small.read_bytes()
    with pytest.raises(SaveFailed, match=r"No space left on device.*the file is as it was"):
        editor.save()
    assert small.read_bytes() == before
    assert [path.name for path in small.parent.iterdir()] == [small.name]


def test_a_symbolic_link_is_followed_and_permissions_are_kept(small: Path, tmp_path: Path) -> None:
    small.chmod(0o640)
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.owl"
    link.symlink_to(small)
    editor = Editor.open(link)
    editor.deprecate("Kettle")
    editor.save()
    assert link.is_symlink()
    assert stat.S_IMODE(small.stat().st_mode) == 0o640
    assert Ontology.load(small).term(iri("Kettle")).deprecated
    assert [path.name for path in folder.iterdir()] == ["link.owl"]


def test_nothing_is_written_before_save(small: Path) -> None:
    before = small.read_bytes()
    editor = Editor.open(small)
    editor.delete("Kettle")
    assert editor.diff()
    assert small.read_bytes() == before
