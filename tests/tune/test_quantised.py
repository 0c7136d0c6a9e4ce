"""Variants in other precisions are measured before one is chosen."""

import json
from pathlib import Path

import pytest

from ontopilot.errors import ModelError
from ontopilot.tune.quantised import FILE, chosen, quantise
from ontopilot.tune.sets import DataSet

pytestmark = pytest.mark.timeout(600)


@pytest.mark.slow
async def test_every_variant_is_measured_and_one_is_chosen(
    base: Path, data: DataSet, tmp_path: Path
) -> None:
    out = tmp_path / "variants"
    out.mkdir()
    short = min(data.part("test"), key=lambda one: len(one.messages()[1].content))
    found = await quantise(
        base, out, (short,), None, converter=None, say=lambda line: None,
        progress=lambda stage, done, total: None, rounds=1,
    )  # fmt: skip
    assert [one.precision for one in found.all] == ["fp16", "int8", "int4"]
    assert all(one.figures["drafted"]["count"] == 1 for one in found.all)
    sizes = [one.bytes for one in found.all]
    assert sizes == sorted(sizes, reverse=True)
    assert json.loads((out / FILE).read_text())["chosen"] == found.chosen
    assert chosen(out) == out / found.chosen


def test_nothing_is_chosen_where_nothing_was_measured(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing was measured"):
        chosen(tmp_path)
