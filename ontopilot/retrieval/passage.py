"""Passages, evidence and context: what retrieval hands to a turn."""

from dataclasses import dataclass
from typing import Literal, NewType

from ontopilot.ontology.terms import Fact, Iri, Mention
from ontopilot.retrieval.metadata import Metadata

EvidenceId = NewType("EvidenceId", str)
"""Stable over runs: `doc:returns.md#2`, `fact:3fa9…`, `ticket:T-0012`."""

EvidenceKind = Literal["passage", "fact", "interaction"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document or of a past interaction.

    `text` is the passage alone; `heading` is the path of headings above it; `source` is the
    path of the file relative to the documents' folder; `metadata` is what its document, its row or
    its ticket says of itself.
    """

    id: EvidenceId
    kind: EvidenceKind
    text: str
    title: str
    source: str
    heading: str = ""
    metadata: Metadata = ()

    @property
    def indexed_text(self) -> str:
        """What is embedded and searched: title and headings give the passage its context."""
        return "\n".join(part for part in (self.title, self.heading, self.text) if part)

    @property
    def place(self) -> str:
        """Where it stands: its title and the headings above it."""
        if self.kind == "interaction" or not self.heading:
            return self.title
        return f"{self.title} > {self.heading}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something an answer may cite.

    `score` orders evidence within one search only. `why` says, in words, why it is here.
    `facts` holds the fact itself for `kind="fact"`, else it is empty.
    """

    id: EvidenceId
    kind: EvidenceKind
    text: str
    score: float
    why: str
    title: str = ""
    source: str = ""
    terms: tuple[Iri, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question as retrieval sees it: its text and the terms it mentions.

    Mentions may come from elsewhere, such as earlier turns; what they say of this text counts
    only where the text has their words at their offsets.
    """

    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Evidence packed into a prompt; position i is cited as `[i + 1]`. `tokens` is its size."""

    evidence: tuple[Evidence, ...]
    tokens: int
