"""`ontopilot ontology query-check`: which SPARQL queries are meaningful under an ontology."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, progress, screen
from ontopilot.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from ontopilot.ontology.ontology import Ontology

FAILED = 1
_LONG = 50
"""From so many queries on, a note on stderr says how far the check is where no bar can."""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command(
        "query-check",
        epilog="Example: ontopilot ontology query-check shop.owl --queries queries.jsonl",
    )(query_check)


def query_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file saved by Protégé.")],
    queries: Annotated[Path, typer.Option(help="Queries {id, sparql}, one JSON object a line.")],
    as_json: AsJson = False,
) -> None:
    """Check SPARQL queries against an ontology; exits with 1 when one is not meaningful.

    Each violation says what the query writes, what the ontology says and what would fit.
    """
    from ontopilot.ontology.ontology import Ontology

    rows = read_queries(queries)
    results = check(Ontology.load(file), rows)
    if as_json:
        print_json({"results": results})
    else:
        screen().print(_table(results))
    if not all(one["ok"] for one in results):
        raise typer.Exit(FAILED)


def read_queries(path: Path) -> list[tuple[Any, str]]:
    """The ids and texts of a file of queries; a row may list several texts.

    Raises:
        ConfigError: the file cannot be read, a row has no text, or there is no row.
    """
    from ontopilot.orchestrator.evaluate.questions import read_rows

    found = []
    for number, row in read_rows(path):
        sparql = row.get("sparql")
        texts = sparql if isinstance(sparql, list) else [sparql]
        if not texts or not all(isinstance(text, str) for text in texts):
            raise ConfigError(
                f"{path}, line {number}: the field 'sparql' is {sparql!r}: it must be the text of "
                "a query"
            )
        name = row.get("id", f"line-{number}")
        found += [(f"{name}#{at}" if at > 1 else name, text) for at, text in enumerate(texts, 1)]
    if not found:
        raise ConfigError(f"{path}: there is no query in it; add one a line, as JSON")
    return found


def check(ontology: "Ontology", rows: list[tuple[Any, str]]) -> list[dict[str, Any]]:
    """The result of each query."""
    results = []
    with progress() as shown:
        for number, (name, sparql) in enumerate(rows, 1):
            found = ontology.check_query(sparql)
            violations = [{"rule": one.rule, "message": one.message} for one in found]
            results.append({"id": name, "ok": not found, "violations": violations})
            shown("checking queries", number, len(rows))
            if number % _LONG == 0 and not notes().is_terminal:
                notes().print(f"{number} of {len(rows)} queries checked")
    return results


def _table(results: list[dict[str, Any]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    wrong = sum(not one["ok"] for one in results)
    title = f"{len(results)} queries, {wrong} not meaningful"
    table = Table(title=title, title_justify="left", box=None, header_style="dim", pad_edge=False)
    for column in ("query", "rule", "what is wrong"):
        table.add_column(column, overflow="fold")
    for one in results:
        first = clean(str(one["id"]))
        if one["ok"]:
            table.add_row(first, Text("ok", "green"), "")
        for violation in one["violations"]:
            table.add_row(first, Text(violation["rule"], "red"), clean(violation["message"]))
            first = ""
    return table
