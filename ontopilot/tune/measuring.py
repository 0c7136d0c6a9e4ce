"""How well a model drafts: its answers to held-out examples, judged claim by claim."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass

from ontopilot.errors import PromptTooLong
from ontopilot.models.engine import Engine
from ontopilot.models.structured.fitting import fitting
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.cited import CitedSentence, CitedStream
from ontopilot.orchestrator.cited_claims import ClaimStream
from ontopilot.orchestrator.evaluate.bootstrap import share
from ontopilot.orchestrator.verify import judge
from ontopilot.retrieval.passage import EvidenceId
from ontopilot.tune.example import Example

Share = tuple[float, float]
"""Counted, and out of how many."""

METRICS = (
    "drafted",
    "fact_accuracy",
    "citation_precision",
    "faithfulness",
    "right_refusals",
    "right_answers",
    "chains_right",
)
"""More is better in each. `drafted` is the share of prompts that fit the context: only these count
in the others. `faithfulness` is one less the rate of unsupported claims."""

MOST_TOKENS = 320
AT_ONCE = 4

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a model wrote for an example, and its share of each metric."""

    example: Example
    claims: tuple[CitedSentence, ...]
    parts: Mapping[str, Share]


async def drafted(
    engine: Engine,
    examples: Sequence[Example],
    ontology: Ontology | None,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> tuple[Drafted, ...]:
    """Ask for each draft and score it; without an ontology, beside the evidence alone.

    Raises:
        ModelError: the engine cannot answer.
    """
    room, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(example: Example) -> Drafted:
        nonlocal done
        try:
            async with room:
                claims = await _claims(engine, example)
            parts = {"drafted": (1.0, 1.0), **_parts(example, claims, ontology)}
        except PromptTooLong:
            claims, parts = (), {"drafted": (0.0, 1.0)}
        scored = Drafted(example, claims, parts)
        done += 1
        progress("drafts", done, len(examples))
        return scored

    return tuple(await asyncio.gather(*(one(example) for example in examples)))


async def _claims(engine: Engine, example: Example) -> tuple[CitedSentence, ...]:
    """The claims of a draft as a turn would read them."""
    stream: ClaimStream | CitedStream | None = None
    found: list[CitedSentence] = []
    request = example.request(max_tokens=MOST_TOKENS)
    async with aclosing(fitting(engine, request)) as chunks:
        async for chunk in chunks:
            if stream is None or chunk.restart:
                stream = CitedStream() if chunk.plain else ClaimStream()
            found += stream.feed(chunk.text)
            if chunk.finish is not None:
                found += stream.finish()
                break
    return tuple(found)


def _parts(
    example: Example, claims: Sequence[CitedSentence], ontology: Ontology | None
) -> dict[str, Share]:
    wanted = {_plain(one.text): set(one.ids) for one in example.claims}
    said = {_plain(one.text) for one in claims}
    supported = [_supported(example, claim, claim.markers, ontology) for claim in claims]
    cited = [
        number in wanted.get(_plain(claim.text), ())
        or _supported(example, claim, (number,), ontology)
        for claim in claims
        for number in claim.markers
    ]
    found = {
        "fact_accuracy": (float(len(wanted.keys() & said)), float(len(wanted))),
        "citation_precision": (float(sum(cited)), float(len(cited))),
        "faithfulness": (float(sum(supported)), float(len(supported))),
    }
    if example.kind == "refuse":
        found["right_refusals"] = (float(not claims), 1.0)
    else:
        found["right_answers"] = (float(bool(claims)), 1.0)
    if example.kind == "chain":
        told = [(_plain(one.text), set(one.markers)) for one in claims]
        exact = [(_plain(one.text), set(one.ids)) for one in example.claims]
        found["chains_right"] = (float(told == exact), 1.0)
    return found


def _supported(
    example: Example,
    claim: CitedSentence,
    numbers: Sequence[int],
    ontology: Ontology | None,
) -> bool:
    known = {one.id for one in example.sources}
    ids = tuple(EvidenceId(f"e{number}") for number in numbers)
    if not numbers or any(str(number) not in known for number in numbers):
        return False
    if ontology is None:
        cited = " ".join(_plain(one.text) for one in example.sources if int(one.id) in numbers)
        return _plain(claim.text) in cited
    verdict = judge(
        Claim(claim.text, ids),
        evidence=example.evidence(),
        ontology=ontology,
        question=example.question,
    )
    return verdict.status == "supported"


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def figures(results: Sequence[Drafted]) -> dict[str, dict[str, float | None]]:
    """Every metric with its 95 % interval."""
    return {
        name: asdict(share([one.parts[name] for one in results if name in one.parts]))
        for name in METRICS
    }
