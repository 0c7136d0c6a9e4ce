"""`ontopilot ontology diff` and `git-diff`: two versions of an ontology, compared by meaning."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import UNWRAPPED, clean, print_json, screen
from ontopilot.errors import OntopilotError

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.ontology.compare.difference import Change, Diff, TermDiff
    from ontopilot.ontology.compare.versions import Version

NO_FILE = "/dev/null"
"""What git gives for the file of a version that does not exist."""
UNMERGED, CHANGED, MOVED = 1, 7, 9
"""How many arguments git gives: for a path in conflict, a change, a change of the path too."""

_MARKS = {
    "added": ("+", "bold green"),
    "removed": ("-", "bold red"),
    "renamed": ("→", "bold cyan"),
    "moved": ("~", "bold yellow"),
    "changed": ("~", "bold"),
}

Unreasoned = Annotated[
    bool, typer.Option("--no-reasoning", help="Compare only what the files assert.")
]
InColour = Annotated[
    bool | None,
    typer.Option("--color/--no-color", help="Colours, on a terminal by default."),
]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(epilog="Example: ontopilot ontology diff shop.old.owl shop.owl --html page.html")(
        diff
    )
    group.command(
        name="git-diff",
        epilog='Example: git config diff.owl.command "ontopilot ontology git-diff --color"',
    )(git_diff)


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A file saved by Protégé.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Another version of it.")],
    *,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write a page to read to this file.")] = None,
    no_reasoning: Unreasoned = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when the versions differ.")
    ] = False,
    colour: InColour = None,
) -> int:
    """Show what changed between two versions, and what follows from it."""
    from ontopilot.ontology.diff import diff as compare

    found = compare(old, new, reasoner=_reasoner(no_reasoning))
    if html is not None:
        from ontopilot.ontology.compare.diff_html import write_page

        write_page(html, found)
    if as_json:
        print_json(found.document())
    else:
        show(_console(colour), found)
    return 1 if exit_code and not found.empty else 0


def git_diff(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE",
            help="What git gives an external diff command.",
        ),
    ],
    *,
    no_reasoning: Unreasoned = False,
    colour: InColour = None,
) -> None:
    """Compare two versions for git: set it as diff.NAME.command, and NAME in .gitattributes."""
    console = _console(colour)
    if len(arguments) == UNMERGED:
        console.print(clean(f"{arguments[0]}: in conflict; resolve that first"))
        return
    if len(arguments) not in (CHANGED, MOVED):
        raise typer.BadParameter(
            f"{len(arguments)} arguments, where git gives {CHANGED}: this command is for git to "
            "call; use `ontopilot ontology diff OLD NEW` to compare two files"
        )
    from ontopilot.ontology.diff import diff as compare

    path, old_file, new_file = arguments[0], arguments[1], arguments[4]
    new_path = arguments[7] if len(arguments) == MOVED else path
    title = path if new_path == path else f"{path} → {new_path}"
    console.print(clean(f"ontology {title}"), style="bold")
    try:
        before, after = _stored(path, old_file), _stored(new_path, new_file)
        show(console, compare(before, after, reasoner=_reasoner(no_reasoning)))
    except OntopilotError as error:
        # git takes any other exit than 0 for a crash and stops, so that this is the difference
        console.print(clean(f"cannot be compared by meaning: {error}"), style="red")


def show(console: "Console", found: "Diff") -> None:
    """Print a difference, term by term."""
    console.print(clean(found.summary()))
    for note in found.notes:
        console.print(clean(f"note: {note}"), style="dim italic")
    for term in found.terms:
        console.print(_heading(term))
        _show_changes(console, term.changes)
    if found.axioms:
        console.print("\nAxioms about several terms", style="bold")
        _show_changes(console, found.axioms)
    for title, mark, style, listed in (
        ("Follows now", "+", "green", found.gained),
        ("Follows no longer", "-", "red", found.lost),
    ):
        if listed:
            console.print(f"\n{title}", style="bold")
        for one in listed:
            console.print(f"    {mark} {_line(one.text)}", style=style)


def _heading(term: "TermDiff") -> Any:
    from rich.text import Text

    mark, style = _MARKS[term.status]
    named = term.term
    text = Text.assemble(f"\n{mark} ", _line(named.label), style=style)
    text.append(f"  {named.kind}  ", "dim")
    if term.old and term.new and term.status == "renamed":
        text.append(f"{_line(term.old.short)} → ", "dim")
    text.append(_line(named.short), "dim")
    if term.status in ("renamed", "moved"):
        text.append(f"  {term.status}", style)
    return text


def _show_changes(console: "Console", changes: "tuple[Change, ...]") -> None:
    from rich.text import Text

    headings = [_line(change.heading) for change in changes]
    width = max(map(len, headings), default=0)
    for heading, change in zip(headings, changes, strict=True):
        before = heading
        for mark, style, values in (("-", "red", change.removed), ("+", "green", change.added)):
            for value in values:
                text = Text(f"    {before:{width}}  ", "dim")
                text.append(f"{mark} {_line(value.text)}", f"not dim {style}")
                console.print(text)
                for note in value.notes:
                    console.print(f"    {'':{width}}    {_line(note)}", style="dim")
                before = ""


def _line(text: str) -> str:
    """A text on one line, without what would steer the terminal."""
    return " ".join(clean(text).split())


def _stored(path: str, content: str) -> "Version":
    """The version of a path whose content git has put into a file, or that does not exist."""
    from ontopilot.ontology.compare.versions import Version

    if content == NO_FILE:
        return Version.nothing(Path(path))
    return Version.read(Path(path), content=Path(content))


def _reasoner(without: bool) -> str:
    return "none" if without else "auto"


def _console(colour: bool | None) -> "Console":
    """The console, with or without colours where that was asked for."""
    if colour is None:
        return screen()
    from rich.console import Console

    return Console(
        force_terminal=colour,
        no_color=not colour,
        width=UNWRAPPED,
        highlight=False,
        emoji=False,
        markup=False,
    )
