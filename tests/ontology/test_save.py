"""The file on disk: replaced as a whole or not at all, and nobody is overwritten."""

import os
import stat
import subprocess
import sys
from pathlib import Path
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


def test_a_read_only_file_is_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    editor = Editor.open(small)
    editor.deprecate("Kettle")
    before = small.read_bytes()
    with pytest.raises(SaveFailed, match="read-only"):
        editor.save()
    assert small.read_bytes() == before


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
