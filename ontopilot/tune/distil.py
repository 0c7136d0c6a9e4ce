"""Distillation: a teacher's verified answers, and its logits where both read the same tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ontopilot.models.engine import Engine
from ontopilot.models.engines import make_engine
from ontopilot.models.spec import parse
from ontopilot.ontology.ontology import Ontology
from ontopilot.tune.example import Example, Target
from ontopilot.tune.measuring import Progress, drafted
from ontopilot.tune.network import logits, states
from ontopilot.tune.rows import Batch
from ontopilot.tune.sets import DataSet
from ontopilot.tune.split import PARTS, Part
from ontopilot.tune.verified import all_checked

SOFT, WARMTH = 0.5, 2.0
"""How much the teacher's distribution counts beside the right token, and its temperature (Hinton
et al. 2015)."""


@dataclass(frozen=True, slots=True)
class Taught:
    """Examples with the answers of a teacher; the others keep their own or are left out."""

    examples: tuple[Example, ...]
    answered: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A data set in which a teacher answers, how often it did, and why not elsewhere."""

    data: DataSet
    answered: int
    left_out: dict[str, int]


async def taught(
    teacher: Engine,
    examples: Sequence[Example],
    ontology: Ontology,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> Taught:
    """Put the teacher's claims in the place of the targets, where the verifier supports them all.

    A teacher that says nothing where there is an answer, or something where there is none,
    teaches nothing there: the example keeps its own targets.
    """
    results = await drafted(teacher, examples, ontology, progress=progress)
    known = [
        replace(
            one.example,
            claims=tuple(Target(claim.text, claim.markers) for claim in one.claims),
            origin=f"{one.example.origin}, taught",
        )
        if one.claims and one.example.claims
        else one.example
        for one in results
    ]
    kept, faults = all_checked(known, ontology)
    return Taught(tuple(kept), sum(e.origin.endswith("taught") for e in kept), faults)


async def teach(
    teacher: str,
    data: DataSet,
    ontology: Path,
    out: Path,
    *,
    threads: int | None,
    most: int,
    progress: Progress,
) -> Lesson:
    """Let a teacher answer the training part of a data set; the rest of it stays as it is.

    Raises:
        ModelError: the teacher cannot answer.
        DataUnfit: nothing that it says is supported.
    """
    whole = data.part("train")
    chosen = whole[: most or len(whole)]
    engine = make_engine(parse(teacher), threads=threads)
    meaning = Ontology.load(ontology)
    try:
        learnt = await taught(engine, chosen, meaning, progress=progress)
    finally:
        await engine.aclose()
    parts: dict[Part, tuple[Example, ...]] = {part: data.part(part) for part in PARTS}
    parts["train"] = (*learnt.examples, *whole[len(chosen) :])
    about = {"teacher": teacher, "before": data.digest(), "answered": learnt.answered}
    return Lesson(DataSet.write(out, parts, about), learnt.answered, learnt.left_out)


def same_tokens(student: Path, teacher: Path) -> bool:
    """Whether two models read the same tokens, so that their logits can be compared."""
    files = [folder / "tokenizer.json" for folder in (student, teacher)]
    return all(file.is_file() for file in files) and files[0].read_bytes() == files[1].read_bytes()


def soft_loss(student: Any, teacher: Any, batch: Batch) -> Tensor:
    """How far the student's distributions over the tokens of the answers are from the teacher's."""
    told = torch.from_numpy(batch.answers)[:, 1:]
    told = told & (torch.from_numpy(batch.segments)[:, 1:] > 0)
    with torch.no_grad():
        wanted = logits(teacher, states(teacher, batch)[:, :-1][told]).float() / WARMTH
    given = logits(student, states(student, batch)[:, :-1][told]).float() / WARMTH
    return functional.kl_div(
        given.log_softmax(-1), wanted.log_softmax(-1), reduction="batchmean", log_target=True
    ) * (WARMTH**2)
