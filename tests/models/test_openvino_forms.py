"""Grammars of many shapes in the OpenVINO pipeline, which a single misread one would end."""

import asyncio
import json
from dataclasses import replace
from random import Random

import jsonschema
import pytest

from ontopilot.errors import ConstraintMalformed
from ontopilot.models import EngineOptions, GenerationRequest, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.structured.constraint import constraint_of
from ontopilot.orchestrator.cited_claims import ClaimStream
from ontopilot.orchestrator.prompts import DRAFT, draft_request
from ontopilot.retrieval.passage import Context, Evidence, EvidenceId
from tests.conformance.engine import ask, chunks_of

pytestmark = pytest.mark.slow

LETTERS = 'ab0f^-]\\"\n\x01\x7fé水😀 '
DRAFTS = 60


@pytest.fixture
async def engine(tiny, cache):
    options = EngineOptions(cache=cache, kv_cache_mb=64)
    made = make_engine(Model(f"openvino:{tiny}", options=options), threads=1)
    yield made
    await made.aclose()


def written(one: str) -> str:
    return f"\\U{ord(one):08x}"


def part(random: Random, depth: int) -> str:
    """An expression of EBNF: a text, a class, a group, a repetition or a rule."""
    kind = random.randrange(6 if depth else 2)
    if kind == 0:
        text = "".join(written(one) for one in random.choices(LETTERS, k=random.randrange(4)))
        return f'"{text}"'
    if kind == 1:
        ends = [sorted(random.choices(LETTERS, k=2)) for _ in range(random.randint(1, 3))]
        negated = random.choice(["", "^"])
        return f"[{negated}{''.join(f'{written(a)}-{written(b)}' for a, b in ends)}]"
    if kind == 5:
        return random.choice(["root", "other"])
    inner = [part(random, depth - 1) for _ in range(random.randint(1, 3))]
    if kind == 2:
        return f"({' '.join(inner)})"
    if kind == 3:
        return f"({' | '.join(inner)})"
    least = random.randrange(30)
    return f"{inner[0]}{{{least},{least + random.randrange(30)}}}"


def grammars(count: int) -> list[GenerationRequest]:
    """Requests with a grammar that can be kept."""
    random = Random(5)
    made: list[GenerationRequest] = []
    while len(made) < count:
        rules = "\n".join(f"{name} ::= {part(random, 3)}" for name in ("root", "other"))
        request = ask(
            grammar=rules, temperature=random.choice([0.0, 2.0]), seed=len(made), max_tokens=200
        )
        try:
            constraint_of(request)
        except ConstraintMalformed:
            continue
        made.append(request)
    return made


async def test_grammars_of_all_shapes_are_kept_beside_one_another(engine):
    requests = grammars(120)
    runs = await asyncio.gather(*(chunks_of(engine, request) for request in requests))
    whole = 0
    for request, chunks in zip(requests, runs, strict=True):
        text = "".join(chunk.text for chunk in chunks)
        if chunks[-1].finish == "stop":
            whole += 1
            assert constraint_of(request).allows(text), (request.grammar, text)
    assert whole > 100
    assert engine.stats().failures == 0


async def test_sixty_sampled_drafts_cite_only_what_is_in_the_context(engine):
    evidence = tuple(
        Evidence(EvidenceId(f"fact:{n}"), "fact", f"The kettle {n} weighs {n} g.", 1.0, "asked")
        for n in range(1, 13)
    )
    draft = draft_request("What weighs 3 g?", Context(evidence, 0), system=DRAFT, most_claims=1)
    asked = [replace(draft, seed=seed, temperature=2.5, max_tokens=480) for seed in range(DRAFTS)]
    runs = await asyncio.gather(*(chunks_of(engine, request) for request in asked))
    cited: set[int] = set()
    whole = 0
    for chunks in runs:
        text = "".join(chunk.text for chunk in chunks)
        if chunks[-1].finish == "stop":
            whole += 1
            jsonschema.validate(json.loads(text), json.loads(draft.schema))
        for claim in ClaimStream().feed(text):
            assert claim.markers
            assert set(claim.markers) <= set(range(1, 13))
            assert not set("[]") & set(claim.text)
            cited.update(claim.markers)
    assert whole > DRAFTS / 2
    assert len(cited) > 6
