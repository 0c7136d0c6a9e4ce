"""`ontopilot ontology add|set|remove|rename`: edits of an ontology file, saved in its layout."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, screen

if TYPE_CHECKING:
    from ontopilot.ontology.edit import Editor
    from ontopilot.ontology.owl.slots import Slot
    from ontopilot.ontology.terms import Iri, TermKind

Name = TypeVar("Name", bound=str)

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

_TEXTS = {
    "label": ("TEXT", "A label."),
    "synonym": ("TEXT", "Another name, with the property that the file uses for synonyms."),
    "definition": ("TEXT", "A definition."),
}
_AXIOMS: "dict[Slot, tuple[str, str]]" = {
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
"""The options that say something of a term, each with the word for its value and its help."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What the options say: the values of each of them that is given."""

    texts: dict[str, list[str]]
    axioms: "dict[Slot, list[str]]"

    def __bool__(self) -> bool:
        return bool(self.texts or self.axioms)


def register(group: typer.Typer) -> None:
    """Add the commands to the group `ontology`."""
    group.command(
        epilog="Example: ontopilot ontology add shop.owl TravelKettle --kind class "
        "--label 'travel kettle' --subclass-of 'Kettle and hasPart some Battery'"
    )(_edits(add))
    group.command(
        name="set",
        epilog="Example: ontopilot ontology set shop.owl Kettle --label 'electric kettle'",
    )(_edits(set_))
    group.command(epilog="Example: ontopilot ontology remove shop.owl TravelKettle --dry-run")(
        _edits(remove)
    )
    group.command(epilog="Example: ontopilot ontology rename shop.owl Kettle ElectricKettle")(
        _edits(rename)
    )


def add(
    editor: "Editor",
    term: Term,
    statements: Statements,
    *,
    kind: Annotated[
        Kind | None, typer.Option(help="Create the term, as a term of this kind.")
    ] = None,
    language: Language = "en",
) -> None:
    """Add a term, or axioms and annotations to one; options can be repeated.

    Class expressions are in Manchester syntax: some, only, value, min, max, exactly, Self, and, or,
    not. A name with spaces goes in single quotes.
    """
    iri = _created(editor, term, kind)
    if kind is None and not statements:
        raise typer.BadParameter("say what to add: give --kind to create a term, or an axiom")
    for name, text in _pairs(statements.texts):
        editor.annotate(iri, name, text, language=language)
    for slot, value in _pairs(statements.axioms):
        editor.add(iri, slot, value)


def set_(
    editor: "Editor",
    term: Term,
    statements: Statements,
    *,
    deprecated: Annotated[
        bool | None, typer.Option(help="Mark the term as no longer used, or take the mark away.")
    ] = None,
    language: Language = "en",
) -> None:
    """Let new values take the place of the old ones of a term.

    A label replaces those of its language, a fact or annotation those of its property, every other
    axiom those of its kind: --subclass-of replaces all superclasses.
    """
    iri = editor.resolve(term)
    if deprecated is None and not statements:
        raise typer.BadParameter("say what to set, such as --label or --deprecated")
    for name, texts in statements.texts.items():
        editor.set_annotations(iri, name, texts, language=language)
    for slot, values in statements.axioms.items():
        editor.set(iri, slot, *values)
    if deprecated is not None:
        editor.deprecate(iri, deprecated=deprecated)


def remove(
    editor: "Editor", term: Term, statements: Statements, *, language: Language = "en"
) -> None:
    """Remove a term with every axiom that mentions it, or only the axioms that options name.

    --dry-run lists what would go. Other files that import this one are not looked at.
    """
    iri = editor.resolve(term)
    for name, text in _pairs(statements.texts):
        editor.remove_annotation(iri, name, text, language=language)
    for slot, value in _pairs(statements.axioms):
        editor.remove(iri, slot, value)
    if not statements:
        editor.delete(iri)


def rename(
    editor: "Editor",
    old: Annotated[str, typer.Argument(metavar="OLD", help="A label, prefix:Name or IRI.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A new name, prefix:Name or IRI.")],
) -> None:
    """Give a term another IRI, everywhere in the file; its labels stay."""
    editor.rename(old, new)


def _created(editor: "Editor", term: str, kind: Kind | None) -> "Iri":
    """The term to add to, created first where a kind is given and it does not exist."""
    if kind is None:
        return editor.resolve(term)
    wanted: TermKind = kind.replace("-", "_")  # type: ignore[assignment]
    if editor.kind(term) == wanted:
        return editor.resolve(term)
    return editor.create(wanted, term)


def _pairs(statements: Mapping[Name, list[str]]) -> Iterator[tuple[Name, str]]:
    return ((name, value) for name, values in statements.items() for value in values)


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


def _edits(command: Callable[..., None]) -> Callable[..., None]:
    """A command that opens the file, makes its edit, and saves or shows what has changed.

    Its parameter `editor` is the option FILE, `statements` an option for each kind of statement.
    """
    own = inspect.signature(command).parameters

    def called(
        file: Path, *, dry_run: bool, as_json: bool, allow_relayout: bool, **given: Any
    ) -> None:
        from ontopilot.ontology.edit import Editor

        editor = Editor.open(file, allow_relayout=allow_relayout)
        if "statements" in own:
            texts = {name: values for name in _TEXTS if (values := given.pop(name))}
            axioms = {slot: values for slot in _AXIOMS if (values := given.pop(slot))}
            given["statements"] = Statements(texts, axioms)
        command(editor, **given)
        _finish(editor, dry_run=dry_run, as_json=as_json)

    parameters = [_parameter("file", File, inspect.Parameter.empty)]
    for one in own.values():
        if one.name == "statements":
            parameters += _statement_options()
        elif one.name != "editor":
            parameters.append(one.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    parameters += [
        _parameter("dry_run", DryRun, False),
        _parameter("as_json", AsJson, False),
        _parameter("allow_relayout", Relayout, False),
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    return called


def _statement_options() -> list[inspect.Parameter]:
    return [
        _parameter(
            name, Annotated[list[str] | None, typer.Option(metavar=metavar, help=text)], None
        )
        for name, (metavar, text) in (*_TEXTS.items(), *_AXIOMS.items())
    ]


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )
