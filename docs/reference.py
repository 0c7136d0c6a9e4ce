"""Writes the API reference from the docstrings: `python docs/reference.py FOLDER`.

Only the public names are in it: those of the modules below that their `__all__` lists.
"""

import sys
from importlib import import_module
from pathlib import Path

import pdoc
import pdoc.render

MODULES = (
    "ontopilot",
    "ontopilot.errors",
    "ontopilot.models",
    "ontopilot.ontology",
    "ontopilot.retrieval",
)
OTHERS = r"!ontopilot\.(?!(errors|models|ontology|retrieval)$)"


def main(folder: Path) -> None:
    """Write the pages."""
    package = import_module("ontopilot")
    for name in package.__all__:
        # pdoc reads what a module has, and these are imported when they are first used.
        setattr(package, name, getattr(package, name))
    pdoc.render.configure(docformat="google", footer_text=f"ontopilot {package.__version__}")
    pdoc.pdoc(*MODULES, OTHERS, output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
