"""Learning from what happened: turns that people rated well, and the corrections they wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from ontopilot.models.messages import Source
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.store import Store
from ontopilot.prose import statements
from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.redact import redact
from ontopilot.tune.example import Example, Target
from ontopilot.tune.pages import can_be_claimed
from ontopilot.tune.seedlings import keys
from ontopilot.tune.sets import DataSet
from ontopilot.tune.split import PARTS, Part
from ontopilot.tune.verified import checked

WELL = 4
"""The least rating of an answer that is learnt from as it was."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Examples from interactions, and why others were left out, counted."""

    examples: tuple[Example, ...]
    left_out: dict[str, int]


def from_store(store: Store, ontology: Ontology) -> Learnt:
    """Well-rated and corrected turns as examples: redacted, verified and each question once.

    A correction counts whatever the rating was; it must be supported by what the turn had found,
    since a model must not learn to say what no evidence says.
    """
    kept: dict[str, Example] = {}
    left_out: dict[str, int] = {}
    for candidate in _candidates(store):
        if isinstance(candidate, str):
            left_out[candidate] = left_out.get(candidate, 0) + 1
            continue
        result = checked(candidate, ontology)
        if result.example is None:
            left_out[result.fault] = left_out.get(result.fault, 0) + 1
        elif _key(candidate) in kept:
            left_out["its question was asked before"] = (
                left_out.get("its question was asked before", 0) + 1
            )
        else:
            kept[_key(candidate)] = candidate
    return Learnt(tuple(kept.values()), left_out)


def joined(data: DataSet, learnt: Learnt) -> tuple[dict[Part, tuple[Example, ...]], dict[str, int]]:
    """A data set with what was learnt in its training part, and why some of it is left out.

    What is about a held-out thing or document, or asks a held-out question, stays out.
    """
    parts: dict[Part, tuple[Example, ...]] = {part: data.part(part) for part in PARTS}
    held = [one for part in PARTS if part != "train" for one in parts[part]]
    closed = {key for one in held for key in (one.entity, one.document)}
    asked = {_key(one) for part in PARTS for one in parts[part]}
    left_out = dict(learnt.left_out)
    new = []
    for one in learnt.examples:
        if {one.entity, one.document} & closed:
            why = "it is about what is held out"
        elif _key(one) in asked:
            why = "its question is in the data already"
        else:
            new.append(one)
            continue
        left_out[why] = left_out.get(why, 0) + 1
    parts["train"] = (*parts["train"], *new)
    return parts, left_out


def _candidates(store: Store) -> Iterator[Example | str]:
    """An example for each rated turn, or why there is none."""
    for turn in store.rated():
        if turn.rating < WELL and not turn.correction:
            yield "it was rated badly and nobody corrected it"
            continue
        answer = store.answer(turn.turn)
        if answer.outcome not in ("answered", "unanswerable"):
            yield f"it ended as {answer.outcome!r}, which is no draft"
            continue
        evidence = store.evidence(turn.turn)
        said = (
            [one.text for one in statements(redact(turn.correction).text)]
            if turn.correction
            else [claim.text for claim in answer.claims]
        )
        yield _example(turn.question, said, evidence)


def _example(question: str, said: list[str], evidence: tuple[Evidence, ...]) -> Example | str:
    if not evidence:
        return "nothing was found for it"
    asked = redact(question).text
    claims = [_target(redact(text).text, evidence) for text in said]
    if any(claim is None for claim in claims):
        return "what was said is in no evidence"
    gold = next((evidence[one.ids[0] - 1] for one in claims if one is not None), evidence[0])
    key = keys(gold)[0] if keys(gold) else str(gold.id)
    return Example(
        "answer" if claims else "refuse",
        "draft",
        asked,
        tuple(
            Source(str(n), redact(item.text).text, item.title)
            for n, item in enumerate(evidence, start=1)
        ),
        tuple(one for one in claims if one is not None),
        key,
        key,
        "interaction",
    )


def _target(text: str, evidence: tuple[Evidence, ...]) -> Target | None:
    """A sentence with the first piece of evidence that shares most of its words."""
    words = set(text.lower().split())
    shares = [len(words & set(item.text.lower().split())) for item in evidence]
    if not words or not can_be_claimed(text) or max(shares) < len(words) / 2:
        return None
    return Target(text, (shares.index(max(shares)) + 1,))


def _key(example: Example) -> str:
    return " ".join(example.question.lower().split())
