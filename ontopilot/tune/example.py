"""An example: a question with its sources, and the cited claims that a model shall write."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ontopilot.errors import ConfigError
from ontopilot.models.messages import GenerationRequest, Message, Source
from ontopilot.orchestrator.drafting import MOST_CLAIMS
from ontopilot.orchestrator.prompts import DRAFT, REASON, draft_request
from ontopilot.retrieval.passage import Context, Evidence, EvidenceId

Task = Literal["draft", "reason"]
Kind = Literal["copy", "answer", "refuse", "chain"]


@dataclass(frozen=True, slots=True)
class Target:
    """One sentence of the answer and the numbers of the sources that it rests on, from 1."""

    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What a model learns from; no claims mean that the sources do not answer.

    `entity` is the thing or the world that it is about and `document` where its text comes from:
    examples that share one of them never stand on both sides of a split.
    """

    kind: Kind
    task: Task
    question: str
    sources: tuple[Source, ...]
    claims: tuple[Target, ...]
    entity: str
    document: str
    origin: str = ""

    @property
    def answer(self) -> str:
        """The draft in JSON, as an engine that keeps the schema of drafts writes it."""
        claims = [{"text": one.text, "ids": list(one.ids)} for one in self.claims]
        return json.dumps({"claims": claims}, ensure_ascii=False, separators=(",", ":"))

    def evidence(self) -> tuple[Evidence, ...]:
        """The sources as a turn has them."""
        return tuple(
            Evidence(EvidenceId(f"e{one.id}"), "passage", one.text, 1.0, "", title=one.title)
            for one in self.sources
        )

    def request(self, *, max_tokens: int = 256) -> GenerationRequest:
        """What a turn asks an engine for, word for word."""
        return draft_request(
            self.question,
            Context(self.evidence(), 0),
            system=REASON if self.task == "reason" else DRAFT,
            most_claims=MOST_CLAIMS,
            max_tokens=max_tokens,
        )

    def messages(self) -> tuple[Message, ...]:
        """The prompt of that request."""
        return self.request().messages


def write_examples(file: Path, examples: Iterable[Example]) -> int:
    """Write examples as JSONL; how many there were."""
    count = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        for example in examples:
            out.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
            count += 1
    return count


def read_examples(file: Path) -> Iterator[Example]:
    """Read what `write_examples` wrote.

    Raises:
        ConfigError: the file is missing, or a line is no example.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            f"examples {str(file)!r} cannot be read: {error}; make them with "
            "`ontopilot finetune data`"
        ) from error
    for number, line in enumerate(lines, start=1):
        try:
            yield _example(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"examples {str(file)!r}, line {number}: {line[:60]!r} is no example ({error}); "
                "make them again with `ontopilot finetune data`"
            ) from error


def _example(row: dict[str, Any]) -> Example:
    row["sources"] = tuple(Source(**one) for one in row["sources"])
    row["claims"] = tuple(Target(one["text"], tuple(one["ids"])) for one in row["claims"])
    return Example(**row)
