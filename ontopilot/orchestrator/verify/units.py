"""Evidence as units that can support a claim: one sentence each, with what it is about."""

from dataclasses import dataclass
from functools import lru_cache

from ontopilot.orchestrator.verify.reading import Reading, read
from ontopilot.prose import statements
from ontopilot.retrieval.passage import Evidence


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of the evidence.

    `about` is the title, the headings and the sentences that introduce it: they may say what the
    sentence is about, but not what it says.
    """

    reading: Reading
    about: Reading
    title: str


def units(evidence: Evidence) -> tuple[Unit, ...]:
    """The sentences of a piece of evidence."""
    return _units(evidence.title, evidence.text)


@lru_cache(maxsize=4096)
def _units(title: str, text: str) -> tuple[Unit, ...]:
    found: list[Unit] = []
    first = before = lead = ""
    group = -1
    for statement in statements(text):
        if statement.group != group:
            group, first = statement.group, statement.text
            lead = before if before.endswith(":") else lead
            lead = lead if statement.kind == "item" else ""
        parts = (title, *statement.headings, lead, first, before)
        about = ". ".join(dict.fromkeys(part for part in parts if part != statement.text))
        found.append(Unit(read(statement.text), read(about), title))
        before = statement.text
    return tuple(found)
