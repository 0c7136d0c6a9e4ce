"""`ontopilot ontology check`, `explain` and `graph`: look closely at an ontology."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, print_json, screen

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.ontology.health import Health
    from ontopilot.ontology.ontology import Ontology
    from ontopilot.ontology.pitfalls.finding import Finding
    from ontopilot.ontology.reason_for import Reason
    from ontopilot.ontology.terms import Fact, Iri, Literal

FAILED = 1
_SHOWN = 5
"""How many findings of one kind are printed; `--all` and `--json` give every one."""
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_TYPES = ("a", "type", "types", "rdf:type")
_ABOVE = ("subclassof", "rdfs:subclassof", "subpropertyof", "rdfs:subpropertyof", "is a")

OntologyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A file saved by Protégé.")]
Reasoner = Annotated[str, typer.Option(help="auto, hermit (needs Java), rustdl, rules or none.")]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(epilog="Example: ontopilot ontology check shop.owl")(check)
    group.command(epilog='Example: ontopilot ontology explain shop.owl "AquaBoil 2" type Kettle')(
        explain
    )
    group.command(epilog="Example: ontopilot ontology graph shop.owl Kettle -o kettle.svg")(graph)


def check(
    file: OntologyFile,
    *,
    reasoner: Reasoner = "auto",
    every: Annotated[bool, typer.Option("--all", help="Print every finding.")] = False,
    as_json: AsJson = False,
) -> int:
    """Check an ontology: profile, size, contradictions, likely errors; exits with 1 on an error."""
    from ontopilot.ontology.health import examine

    health = examine(file, reasoner=reasoner)
    if as_json:
        print_json(report(health))
    else:
        _print_health(screen(), health, every=every)
    return 0 if health.sound else FAILED


def report(health: "Health") -> dict[str, Any]:
    """The check as plain values."""
    from ontopilot.ontology.health import FINDS

    look, reasoning = health.ontology, health.reasoning
    return {
        "iri": look.iri,
        "version": look.version,
        "sources": [str(source) for source in look.sources],
        "consistent": health.consistent,
        "reasoning": {
            "engine": reasoning.engine,
            "complete": reasoning.complete,
            "finds": FINDS[reasoning.engine],
            "seconds": reasoning.seconds,
            "note": reasoning.note,
        },
        "language": f"OWL 2 {health.language}",
        "profiles": [asdict(one) | {"fits": one.fits} for one in health.profiles],
        "metrics": asdict(health.metrics),
        "counts": {kind: health.count(kind) for kind in ("error", "warning", "note")},
        "findings": [
            asdict(one) | {"labels": [look.label(iri) for iri in one.terms]}
            for one in health.findings
        ],
    }


def explain(
    file: OntologyFile,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A label, prefix:Name or IRI.")],
    predicate: Annotated[
        str, typer.Argument(metavar="PREDICATE", help="A property, 'type', or else the superclass.")
    ],
    value: Annotated[
        str | None, typer.Argument(metavar="[OBJECT]", help="A term or a value, unless given.")
    ] = None,
    *,
    reasoner: Reasoner = "auto",
    as_json: AsJson = False,
) -> int:
    """Explain why a statement holds, with the axioms; exits with 1 when it does not hold."""
    from ontopilot.ontology.ontology import Ontology
    from ontopilot.ontology.reason_for import reason_for

    ontology = Ontology.load(file, reasoner=reasoner)
    reason = reason_for(ontology, stated(ontology, subject, predicate, value))
    if as_json:
        print_json(_reason_document(reason))
    else:
        _print_reason(screen(), reason)
    return 0 if reason.status == "supported" else FAILED


def stated(ontology: "Ontology", subject: str, predicate: str, value: str | None) -> "Fact":
    """The statement that names mean: a property and its value, a type, or only what is above.

    Raises:
        UnknownTerm: the ontology does not have one of the names.
    """
    from ontopilot.cli.ontologies import find
    from ontopilot.ontology import vocabulary as v
    from ontopilot.ontology.reason_for import statement

    about = find(ontology, subject)
    if value is None:
        return statement(ontology, about, None, _class(ontology, predicate))
    if predicate.casefold() in _TYPES:
        return statement(ontology, about, v.RDF_TYPE, _class(ontology, value))
    if predicate.casefold() in _ABOVE:
        return statement(ontology, about, None, _class(ontology, value))
    joined = find(ontology, predicate)
    return statement(ontology, about, joined, _value(ontology, about, joined, value))


def _class(ontology: "Ontology", name: str) -> "Iri":
    from ontopilot.cli.ontologies import find
    from ontopilot.ontology import vocabulary as v

    if name.casefold() in ("nothing", "owl:nothing", v.OWL_NOTHING.casefold()):
        return v.OWL_NOTHING
    called = [t.iri for t in ontology.terms("class") if t.label.casefold() == name.casefold()]
    return called[0] if len(called) == 1 else find(ontology, name)


def _value(ontology: "Ontology", subject: "Iri", joined: "Iri", name: str) -> "Iri | Literal":
    """A value of a property: one that is known in these words, a term, or else a text."""
    from ontopilot.cli.ontologies import find
    from ontopilot.ontology import vocabulary as v
    from ontopilot.ontology.terms import Literal

    for fact in ontology.facts(subject, joined):
        if isinstance(fact.object, Literal) and fact.object.value == name:
            return fact.object
    if ontology.term(joined).kind != "data_property":
        return find(ontology, name)
    ranges = sorted(ontology.ranges(joined)) or [v.XSD_STRING]
    return Literal(name, ranges[0])


def graph(
    file: OntologyFile,
    term: Annotated[str, typer.Argument(metavar="TERM", help="A label, prefix:Name or IRI.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="An .svg or a .png file.")],
    *,
    depth: Annotated[int, typer.Option(min=1, max=10, help="Levels above and below.")] = 2,
    reasoner: Reasoner = "auto",
    as_json: AsJson = False,
) -> None:
    """Draw a term with what is above and below it, and what joins it to others."""
    from ontopilot.cli.ontologies import find
    from ontopilot.ontology.ontology import Ontology
    from ontopilot.ontology.picture.picture import draw, format_of

    format_of(output)
    ontology = Ontology.load(file, reasoner=reasoner)
    drawn = draw(ontology, find(ontology, term), output, depth=depth)
    if as_json:
        print_json({"file": str(output), "terms": drawn.shown, "left_out": drawn.left_out})
        return
    more = f", {drawn.left_out} left out" if drawn.left_out else ""
    screen().print(clean(f"{output}: {drawn.shown} terms and values{more}"))


def _print_health(console: "Console", health: "Health", *, every: bool) -> None:
    from rich.text import Text

    from ontopilot.ontology.health import FINDS

    look, reasoning = health.ontology, health.reasoning
    console.print(_line(look.iri), style="bold")
    whole = "complete" if reasoning.complete else "not proven complete"
    note = f"; {reasoning.note}" if reasoning.note else ""
    _row(console, "reasoned by", f"{reasoning.engine} in {reasoning.seconds:.2f} s, {whole}{note}")
    _row(console, "which finds", FINDS[reasoning.engine])
    sure = "yes" if reasoning.complete else "yes, as far as that engine finds"
    _row(console, "consistent", sure if health.consistent else "no")
    _row(console, "language", f"OWL 2 {health.language}")
    for profile in health.profiles:
        if not profile.fits:
            said = f"not {profile.name}: {profile.count} departures"
            _row(console, "", said if profile.count > 1 else said[:-1])
            for one in profile.first:
                axiom = f" ({one.axiom})" if one.axiom else ""
                _row(console, "", _line(f"  {one.reason}{axiom}"), style="dim")
    _print_metrics(console, health)
    for severity, style in _STYLES.items():
        for rule in dict.fromkeys(f.rule for f in health.findings if f.severity == severity):
            found = [f for f in health.findings if (f.rule, f.severity) == (rule, severity)]
            console.print(Text.assemble(("\n" + severity, style), f"  {rule}"))
            _print_findings(console, found, every=every)
    counts = [_count(health.count(kind), kind) for kind in ("error", "warning", "note")]
    console.print(f"\n{', '.join(counts)}", style="bold")


def _print_metrics(console: "Console", health: "Health") -> None:
    metrics = health.metrics
    kinds = ", ".join(_count(n, kind.replace("_", " ")) for kind, n in metrics.terms.items())
    _row(console, "terms", kinds)
    _row(console, "depth", f"{metrics.depth} classes, {metrics.property_depth} properties")
    _row(console, "axioms", f"{metrics.axioms}, {metrics.logical} of them logical")
    listed = sorted(metrics.by_kind.items(), key=lambda one: -one[1])
    _row(console, "", ", ".join(f"{n} {kind}" for kind, n in listed), style="dim")


def _print_findings(console: "Console", found: "list[Finding]", *, every: bool) -> None:
    shown = found if every else found[:_SHOWN]
    for one in shown:
        console.print(f"  {_line(one.message)}")
        for axiom in one.axioms:
            console.print(f"      {_line(axiom)}", style="dim")
        if len({finding.remedy for finding in found}) > 1:
            console.print(f"    → {_line(one.remedy)}", style="dim")
    if len(found) > len(shown):
        console.print(f"  … and {len(found) - len(shown)} more; --all prints them", style="dim")
    if len({finding.remedy for finding in found}) == 1:
        console.print(f"  → {_line(found[0].remedy)}", style="dim")


def _reason_document(reason: "Reason") -> dict[str, Any]:
    document = asdict(reason)
    document["inferred"] = document.pop("fact")["inferred"]
    return document | {
        "subject": reason.fact.subject,
        "predicate": reason.fact.predicate,
        "object": asdict(reason.fact)["object"],
    }


def _print_reason(console: "Console", reason: "Reason") -> None:
    words = {"supported": "holds", "contradicted": "cannot hold", "unknown": "is not known"}
    style = {"supported": "green", "contradicted": "red", "unknown": "yellow"}[reason.status]
    console.print(_line(f"{reason.statement[:-1]}: {words[reason.status]}"), style=style)
    if reason.text != reason.statement:
        console.print(_line(reason.text))
    if reason.axioms:
        follows = "It follows from" if reason.status == "supported" else "Against it are"
        said = f"\n{follows} these axioms together, of which none can be left out:"
        console.print(said, style="dim")
    for axiom in reason.axioms:
        console.print(f"  {_line(axiom)}")
    if reason.note:
        console.print(f"  {_line(reason.note)}", style="dim")


def _row(console: "Console", name: str, text: str, *, style: str = "") -> None:
    from rich.text import Text

    console.print(Text.assemble((f"{name:12}", "dim"), (_line(text, keep=True), style)))


def _count(number: int, word: str) -> str:
    if number != 1:
        word = (
            f"{word[:-1]}ies"
            if word.endswith("y")
            else f"{word}{'es' * word.endswith('ss') or 's'}"
        )
    return f"{number} {word}"


def _line(text: str, *, keep: bool = False) -> str:
    """A text on one line, without what would steer the terminal; `keep` its indent."""
    indent = " " * (len(text) - len(text.lstrip())) if keep else ""
    return indent + " ".join(clean(text).split())
