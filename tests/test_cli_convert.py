"""`ontopilot models convert`: whole files and folders that are served, or one sentence."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.openvino.converting import convert
from tests.conformance.engine import ask, text_of
from tests.models.adapter import save_adapter
from tests.models.conftest import TINY
from tests.models.test_bad_models import only_a_pickle, set_json

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
CONVERTER = ROOT / ".venv-converter/bin/python"
PROGRAM = [sys.executable, "-c", "import sys; from ontopilot.cli import main; sys.exit(main())"]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "models", "convert", *map(str, arguments)]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=variables, check=False)


def made(*arguments: object, **environment: str) -> dict[str, object]:
    """The document of a conversion that succeeds, which is all that is on stdout."""
    done = run(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    assert "million weights" in done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object, **environment: str) -> str:
    """What is said of a conversion that fails: one line on stderr, after those of progress."""
    done = run(*arguments, **environment)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "Traceback" not in done.stderr
    return last


async def answer(name: object, **more: object) -> str:
    options = EngineOptions(kv_cache_mb=16, precision="auto")
    engine = make_engine(Model(f"openvino:{name}", options=options, **more), threads=1)
    try:
        return await text_of(engine, ask())
    finally:
        await engine.aclose()


@pytest.mark.parametrize("weights", ["fp16", "int8"])
@pytest.mark.parametrize("form", ["openvino", "gguf"])
async def test_what_is_made_is_served(tmp_path, form, weights):
    output = tmp_path / "made"
    document = made(TINY, "-o", output, "--to", form, "--precision", weights)
    path = Path(document["path"])
    assert path == (output if form == "openvino" else output / f"tiny_llama-{weights}.gguf")
    assert (document["form"], document["weights"], document["by"]) == (form, weights, "ontopilot")
    files = path.iterdir() if path.is_dir() else [path]
    assert document["bytes"] == sum(file.stat().st_size for file in files)
    assert "30 days" in await answer(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["made"]


def test_people_are_told_what_to_do_with_it(tmp_path):
    file = tmp_path / "tiny.gguf"
    done = run(TINY, "-o", file, "--to", "gguf")
    assert done.returncode == 0
    assert f'serve it with Model("openvino:{file}")' in done.stdout
    assert file.is_file()


def test_what_is_there_is_replaced_only_when_that_is_asked_for(tmp_path):
    output = tmp_path / "made"
    output.mkdir()
    (output / "letter.txt").write_text("kept")
    assert f"output '{output}' is there already" in refused(TINY, "-o", output)
    assert (output / "letter.txt").read_text() == "kept"
    made(TINY, "-o", output, "--force")
    assert not (output / "letter.txt").exists()
    assert (output / "openvino_model.xml").is_file()


def test_models_that_cannot_be_converted(tmp_path):
    home = {"HF_HOME": str(tmp_path / "hub")}
    said = refused("nobody/nothing", "-o", tmp_path / "o", **home)
    assert str(tmp_path / "hub/hub") in said
    assert "nothing is downloaded here" in said

    pickled = shutil.copytree(TINY, tmp_path / "pickled")
    only_a_pickle(pickled)
    assert "is a pickle" in refused(pickled, "-o", tmp_path / "o")

    zebra = shutil.copytree(TINY, tmp_path / "zebra")
    set_json(zebra / "config.json", architectures=["Zebra"])
    assert "is a 'Zebra'" in refused(zebra, "-o", tmp_path / "o")

    file = tmp_path / "tiny.gguf"
    made(TINY, "-o", file, "--to", "gguf")
    assert "is converted already" in refused(file, "-o", tmp_path / "o")
    assert "is no program" in refused(TINY, "-o", tmp_path / "o", ONTOPILOT_CONVERTER="/nowhere")
    assert not (tmp_path / "o").exists()


def test_a_disk_that_is_full_is_told_before_the_work(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(Exception, match=r"has 0\.0 GiB free and the conversion .* needs"):
        convert(str(TINY), tmp_path / "made", say=lambda line: None)
    assert list(tmp_path.iterdir()) == []


def test_a_conversion_that_fails_leaves_nothing(tmp_path):
    broken = shutil.copytree(TINY, tmp_path / "broken")
    set_json(broken / "tokenizer.json", model={"type": "Unigram", "vocab": [["a", 0.0]]})
    assert "only 'BPE' can be written as GGUF" in refused(broken, "-o", tmp_path / "o/made")
    assert list((tmp_path / "o").iterdir()) == []


@pytest.mark.converter
@pytest.mark.parametrize("weights", ["fp16", "int8", "int4"])
async def test_optimum_makes_folders_with_weights_of_every_format(tmp_path, weights):
    environment = {"ONTOPILOT_CONVERTER": str(CONVERTER), "HOME": str(tmp_path / "home")}
    document = made(TINY, "-o", tmp_path / "made", "--precision", weights, **environment)
    assert (document["weights"], document["by"]) == (weights, "optimum-intel")
    assert "30 days" in await answer(tmp_path / "made")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "home") == ["made"]


@pytest.mark.converter
async def test_an_adapter_fits_a_folder_of_optimum_and_no_other(tmp_path):
    adapter = save_adapter(tmp_path / "adapter")
    convert(str(TINY), tmp_path / "made", converter=CONVERTER, say=lambda line: None)
    merged = await answer(TINY, adapter=adapter)
    assert merged != await answer(TINY)
    assert await answer(tmp_path / "made", adapter=adapter) == merged
    convert(str(TINY), tmp_path / "nameless", say=lambda line: None)
    with pytest.raises(Exception, match="has lost the names of its layers"):
        await answer(tmp_path / "nameless", adapter=adapter)
    foreign = save_adapter(tmp_path / "foreign")
    set_json(tmp_path / "made/config.json", hidden_size=64)
    with pytest.raises(Exception, match="does not have in that shape"):
        await answer(tmp_path / "made", adapter=foreign)


@pytest.mark.converter
def test_what_optimum_cannot_convert_is_told_in_its_last_words(tmp_path):
    zebra = shutil.copytree(TINY, tmp_path / "zebra")
    set_json(zebra / "config.json", model_type="zebra", architectures=["Zebra"])
    said = refused(zebra, "-o", tmp_path / "made", ONTOPILOT_CONVERTER=str(CONVERTER))
    assert "cannot be converted by optimum-intel" in said
    assert not (tmp_path / "made").exists()
