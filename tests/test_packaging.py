"""What is in the wheel and in the sdist, and that one can be made from the other."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PARTS = ("orchestrator", "ontology", "retrieval", "models", "cli")


def build(source, out, *kinds):
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            *kinds,
            "--outdir",
            str(out),
            str(source),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    out = tmp_path_factory.mktemp("sdist")
    build(ROOT, out, "--sdist")
    (made,) = out.glob("*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    build(ROOT, out, "--wheel")
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    held = names(wheel)
    for path in (ROOT / "ontopilot").rglob("*.py"):
        assert path.relative_to(ROOT).as_posix() in held
    assert "ontopilot/py.typed" in held
    tops = {name.split("/")[0] for name in held}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ontopilot"}
    assert not [name for name in held if "__pycache__" in name]


def test_the_wheel_names_its_licence_and_its_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "ontopilot = ontopilot.cli:main" in archive.read(entry).decode()
        assert any(n.endswith("licenses/LICENSE") for n in archive.namelist())


def test_the_sdist_holds_tests_and_examples_and_no_links(sdist):
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    tops = {member.name.split("/")[1] for member in members if "/" in member.name}
    assert {"ontopilot", "tests", "examples", "README.md", "LICENSE", "pyproject.toml"} <= tops
    assert not tops & {"orchestrator", "ontology", "retrieval", "models"}
    assert not [member.name for member in members if ".ontopilot/" in member.name]


def test_the_wheel_from_the_sdist_is_the_same(sdist, wheel, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    build(source, tmp_path / "out", "--wheel")
    (again,) = (tmp_path / "out").glob("*.whl")
    assert names(again) == names(wheel)


def test_an_installed_wheel_answers_to_its_command(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import ontopilot, pathlib, sys; print(pathlib.Path(ontopilot.__file__).parent.parent)"
    shown = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert Path(shown.stdout.strip()) == tmp_path
    told = subprocess.run(
        [sys.executable, "-m", "ontopilot.cli", "--version"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert told.returncode == 0
    assert told.stdout.startswith("ontopilot ")
