"""`ontopilot ontology show`: the classes of an ontology, or all about one term."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli import (
    ontology_diff,
    ontology_edit,
    ontology_grammar,
    ontology_load,
    ontology_look,
    ontology_query,
)
from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, print_json, screen
from ontopilot.errors import UnknownTerm

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.ontology.ontology import Ontology
    from ontopilot.ontology.terms import Iri


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="Look at an ontology, and edit it.", no_args_is_help=True)
    group.callback()(_group)
    group.command(epilog="Example: ontopilot ontology show shop.owl Kettle")(show)
    ontology_grammar.register(group)
    ontology_query.register(group)
    ontology_diff.register(group)
    ontology_edit.register(group)
    ontology_load.register(group)
    ontology_look.register(group)
    return group


def _group() -> None:
    """Look at an ontology, and edit it."""


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file saved by Protégé.")],
    term: Annotated[
        str | None,
        typer.Argument(metavar="[TERM]", help="A label, prefix:Name or IRI; else the classes."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each inferred fact why it holds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the tree of classes, or one term: its words, axioms, facts, neighbours and usage."""
    from ontopilot.ontology.ontology import Ontology

    ontology = Ontology.load(file)
    document = overview(ontology) if term is None else about(ontology, find(ontology, term))
    if as_json:
        print_json(document)
    elif term is None:
        _print_tree(screen(), ontology, document)
    else:
        _print_term(screen(), document, explain=explain)


def find(ontology: "Ontology", name: str) -> "Iri":
    """The term of that name or, where no term has it, the only one with that synonym.

    Raises:
        UnknownTerm: there is none.
    """
    wanted = name.casefold()
    called = [t.iri for t in ontology.terms() if wanted in map(str.casefold, t.synonyms)]
    try:
        return ontology.resolve(name)
    except UnknownTerm:
        if len(called) == 1:
            return called[0]
        raise


def overview(ontology: "Ontology") -> dict[str, Any]:
    """The ontology as plain values: what it is, and its classes with their parents."""
    reasoning = ontology.reasoning
    kinds = [term.kind for term in ontology.terms()]
    return {
        "iri": ontology.iri,
        "version": ontology.version,
        "sources": [str(source) for source in ontology.sources],
        "reasoning": {
            "engine": reasoning.engine,
            "complete": reasoning.complete,
            "seconds": reasoning.seconds,
            "note": reasoning.note,
        },
        "terms": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "classes": [
            {"iri": term.iri, "label": term.label, "parents": sorted(ontology.parents(term.iri))}
            for term in ontology.terms("class")
        ],
    }


def about(ontology: "Ontology", iri: "Iri") -> dict[str, Any]:
    """One term as plain values; every inferred fact says why it holds."""
    from ontopilot.ontology.look.portrait import portrait

    term = ontology.term(iri)
    individual = term.kind == "individual"
    above = _direct_types(ontology, iri) if individual else ontology.parents(iri)
    below = frozenset() if individual else ontology.children(iri)
    drawn = portrait(ontology, iri)
    return {
        "iri": iri,
        "kind": term.kind,
        "label": term.label,
        "synonyms": list(term.synonyms),
        "definition": term.definition,
        "deprecated": term.deprecated,
        "parents": _named(ontology, above),
        "children": _named(ontology, below),
        "instances": _named(ontology, ontology.instances(iri)) if term.kind == "class" else [],
        "facts": [
            {
                "text": ontology.verbalise(fact),
                "inferred": fact.inferred,
                "why": ontology.explain(fact).text if fact.inferred else "",
            }
            for fact in ontology.facts(iri)
        ],
        "axioms": [asdict(one) for one in drawn.axioms],
        "neighbours": [asdict(one) for one in drawn.neighbours],
        "usage": list(drawn.usage),
    }


def _direct_types(ontology: "Ontology", iri: "Iri") -> "frozenset[Iri]":
    """The most specific classes of an individual."""
    types = ontology.types(iri)
    return frozenset(one for one in types if not types & ontology.descendants(one))


def _named(ontology: "Ontology", iris: "frozenset[Iri]") -> list[dict[str, str]]:
    named = [{"iri": str(iri), "label": ontology.label(iri)} for iri in iris]
    return sorted(named, key=lambda one: one["label"].casefold())


