"""A picture of a term in a file: SVG, or PNG where cairosvg is installed."""

import importlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Literal

from ontopilot.errors import ConfigError, OntologyError
from ontopilot.ontology.picture.scene import scene
from ontopilot.ontology.picture.svg import svg
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

Format = Literal["svg", "png"]
_SCALE = 2.0
"""Pixels of a PNG for one of the SVG."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many terms and relations a picture shows, and how many it leaves out."""

    shown: int
    left_out: int


def draw(ontology: "Ontology", iri: Iri, path: Path, *, depth: int = 2) -> Drawn:
    """Draw a term with so many levels above and below it, and write the picture.

    Raises:
        ConfigError: the name ends with neither `.svg` nor `.png`, or cairosvg is missing.
        OntologyError: the file cannot be written.
    """
    form = format_of(path)
    shown = scene(ontology, iri, depth=depth)
    text = svg(shown)
    _write(path, text.encode() if form == "svg" else _png(text))
    return Drawn(len(shown.terms) + len(shown.relations), shown.left_out)


def format_of(path: Path) -> Format:
    """The format that a name asks for.

    Raises:
        ConfigError: it is none, or what writes it is not installed.
    """
    ending = path.suffix.lower()
    if ending == ".svg":
        return "svg"
    if ending != ".png":
        raise ConfigError(
            f"picture {str(path)!r}: the name must end with .svg or .png; give another name"
        )
    if importlib.util.find_spec("cairosvg") is None:
        raise ConfigError(
            f"picture {str(path)!r}: a PNG needs the package 'cairosvg', which is not installed; "
            "run: pip install cairosvg, or give a name that ends with .svg"
        )
    return "png"


def _png(text: str) -> bytes:
    """The picture as pixels.

    Raises:
        ConfigError: cairosvg does not find the library that it draws with.
    """
    try:
        cairosvg = importlib.import_module("cairosvg")
    except OSError as error:
        raise ConfigError(
            f"a PNG needs the library cairo, which cairosvg does not find ({error}); install "
            "cairo (libcairo2), or give a name that ends with .svg"
        ) from None
    drawn: bytes = cairosvg.svg2png(bytestring=text.encode(), scale=_SCALE)
    return drawn


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    name = ""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            name = file.name
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise OntologyError(
            f"picture {str(path)!r} cannot be written: {error.strerror}; give another path"
        ) from None
