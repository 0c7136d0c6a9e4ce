"""`ontopilot chat`: a conversation in the terminal."""

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import Conversation, Customer, prepare
from ontopilot.cli.output import clean, screen, shortened
from ontopilot.errors import OntopilotError, TurnError

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.orchestrator.agent import Agent
    from ontopilot.orchestrator.answer import Answer
    from ontopilot.orchestrator.events import Event

HELP = "/sources  what the last answer cites   /explain  how it was made   /quit  leave (or Ctrl-D)"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot chat agent.py:support --customer C-1001")(chat)


def chat(
    agent: AgentName,
    customer: Customer = None,
    conversation: Conversation = None,
    resume: Annotated[
        bool | None,
        typer.Option("--resume/--no-resume", help="Finish a turn that was cut off; else it asks."),
    ] = None,
) -> None:
    """Talk to an agent in the terminal.

    Claims appear as they are verified. Ctrl-C stops a turn, Ctrl-D leaves.
    """
    with opened(agent) as partner:
        prepare(partner)
        Chat(partner, screen(), customer, conversation).run(resume)


_NO_END = "the turn ended without an answer; ask again"


class Chat:
    """One conversation with a person at a terminal."""

    def __init__(
        self, agent: "Agent", console: "Console", customer: str | None, conversation: str | None
    ) -> None:
        self._agent = agent
        self._console = console
        self._customer = customer
        self._conversation = conversation
        self._last: Answer | None = None

    def run(self, resume: bool | None) -> None:
        """Read and answer until the person leaves."""
        self._console.print(HELP, style="dim")
        self._take_up(resume)
        while (line := self._read()) is not None:
            if line.startswith("/"):
                if not self._command(line):
                    break
            elif line:
                self._turn(line)
        if self._conversation is not None:
            self._console.print(f"\ngo on with: --conversation {self._conversation}", style="dim")

    def _read(self) -> str | None:
        """A line, "" after Ctrl-C, or `None` at the end."""
        try:
            return input("› ").strip()
        except EOFError:
            return None
        except KeyboardInterrupt:
            self._console.print("\nCtrl-D leaves", style="dim")
            return ""

    def _command(self, line: str) -> bool:
        from ontopilot.cli.rendering import show_explanation, show_sources

        if line in ("/quit", "/exit", "/q"):
            return False
        if line not in ("/explain", "/sources"):
            self._console.print(HELP, style="dim")
        elif self._last is None:
            self._console.print("There is no answer yet.", style="dim")
        elif line == "/explain":
            show_explanation(self._console, self._last)
            self._console.print()
        else:
            show_sources(self._console, self._last.citations)
            self._console.print()
        return True

    def _turn(self, question: str) -> None:
        try:
            answer = self._stream(question)
        except OntopilotError as error:
            self._console.print(f"error: {error}", style="red")
            return
        except KeyboardInterrupt:
            self._console.print("\nstopped", style="dim")
            return
        self._note(answer)

    def _stream(self, question: str) -> "Answer":
        """Run a turn; a terminal shows every claim when it is released, a pipe the whole."""
        events = self._agent.stream(
            question, conversation=self._conversation, customer=self._customer
        )
        with closing(cast("Generator[Event]", events)):
            if self._console.is_terminal:
                return self._live(events)
            answer = _last(events)
            self._console.print(clean(answer.text))
            return answer

    def _live(self, events: "Iterator[Event]") -> "Answer":
        """Show the claims so far, and below them the step that is under way."""
        from rich.console import Group
        from rich.live import Live
        from rich.spinner import Spinner

        from ontopilot.cli.rendering import framed, prose
        from ontopilot.orchestrator.events import Done, Released, Step

        shown: list[str] = []
        with Live(console=self._console, refresh_per_second=12) as live:
            for event in events:
                if isinstance(event, Done):
                    live.update(framed(prose(event.answer.text)), refresh=True)
                    return event.answer
                if isinstance(event, Released):
                    shown.append(event.text)
                    live.update(framed(prose(" ".join(shown))))
                elif isinstance(event, Step):
                    wait = Spinner("dots", f"{event.name}…", style="dim")
                    text = [prose(" ".join(shown))] if shown else []
                    live.update(framed(Group(*text, wait)))
        raise TurnError(_NO_END)

    def _note(self, answer: "Answer") -> None:
        from rich.text import Text

        from ontopilot.cli.rendering import show

        if self._conversation is None:
            show(self._console, Text(f"conversation {answer.conversation}", "dim"))
        self._conversation, self._last = answer.conversation, answer
        if answer.degraded:
            show(self._console, Text(f"note: {clean(answer.degraded)}", "dim italic"))
        self._console.print()

    def _take_up(self, resume: bool | None) -> None:
        """Offer to finish this customer's last turn that was cut off."""
        rows = [self._agent.store.turn(turn) for turn in self._agent.unfinished()]
        own = [row for row in rows if row.customer == self._customer]
        if not own or resume is False:
            return
        row = own[-1]
        asked = f"A turn was cut off: “{shortened(row.question, 60)}”. Finish it now?"
        if resume is None and not (sys.stdin.isatty() and typer.confirm(asked, default=True)):
            return
        from ontopilot.cli.rendering import show_answer

        answer = self._agent.resume(row.id)
        self._conversation, self._last = answer.conversation, answer
        show_answer(self._console, answer)


def _last(events: "Iterator[Event]") -> "Answer":
    from ontopilot.orchestrator.events import Done

    for event in events:
        if isinstance(event, Done):
            return event.answer
    raise TurnError(_NO_END)
