"""Linking on labelled texts about the demo's domain, written without a look at the linker."""

import json
from pathlib import Path

import pytest

from ontopilot.ontology import Ontology

MENTIONS = Path(__file__).with_name("mentions.jsonl")


def f1(shop: Ontology, split: str) -> float:
    """The harmonic mean of precision and recall of exact spans and terms."""
    right = found = labelled = 0
    for line in MENTIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == split:
            gold = {(m["start"], m["end"], m["iri"]) for m in row["mentions"]}
            got = {(m.start, m.end, str(m.iri)) for m in shop.link(row["text"])}
            right += len(gold & got)
            found += len(got)
            labelled += len(gold)
    return 2 * right / (found + labelled)


@pytest.mark.parametrize(("split", "least"), [("dev", 0.93), ("test", 0.9)])
def test_most_mentions_are_found_and_few_that_are_none(
    shop: Ontology, split: str, least: float
) -> None:
    assert f1(shop, split) >= least


def test_scores_are_how_often_mentions_are_right(shop: Ontology) -> None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for line in MENTIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "dev":
            gold = {(m["start"], m["end"], m["iri"]) for m in row["mentions"]}
            for m in shop.link(row["text"]):
                right = (m.start, m.end, str(m.iri)) in gold
                bins.setdefault(int(m.score * 10), []).append((m.score, right))
    found = sum(map(len, bins.values()))
    off = sum(abs(sum(score - right for score, right in one)) for one in bins.values())
    assert off / found <= 0.05  # the expected calibration error (Naeini et al. 2015)


def test_every_label_is_a_term_at_its_place(shop: Ontology) -> None:
    for line in MENTIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for one in row["mentions"]:
            assert shop.has(one["iri"])
            assert row["text"][one["start"] : one["end"]].strip() != ""
