"""`ontopilot ontology load`: what was read of a file, axiom by axiom, and what is left open."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, print_json, screen

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

FAILED = 1


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command(epilog="Example: ontopilot ontology load shop.owl --strict")(load)


def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file saved by Protégé.")],
    as_json: AsJson = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when anything is left open.")
    ] = False,
) -> None:
    """Read a file with its imports; tell the axioms of each kind, and what is left open.

    Left open are imports that are not on this disk, terms that are used and described nowhere (a
    sign of a file that was cut off), words and datatypes that are not understood, and rules.
    """
    from ontopilot.ontology.ontology import Ontology

    ontology = Ontology.load(file, reasoner="none", allow_missing_imports=True)
    document = read(ontology)
    if as_json:
        print_json(document)
    else:
        _print(document)
    if strict and document["doubts"]:
        raise typer.Exit(FAILED)


def read(ontology: "Ontology") -> dict[str, Any]:
    """What was read, as plain values."""
    from ontopilot.ontology.look.doubts import doubts
    from ontopilot.ontology.owl.axioms import axiom_counts, logical

    counts = axiom_counts(ontology.asserted)
    return {
        "iri": ontology.iri,
        "version": ontology.version,
        "sources": [str(source) for source in ontology.sources],
        "triples": len(ontology.asserted),
        "axioms": dict(sorted(counts.items())),
        "logical_axioms": logical(counts).total(),
        "doubts": [
            {"kind": doubt.kind, "message": doubt.message, "terms": list(doubt.terms)}
            for doubt in doubts(ontology)
        ],
    }


def _print(document: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    console = screen()
    console.print(Text(clean(str(document["iri"])), "bold"))
    table = Table.grid(padding=(0, 2))
    for kind, number in document["axioms"].items():
        table.add_row(Text(f"{number:,}", justify="right"), kind)
    console.print(table)
    files = "1 file" if len(document["sources"]) == 1 else f"{len(document['sources'])} files"
    console.print(
        f"{document['logical_axioms']:,} logical axioms of {sum(document['axioms'].values()):,}, "
        f"{document['triples']:,} triples, {files}",
        style="dim",
    )
    for doubt in document["doubts"]:
        console.print(Text.assemble(("! ", "yellow"), clean(doubt["message"])))
