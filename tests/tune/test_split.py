"""Splits: by what examples are about, whole, and checked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import DataUnfit
from ontopilot.models.messages import Source
from ontopilot.tune.example import Example, Kind, Target
from ontopilot.tune.sets import DataSet
from ontopilot.tune.split import PARTS, Groups, Part, check_parts, leaks

KEYS = st.sampled_from([f"k{n}" for n in range(12)])


def example(name: str, *, kind: Kind = "answer", question: str = "") -> Example:
    claims = (Target("It is blue.", (1,)),) if kind == "answer" else ()
    sources = (Source("1", "It is blue.", "A lamp"),)
    return Example(kind, "draft", question or f"What of {name}?", sources, claims, name, name)


def whole() -> dict[Part, list[Example]]:
    return {part: [example(part), example(f"{part} 2", kind="refuse")] for part in PARTS}


@given(st.lists(st.lists(KEYS, min_size=1, max_size=3), min_size=1, max_size=20))
def test_what_is_linked_is_in_one_part(linked: list[list[str]]) -> None:
    groups = Groups.of(linked, seed=3)
    for keys in linked:
        assert groups.part(*keys) is not None


def test_a_group_stays_where_it_is_when_others_come() -> None:
    before = Groups.of([["a", "b"], ["c"]], seed=1)
    after = Groups.of([["a", "b"], ["c"], ["d"], ["e", "f"]], seed=1)
    assert all(after.part_of[key] == part for key, part in before.part_of.items())


def test_about_a_fifth_is_held_out_for_the_test() -> None:
    parts = list(Groups.of([[f"k{n}"] for n in range(2000)], seed=0).part_of.values())
    assert 0.16 < parts.count("test") / 2000 < 0.24
    assert 0.07 < parts.count("validation") / 2000 < 0.13


@pytest.mark.parametrize("shared", ["entity", "document", "question"])
def test_what_stands_in_two_parts_is_named(shared: str) -> None:
    parts = whole()
    one = parts["train"][0]
    values = {"entity": "x", "document": "y", "question": "z?"} | {shared: getattr(one, shared)}
    parts["test"].append(
        Example("answer", "draft", sources=one.sources, claims=one.claims, **values)
    )
    assert len(leaks(parts)) == 1
    with pytest.raises(DataUnfit, match="in train and in test"):
        check_parts(parts)


def test_a_one_sided_part_is_refused(tmp_path: Path) -> None:
    parts = whole()
    parts["train"] = [example("train")]
    with pytest.raises(DataUnfit, match="only answers"):
        DataSet.write(tmp_path, parts, {})
    parts["train"] = []
    with pytest.raises(DataUnfit, match="'train' has no example"):
        DataSet.write(tmp_path, parts, {})


def test_a_data_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    parts = whole()
    data = DataSet.write(tmp_path, parts, {"seed": 1})
    assert {part: list(data.part(part)) for part in PARTS} == parts
    digest = data.digest()
    (tmp_path / "test.jsonl").write_text((tmp_path / "train.jsonl").read_text())
    assert data.digest() != digest
