"""After an edit of the ontology only what it touches is tagged again, and as if all were."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ontopilot.errors import OntopilotError
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.ontology import Ontology
from ontopilot.retrieval import Passage
from ontopilot.retrieval.corpus import gather
from ontopilot.retrieval.tags import Tags
from tests.ontology.edits import edits

EXAMPLE = Path(__file__).parents[2] / "examples" / "customer_service"


@pytest.fixture(scope="module")
def passages() -> Sequence[Passage]:
    return gather([EXAMPLE / "docs"], EXAMPLE / "tickets.jsonl", stored=None).passages


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for file in (*EXAMPLE.glob("*.owl"), *EXAMPLE.glob("catalog*.xml")):
        shutil.copy(file, tmp_path)
    return tmp_path / "shop.owl"


def some(passages: Sequence[Passage], rng: random.Random, count: int) -> list[Passage]:
    """Passages, and the same with a typo in every fifth word."""
    chosen = rng.sample(passages, count)
    return chosen + [replace(one, text=misspelt(one.text, rng)) for one in chosen]


def misspelt(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for at in range(rng.randrange(5), len(words), 5):
        word = words[at]
        if len(word) > 3:
            place = rng.randrange(1, len(word))
            other = rng.choice(("", word[place] * 2, rng.choice("aeinst")))
            words[at] = word[:place] + other + word[place + 1 :]
    return " ".join(words)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_random_edits_leave_the_tags_of_a_whole_reading(
    passages: Sequence[Passage], shop: Path, request: pytest.FixtureRequest
) -> None:
    rng = random.Random(1)
    count = 120 if request.config.getoption("--full") else 10
    read = some(passages, rng, 60)
    old = Ontology.load(shop)
    tags = Tags(read, old)
    saved = tried = 0
    for edited in edits(shop, 1, count):
        text = shop.read_bytes()
        editor = Editor.open(shop)
        try:
            edited.apply(editor)
            editor.save()
            new = Ontology.load(shop, like=old)
        except OntopilotError:
            shop.write_bytes(text)
            continue
        fewer, whole = Tags(read, new, before=tags), Tags(read, new)
        assert fewer.terms == whole.terms, edited.name
        tried += 1
        saved += len(read) - fewer.read
        # The incremental tags go on, so that what they pass on is tested as well.
        old, tags = new, fewer
    assert tried >= count // 3
    assert saved >= tried * len(read) // 3


def edited(shop: Path, *labels: tuple[str, str]) -> tuple[Ontology, Ontology]:
    old = Ontology.load(shop)
    editor = Editor.open(shop)
    for term, name in labels:
        editor.annotate(term, "skos:altLabel", name, language="en")
    editor.save()
    return old, Ontology.load(shop, like=old)


@pytest.mark.slow
def test_a_new_synonym_touches_the_passages_that_say_it(
    passages: Sequence[Passage], shop: Path
) -> None:
    old, new = edited(shop, ("AquaBoil 2", "Tassenwunder"))
    said = replace(passages[0], text="My Tassenwunder drips.")
    wrong = replace(passages[0], text="My Tasenwunder drips.")
    other = replace(passages[0], text="Ask the courier for a receipt.")
    tags = Tags([said, wrong, other], new, before=Tags([said, wrong, other], old))
    boiler = new.resolve("AquaBoil 2")
    assert boiler in tags.terms[0]
    assert boiler in tags.terms[1]
    assert tags.read == 2


@pytest.mark.slow
def test_an_edit_that_names_nothing_reads_nothing(passages: Sequence[Passage], shop: Path) -> None:
    old = Ontology.load(shop)
    tags = Tags(passages[:50], old)
    editor = Editor.open(shop)
    editor.annotate("AquaBoil 2", "rdfs:comment", "Sold since the spring.", language="en")
    editor.save()
    assert Tags(passages[:50], Ontology.load(shop, like=old), before=tags).read == 0
