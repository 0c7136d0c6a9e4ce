"""`ontopilot ontology add|set|remove|rename`: edits of an ontology file, saved in its layout."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, screen

if TYPE_CHECKING:
    from ontopilot.ontology.edit import Editor
    from ontopilot.ontology.terms import Iri, TermKind

File = Annotated[Path, typer.Argument(metavar="FILE", help="RDF/XML, Turtle or OWL/XML.")]
Term = Annotated[
    str, typer.Argument(metavar="TERM", help="A label, prefix:Name or IRI; quote labels.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the unified diff and what changes; save nothing.")
]
Relayout = Annotated[
    bool,
    typer.Option(
        "--allow-relayout",
        help="Where an edit does not fit the layout, write the file anew: its layout is lost.",
    ),
]
Kind = Literal[
    "class", "object-property", "data-property", "annotation-property", "individual", "datatype"
]
Language = Annotated[
    str, typer.Option("--language", "-l", help='Of label, synonym, definition; "" for none.')
]

_STATEMENTS: dict[str, tuple[str, str]] = {
    "label": ("TEXT", "A label."),
    "synonym": ("TEXT", "Another name, with the property that the file uses for synonyms."),
    "definition": ("TEXT", "A definition."),
    "subclass_of": ("CLASS", "A superclass or restriction: 'hasPart some Wheel'."),
    "equivalent_to": ("CLASS", "An equivalent class, or an equivalent property."),
    "disjoint_with": ("CLASS", "A disjoint class, or a disjoint property."),
    "subproperty_of": ("PROPERTY", "A superproperty."),
    "chain": ("CHAIN", "A chain that implies the property: 'hasPart o madeOf'."),
    "domain": ("CLASS", "What the property starts from."),
    "range": ("RANGE", "What the property leads to: a class, or 'xsd:integer[>= 0]'."),
    "inverse_of": ("PROPERTY", "The inverse property."),
    "characteristic": ("WORD", "functional, transitive, symmetric, inverse-functional, …"),
    "type": ("CLASS", "A class of the individual."),
    "fact": ("FACT", "A property and a value: 'warrantyPeriod 24', 'not madeOf Steel'."),
    "same_as": ("NAME", "The same individual under another name."),
    "different_from": ("NAME", "An individual that is another one."),
    "annotation": ("PAIR", "A property and a value: 'rdfs:comment \"text\"@en'."),
}
_TEXTS = ("label", "synonym", "definition")


def register(group: typer.Typer) -> None:
    """Add the commands to the group `ontology`."""
    group.command(
        epilog="Example: ontopilot ontology add shop.owl TravelKettle --kind class "
        "--label 'travel kettle' --subclass-of 'Kettle and hasPart some Battery'"
    )(_with_statements(add))
    group.command(
        name="set",
        epilog="Example: ontopilot ontology set shop.owl Kettle --label 'electric kettle'",
    )(_with_statements(set_))
    group.command(epilog="Example: ontopilot ontology remove shop.owl TravelKettle --dry-run")(
        _with_statements(remove)
    )
    group.command(epilog="Example: ontopilot ontology rename shop.owl Kettle ElectricKettle")(
        rename
    )


def add(
    file: File,
    term: Term,
    statements: dict[str, list[str]],
    *,
    kind: Annotated[
        Kind | None, typer.Option(help="Create the term, as a term of this kind.")
    ] = None,
    language: Language = "en",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    allow_relayout: Relayout = False,
) -> None:
    """Add a term, or axioms and annotations to one; options can be repeated.

    Class expressions are in Manchester syntax: some, only, value, min, max, exactly, Self, and, or,
    not. A name with spaces goes in single quotes.
    """
    editor = _open(file, allow_relayout)
    iri = _created(editor, term, kind)
    if kind is None and not any(statements.values()):
        raise typer.BadParameter("say what to add: give --kind to create a term, or an axiom")
    for name, value in _pairs(statements):
        if name in _TEXTS:
            editor.annotate(iri, name, value, language=language)
        else:
            editor.add(iri, name, value)  # type: ignore[arg-type]
    _finish(editor, dry_run=dry_run, as_json=as_json)


def set_(
    file: File,
    term: Term,
    statements: dict[str, list[str]],
    *,
    deprecated: Annotated[
        bool | None, typer.Option(help="Mark the term as no longer used, or take the mark away.")
    ] = None,
    language: Language = "en",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    allow_relayout: Relayout = False,
) -> None:
    """Let new values take the place of the old ones of a term.

    A label replaces those of its language, a fact or annotation those of its property, every other
    axiom those of its kind: --subclass-of replaces all superclasses.
    """
    editor = _open(file, allow_relayout)
    iri = editor.resolve(term)
    if deprecated is None and not any(statements.values()):
        raise typer.BadParameter("say what to set, such as --label or --deprecated")
    for name, values in statements.items():
        if not values:
            continue
        if name in _TEXTS:
            editor.set_annotations(iri, name, values, language=language)
        else:
            editor.set(iri, name, *values)  # type: ignore[arg-type]
    if deprecated is not None:
        editor.deprecate(iri, deprecated=deprecated)
    _finish(editor, dry_run=dry_run, as_json=as_json)


def remove(
    file: File,
    term: Term,
    statements: dict[str, list[str]],
    *,
    language: Language = "en",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    allow_relayout: Relayout = False,
) -> None:
    """Remove a term with every axiom that mentions it, or only the axioms that options name.

    --dry-run lists what would go. Other files that import this one are not looked at.
    """
    editor = _open(file, allow_relayout)
    iri = editor.resolve(term)
    pairs = _pairs(statements)
    for name, value in pairs:
        if name in _TEXTS:
            editor.remove_annotation(iri, name, value, language=language)
        else:
            editor.remove(iri, name, value)  # type: ignore[arg-type]
    if not pairs:
        editor.delete(iri)
    _finish(editor, dry_run=dry_run, as_json=as_json)


def rename(
    file: File,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A label, prefix:Name or IRI.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A new name, prefix:Name or IRI.")],
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    allow_relayout: Relayout = False,
) -> None:
    """Give a term another IRI, everywhere in the file; its labels stay."""
    editor = _open(file, allow_relayout)
    editor.rename(old, new)
    _finish(editor, dry_run=dry_run, as_json=as_json)


def _open(file: Path, allow_relayout: bool) -> "Editor":
    from ontopilot.ontology.edit import Editor

    return Editor.open(file, allow_relayout=allow_relayout)


def _created(editor: "Editor", term: str, kind: Kind | None) -> "Iri":
    """The term to add to, created first where a kind is given and it does not exist."""
    if kind is None:
        return editor.resolve(term)
    wanted: TermKind = kind.replace("-", "_")  # type: ignore[assignment]
    if editor.kind(term) == wanted:
        return editor.resolve(term)
    return editor.create(wanted, term)


def _pairs(statements: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in statements.items() for value in values]


def _finish(editor: "Editor", *, dry_run: bool, as_json: bool) -> None:
    diff = editor.diff()
    saved = not dry_run and editor.save()
    warning = _contradiction(editor.path) if saved else ""
    if as_json:
        print_json(
            {
                "file": str(editor.path),
                "changes": [{"action": one.action, "text": one.text} for one in editor.changes],
                "diff": diff,
                "saved": saved,
                "relaid": editor.relaid,
                "warning": warning,
            }
        )
        return
    said = notes() if dry_run else screen()
    for one in editor.changes:
        said.print(f"{one.action}: {clean(one.text)}")
    if dry_run:
        typer.echo(clean(diff), nl=False)
    elif not saved:
        said.print(f"{editor.path}: nothing to change")
    if editor.relaid:
        notes().print("the file is written anew, and its layout, comments and order are lost")
    if warning:
        notes().print(f"saved, and no agent can use it: {clean(warning)}")


def _contradiction(path: Path) -> str:
    """Why a saved ontology contradicts itself, if it does; an editor may mean to go on."""
    from ontopilot.errors import InconsistentOntology
    from ontopilot.ontology import Ontology

    try:
        Ontology.load(path, allow_missing_imports=True)
    except InconsistentOntology as error:
        return str(error)
    return ""


def _with_statements(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `statements` is an option for each kind of statement."""

    def called(**given: Any) -> None:
        statements = {name: given.pop(name) or [] for name in _STATEMENTS}
        command(statements=statements, **given)

    own = inspect.signature(command, eval_str=True)
    parameters = [one for name, one in own.parameters.items() if name != "statements"]
    at = next(
        (i for i, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY), len(parameters)
    )
    parameters[at:at] = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[list[str] | None, typer.Option(metavar=metavar, help=text)],
        )
        for name, (metavar, text) in _STATEMENTS.items()
    ]
    called.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    return called
