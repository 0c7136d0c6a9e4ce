"""Releases: promoted whole or not at all, and rolled back at once."""

from pathlib import Path

import pytest

from ontopilot.errors import NotPromoted
from ontopilot.models import Pool
from ontopilot.models.messages import GenerationRequest, Message
from ontopilot.tune.releases import Releases
from tests.models.adapter import save_adapter

TINY = Path(__file__).resolve().parents[1] / "fixtures/tiny_llama"


def adapter(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    (made / "adapter_config.json").write_text("{}")
    (made / "adapter_model.safetensors").write_text(name)
    (made / "checkpoint.pt").write_text("not to be shipped")
    return made


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "releases")


def test_nothing_serves_before_the_first_promotion(releases: Releases) -> None:
    assert releases.current() is None
    assert releases.model("base").adapter is None


def test_what_was_promoted_serves_under_its_version(releases: Releases, tmp_path: Path) -> None:
    entry = releases.promote(adapter(tmp_path, "one"), why="better", figures={})
    current = releases.current()
    assert current is not None
    assert current.name == entry.version
    assert (current / "adapter_model.safetensors").read_text() == "one"
    assert not (current / "checkpoint.pt").exists()
    assert entry.version in releases.model("openvino:base").label


def test_roll_back_goes_step_by_step_to_the_first_version(
    releases: Releases, tmp_path: Path
) -> None:
    versions = [
        releases.promote(adapter(tmp_path, name), why="better", figures={}).version
        for name in ("one", "two", "three")
    ]
    assert releases.roll_back(why="complaints").version == versions[1]
    assert releases.roll_back(why="complaints").version == versions[0]
    with pytest.raises(NotPromoted, match="no earlier version"):
        releases.roll_back(why="complaints")
    assert releases.history()[-1].version == versions[0]


def test_an_interrupted_promotion_leaves_the_old_adapter_serving(
    releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = releases.promote(adapter(tmp_path, "one"), why="better", figures={})
    replace = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target).name == "releases.json":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        releases.promote(adapter(tmp_path, "two"), why="better", figures={})
    monkeypatch.undo()
    assert releases.history()[-1].version == first.version
    second = releases.promote(adapter(tmp_path, "again"), why="better", figures={})
    assert releases.history()[-1] == second


def test_a_version_that_is_gone_is_named(releases: Releases, tmp_path: Path) -> None:
    import shutil

    entry = releases.promote(adapter(tmp_path, "one"), why="better", figures={})
    shutil.rmtree(releases.folder / entry.version)
    with pytest.raises(NotPromoted, match="is gone"):
        releases.current()


def test_a_damaged_state_is_named(releases: Releases) -> None:
    releases.folder.mkdir()
    (releases.folder / "releases.json").write_text("[{")
    with pytest.raises(NotPromoted, match="is damaged"):
        releases.current()


async def test_a_promotion_is_taken_over_while_others_ask(
    releases: Releases, tmp_path: Path
) -> None:
    async def answered() -> tuple[str, str]:
        request = GenerationRequest(
            (Message("user", "When can I return the kettle?"),), max_tokens=8
        )
        chunks = [chunk async for chunk in pool.generate("generator", request)]
        return "".join(chunk.text for chunk in chunks), chunks[-1].engine

    base = f"transformers:{TINY}"
    pool = Pool(generator=releases.model(base))
    try:
        before, _ = await answered()
        made = save_adapter(tmp_path / "adapter")
        entry = releases.promote(made, why="better", figures={})
        await releases.serve(pool, "generator", base)
        after, engine = await answered()
    finally:
        await pool.aclose()
    assert entry.version in engine
    assert after != before
