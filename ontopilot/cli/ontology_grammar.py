"""`ontopilot ontology watch`: what every save in an editor means, as it happens."""

import json
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.output import clean, notes, screen, shortened

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology
    from ontopilot.ontology.terms import Iri
    from ontopilot.ontology.watch import Event

_SHOWN = 8


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command(epilog="Example: ontopilot ontology watch shop.owl")(watch)


def watch(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file saved by Protégé.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each event as one line of JSON.")
    ] = False,
) -> None:
    """Tell with every save what changed, or why the save cannot be used. Ctrl-C ends it."""
    from ontopilot.ontology.watch import OntologyWatch

    happened: SimpleQueue[Event] = SimpleQueue()
    with OntologyWatch.open(file) as watching, suppress(KeyboardInterrupt):
        watching.subscribe(happened.put)
        _show(serving(watching.current), as_json=as_json)
        if not as_json:
            notes().print("waiting for saves; Ctrl-C ends it", style="dim")
        while True:
            _show(told(happened.get()), as_json=as_json)


def serving(ontology: "Ontology") -> dict[str, Any]:
    """What serves at the beginning, as plain values."""
    return {
        "event": "serving",
        "file": str(ontology.path),
        "version": ontology.version,
        "sources": [str(source) for source in ontology.sources],
        "terms": len(ontology.terms()),
    }


def told(event: "Event") -> dict[str, Any]:
    """An event as plain values."""
    from ontopilot.ontology.watch import Refused, Renewed

    if isinstance(event, Renewed):
        return {
            "event": "renewed",
            "version": event.new.version,
            "previous": event.old.version,
            "seconds": round(event.seconds, 3),
            "terms": [_described(event, iri) for iri in sorted(event.terms)],
        }
    if isinstance(event, Refused):
        return {"event": "refused", "version": event.serving.version, "reason": event.reason}
    return {"event": "restored", "version": event.serving.version}


def _described(event: Any, iri: "Iri") -> dict[str, str]:
    """A changed term with the label that it has now or, where it is gone, had."""
    there = event.new.has(iri)
    change = "changed" if there and event.old.has(iri) else "added" if there else "removed"
    return {"iri": iri, "label": (event.new if there else event.old).label(iri), "change": change}


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        screen().print(_sentence(document))


def _sentence(document: dict[str, Any]) -> str:
    version = document["version"]
    if document["event"] == "serving":
        files = len(document["sources"])
        return f"{clean(document['file'])}: version {version}, {files} files"
    if document["event"] == "refused":
        return f"refused: {clean(document['reason'])}; version {version} goes on serving"
    if document["event"] == "restored":
        return f"restored: the files hold version {version} again, which is serving"
    terms = document["terms"]
    named = [f"{shortened(one['label'], 40)} ({one['change']})" for one in terms[:_SHOWN]]
    more = f" and {len(terms) - _SHOWN} more" if len(terms) > _SHOWN else ""
    said = ", ".join(named) + more if named else "no term"
    return f"renewed in {document['seconds']:.2f} s: version {version}; {said}"
