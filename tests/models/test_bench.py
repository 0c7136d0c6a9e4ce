"""A sweep measures every setting once, keeps what it has, and notes what cannot be served."""

import json
from dataclasses import replace

import pytest

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models import Model
from ontopilot.models.benching.drive import Prompts, drive
from ontopilot.models.benching.profile import Profile, Setting, Shape, load_profile
from ontopilot.models.benching.sweep import Grid, Sweep, resumed
from ontopilot.models.engines import Host
from ontopilot.models.hardware import Machine
from ontopilot.models.scripted import ScriptedEngine

MACHINE = Machine("a processor", 2, ("avx2",), 8 << 30, 4 << 30)
SHAPE = Shape(prompt_tokens=50, new_tokens=8)


@pytest.fixture
def sweep(tiny, tmp_path):
    """Makes sweeps of the tiny Llama's folder into one file; `cells` are what was told."""

    def make(shape=SHAPE, machine=MACHINE, **options):
        model = Model(str(tiny), **options)
        file = tmp_path / "profiles" / "p.json"
        cells = []
        made = Sweep(
            model,
            Host(),
            file,
            resumed(model, shape, machine, file),
            lambda cell, new: cells.append((cell, new)),
            rounds=2,
        )
        return made, cells, file

    return make


SCRIPTED = Grid(engines=("scripted",), streams=(1, 3))


async def test_every_setting_is_measured(sweep):
    made, cells, file = sweep()
    profile = await made.run(SCRIPTED)
    assert [(c.setting.streams, new) for c, new in cells] == [(1, True), (3, True)]
    figures = profile.measured(Setting(engine="scripted", precision="auto", draft="", streams=3))
    assert figures.rounds == 2
    assert figures.prefill_tokens_per_s > 0
    assert figures.output_tokens_per_s > 0
    assert 0 < figures.first_token_p50_s <= figures.first_token_p95_s < 5
    assert figures.acceptance is None
    assert load_profile(file, MACHINE) == profile


async def test_a_sweep_goes_on_where_it_was_cut_off(sweep):
    made, _, _ = sweep()
    first = await made.run(Grid(engines=("scripted",), streams=(1,)))
    again, cells, _ = sweep()
    profile = await again.run(SCRIPTED)
    assert [(c.setting.streams, new) for c, new in cells] == [(1, False), (3, True)]
    assert first.cells[0] in profile.cells


async def test_what_was_measured_with_other_versions_is_measured_again(sweep):
    made, _, file = sweep()
    await made.run(SCRIPTED)
    kept = json.loads(file.read_text())
    kept["cells"][0]["versions"]["python"] = "2.7"
    file.write_text(json.dumps(kept))
    again, cells, _ = sweep()
    profile = await again.run(SCRIPTED)
    assert [(c.setting.streams, new) for c, new in cells] == [(3, False), (1, True)]
    assert len(profile.cells) == 2


async def test_what_cannot_be_served_is_noted_with_its_reason_and_tried_again(sweep):
    grid = Grid(engines=("transformers",), drafts=("ngram",), streams=(1, 2))
    made, _, _ = sweep()
    profile = await made.run(grid)
    assert [cell.figures for cell in profile.cells] == [None, None]
    assert profile.cells[0].failure == "an engine of kind 'transformers' does not speculate"
    again, cells, _ = sweep()
    await again.run(grid)
    assert [new for _, new in cells] == [True, True]


async def test_an_engine_that_cannot_start_does_not_end_the_sweep(sweep, tmp_path):
    (tmp_path / "empty").mkdir()
    made, _, _ = sweep()
    made.model = Model(str(tmp_path / "empty"))
    profile = await made.run(Grid(engines=("transformers", "scripted"), streams=(1,)))
    assert "has no config.json" in profile.cells[0].failure
    assert profile.cells[1].figures is not None


@pytest.mark.slow
async def test_a_real_engine_is_measured_with_its_memory(sweep, tiny, cache):
    made, _, _ = sweep()
    made.model = Model(str(tiny), options=replace(made.model.options, cache=cache))
    profile = await made.run(Grid(engines=("openvino",), streams=(2,)))
    figures = profile.cells[0].figures
    assert figures.memory_bytes > 50 << 20
    assert figures.start_s > 0.05


async def test_a_profile_of_another_machine_is_told(sweep):
    made, _, file = sweep()
    await made.run(SCRIPTED)
    other = replace(MACHINE, cores=64)
    with pytest.raises(ModelError, match=r"on another machine \(a processor\); measure this one"):
        load_profile(file, other)
    with pytest.raises(ModelError, match="another machine"):
        sweep(machine=other)


async def test_a_profile_of_other_requests_or_weights_is_told(sweep, tiny):
    made, _, file = sweep()
    await made.run(SCRIPTED)
    with pytest.raises(ModelError, match=r"has the shape .*; measure into another file"):
        sweep(shape=Shape(prompt_tokens=51, new_tokens=8))
    kept = json.loads(file.read_text()) | {"digest": "0" * 12}
    file.write_text(json.dumps(kept))
    with pytest.raises(ModelError, match="has the digest '000000000000' and not"):
        sweep()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "object"),
        ('{"version": 2}', r"version: Input should be 1 \(got '2'\)"),
    ],
)
def test_a_damaged_profile_is_told(tmp_path, content, said):
    file = tmp_path / "p.json"
    file.write_text(content)
    with pytest.raises(ModelError, match=rf"p\.json' is damaged: .*{said}.*; delete it"):
        load_profile(file, MACHINE)


def test_a_profile_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelNotFound, match="make it with: ontopilot models bench MODEL"):
        load_profile(tmp_path / "p.json", MACHINE)


def test_figures_that_cannot_be_are_refused():
    figures = {"prefill_tokens_per_s": -1}
    cell = {"setting": {}, "versions": {}, "figures": figures}
    with pytest.raises(ValueError, match="prefill_tokens_per_s"):
        Profile.model_validate({"cells": [cell]})


async def test_prompts_are_distinct_and_as_long_as_asked():
    prompts = Prompts()
    engine = ScriptedEngine("word")
    await prompts.fit(engine, 300)
    taken = prompts.take(20) + prompts.take(20)
    assert len({prompt.split()[0] for prompt in taken}) == 40
    assert all(280 <= len(prompt.split()) <= 320 for prompt in taken)


async def test_one_failure_is_the_failure_of_the_load():
    engine = ScriptedEngine(["fine", ModelError("it broke"), "fine"])
    with pytest.raises(ModelError, match="it broke"):
        await drive(engine, ["1 a", "2 b", "3 c"], new_tokens=2)
    assert engine.stats().running == 0
