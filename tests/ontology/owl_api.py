"""The OWL API, which Protégé is made of, as a second reader: it counts the axioms of files."""

import importlib.util
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("AxiomCounts.java")
OTHER_NAMES = {
    "AnnotationPropertyRangeOf": "AnnotationPropertyRange",
    "IrrefexiveObjectProperty": "IrreflexiveObjectProperty",
    "Rule": "DLSafeRule",
}
"""Kinds of axioms that version 3.4.3 calls otherwise than functional syntax does."""


def counted(files: Iterable[Path]) -> dict[Path, Counter[str] | str]:
    """The number of axioms of each kind in each file, or "!" and why it cannot be read."""
    command = ["java", "-Xmx1500M", "-cp", _jars(), str(PROGRAM)]
    done = subprocess.run(
        [*command, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if "jdk.compiler" in done.stderr or not shutil.which("java"):
        pytest.skip("java: needs a JDK, which can run a source file")
    assert not done.returncode, done.stderr[-2000:]
    lines = (line.partition("\t") for line in done.stdout.splitlines())
    return {Path(path): rest if rest[:1] == "!" else _counts(rest) for path, _, rest in lines}


def _counts(line: str) -> Counter[str]:
    pairs = (one.split("=") for one in line.split())
    return Counter({OTHER_NAMES.get(kind, kind): int(number) for kind, number in pairs})


def _jars() -> str:
    package = importlib.util.find_spec("owlready2")
    if package is None or package.origin is None:
        pytest.skip("java: needs the package owlready2, which carries the OWL API")
    folder = Path(package.origin).parent / "pellet"
    return os.pathsep.join(str(jar) for jar in sorted(folder.glob("*.jar")))