def _print_tree(console: "Console", ontology: "Ontology", document: dict[str, Any]) -> None:
    from rich.text import Text
    from rich.tree import Tree

    counts = ", ".join(f"{n} {_plural(kind, n)}" for kind, n in document["terms"].items())
    head = Text.assemble((str(ontology.iri), "bold"), (f"  {counts}", "dim"))
    known = {one["iri"] for one in document["classes"]}
    below: dict[str, list[dict[str, Any]]] = {}
    for one in document["classes"]:
        for parent in [p for p in one["parents"] if p in known] or [""]:
            below.setdefault(parent, []).append(one)

    def grow(tree: Tree, iri: str, path: frozenset[str]) -> None:
        for one in sorted(below.get(iri, ()), key=lambda each: str(each["label"]).casefold()):
            if one["iri"] in path:
                continue
            members = len(ontology.instances(one["iri"]))
            note = (f"  {members}", "dim") if members else ""
            branch = tree.add(Text.assemble(clean(one["label"]), note))
            grow(branch, one["iri"], path | {one["iri"]})

    tree = Tree(head, guide_style="dim")
    grow(tree, "", frozenset())
    console.print(tree)
    reasoning = document["reasoning"]
    console.print(
        f"\nversion {document['version']}, inferred by {reasoning['engine']} in "
        f"{reasoning['seconds']:.2f} s{'' if reasoning['complete'] else ' (incomplete)'}; "
        "a number after a class counts its individuals",
        style="dim",
    )


def _print_term(console: "Console", document: dict[str, Any], *, explain: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    kind = document["kind"].replace("_", " ")
    kind = f"deprecated {kind}" if document["deprecated"] else kind
    console.print(Text.assemble((clean(document["label"]), "bold"), (f"  {kind}", "dim")))
    console.print(document["iri"], style="dim")
    if document["definition"]:
        console.print(clean(document["definition"]))
    table = Table.grid(padding=(0, 2))
    for name in ("synonyms", "parents", "children", "instances"):
        values = [v if isinstance(v, str) else v["label"] for v in document[name]]
        if values:
            table.add_row(Text(name, "dim"), Text(clean(", ".join(values))))
    console.print(table)
    _print_axioms(console, document["axioms"])
    if document["facts"]:
        console.print("\nFacts (→ inferred)", style="bold")
    for fact in document["facts"]:
        mark = Text("→ ", "cyan") if fact["inferred"] else Text("· ", "dim")
        console.print(mark + Text(clean(fact["text"])))
        if fact["why"] and explain:
            console.print(Text(f"    {clean(fact['why'])}", "dim"))
    _print_around(console, document)


def _print_axioms(console: "Console", axioms: list[dict[str, Any]]) -> None:
    from rich.text import Text

    if axioms:
        console.print("\nAxioms", style="bold")
    width = max((len(one["heading"]) for one in axioms), default=0)
    before = ""
    for one in axioms:
        heading = "" if one["heading"] == before else one["heading"]
        before = one["heading"]
        text = " ".join(clean(one["text"]).split())
        console.print(Text.assemble((f"  {clean(heading):{width}}  ", "dim"), text))
        for note in one["notes"]:
            console.print(Text(f"  {'':{width}}    {clean(note)}", "dim"))


def _print_around(console: "Console", document: dict[str, Any]) -> None:
    from rich.text import Text

    coming = [one for one in document["neighbours"] if one["direction"] == "from"]
    for title, lines in (
        ("Joined to it", [f"{one['label']} {one['property']}" for one in coming]),
        ("Used in", document["usage"]),
    ):
        if lines:
            console.print(f"\n{title}", style="bold")
        for line in lines[:_SHOWN]:
            console.print(Text(f"  {' '.join(clean(line).split())}"))
        if len(lines) > _SHOWN:
            console.print(f"  … and {len(lines) - _SHOWN} more; --json has them all", style="dim")


_SHOWN = 20
"""How many neighbours and axioms that use a term are printed."""


def _plural(kind: str, count: int) -> str:
    words = kind.replace("_", " ")
    if count == 1:
        return words
    for ending, plural in (("y", "ies"), ("s", "ses")):
        if words.endswith(ending):
            return words[:-1] + plural if ending == "y" else words + "es"
    return words + "s"
