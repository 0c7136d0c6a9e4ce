"""`ontopilot ask`: one question, one answer."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.output import clean, notes, print_json, progress, screen
from ontopilot.errors import QuestionError

if TYPE_CHECKING:
    from ontopilot.orchestrator.agent import Agent

READ_LIMIT = 1_000_000
"""Bytes that are read from stdin; more than a question may have, so that its length can be told."""

Customer = Annotated[
    str | None, typer.Option(help="Identifier of the customer who asks, such as C-1001.")
]
Conversation = Annotated[str | None, typer.Option(help="Go on with this conversation.")]
Slo = Annotated[
    float | None,
    typer.Option("--slo", help="Seconds within which the answer is to be there: plan for it."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show the plan, its times and what was checked.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: ontopilot ask agent.py:support "Can I return my kettle?" --explain'
    )(ask)


def ask(
    agent: AgentName,
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question; - reads it from stdin.")
    ],
    *,
    customer: Customer = None,
    conversation: Conversation = None,
    slo: Slo = None,
    as_json: AsJson = False,
    explain: Explain = False,
) -> None:
    """Ask one question; print the answer and its sources."""
    from ontopilot.orchestrator.plan.optimizer import Objective
    from ontopilot.orchestrator.understand import check_question

    text = check_question(from_stdin() if question == "-" else question)
    with opened(agent) as asked:
        prepare(asked)
        wanted = None if slo is None else Objective(slo_s=slo)
        answer = asked.ask(text, customer=customer, conversation=conversation, objective=wanted)
    if as_json:
        from ontopilot.orchestrator.answer_json import answer_document

        print_json(answer_document(answer))
        return
    from rich.text import Text

    from ontopilot.cli.rendering import show, show_answer

    console = screen()
    console.print()
    show_answer(console, answer, explain=explain)
    show(console, Text(f"conversation {answer.conversation}", "dim"))


def prepare(agent: "Agent", *, rebuild: bool = False, tell_skipped: bool = True) -> None:
    """Load what an agent needs, with progress on stderr; Ctrl-C leaves the stored index whole."""
    with progress() as shown:
        agent.prepare(progress=shown, rebuild=rebuild)
    skipped = agent.knowledge_index.report.skipped
    if skipped and tell_skipped:
        first = clean(skipped[0].reason)
        more = f" and {len(skipped) - 1} more; see `ontopilot index`" if skipped[1:] else ""
        notes().print(f"skipped: {first}{more}", style="dim")


def from_stdin() -> str:
    """The question on stdin.

    Raises:
        QuestionError: it is not text.
    """
    raw = sys.stdin.buffer.read(READ_LIMIT)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuestionError(
            f"stdin, byte {error.start}: {raw[error.start : error.start + 1]!r} is not UTF-8 text; "
            "pass the question as plain text"
        ) from None
