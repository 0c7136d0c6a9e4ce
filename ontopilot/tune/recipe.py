"""The recipe of the bases: invented worlds and pages, a tokenizer, and a small Llama."""

import itertools
import random
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ontopilot.models.files.checkpoint import read_tokenizer
from ontopilot.models.files.template import read_template
from ontopilot.tune import pages
from ontopilot.tune.base import SIZES, new_base
from ontopilot.tune.card import write_card
from ontopilot.tune.example import Example, read_examples, write_examples
from ontopilot.tune.invent import questions
from ontopilot.tune.metrics import Metrics
from ontopilot.tune.pages import Page
from ontopilot.tune.plot import write_plot
from ontopilot.tune.repeats import KIND, repeats
from ontopilot.tune.rows import Encoded, Encoding, read_encoded, write_encoded
from ontopilot.tune.tokenizer import END, PAD, SPECIAL, train_tokenizer
from ontopilot.tune.training import Plan, Training, Watch

HELD_WORLDS = 10_000_000
"""From this seed on, worlds are only measured by."""

ROW = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a base is made: so many worlds, so many passes over the pages, so many steps."""

    size: str
    worlds: int
    passes: int
    steps: int
    tokens: int
    rate: float = 1e-2
    held: int = 24
    seed: int = 7
    checkpoint_s: float = 240.0


@dataclass(frozen=True, slots=True)
class Kitchen:
    """The folder in which a recipe is made; what is there already is not made again."""

    folder: Path
    recipe: Recipe

    def data(self, page_files: Sequence[Path]) -> None:
        """Write the examples to learn from, and those that are held out."""
        if (self.folder / "held.jsonl").is_file():
            return
        read = pages.read_pages(page_files)
        learnt = [page for page in read if not _is_held(page)]
        write_examples(self.folder / "train.jsonl", self._learnt(learnt))
        held = [page for page in read if _is_held(page)]
        write_examples(self.folder / "held.jsonl", self._held(held))

    def _learnt(self, found: Sequence[Page]) -> Iterator[Example]:
        for seed in range(self.recipe.worlds):
            yield from questions.examples(seed)
        for number in range(self.recipe.passes if found else 0):
            yield from pages.examples(found, number)

    def _held(self, found: Sequence[Page]) -> Iterator[Example]:
        for seed in range(HELD_WORLDS, HELD_WORLDS + self.recipe.held):
            yield from questions.examples(seed)
        told = list(pages.examples(found, HELD_WORLDS)) if found else []
        random.Random(self.recipe.seed).shuffle(told)  # noqa: S311
        yield from told[: self.recipe.held * 3]

    def tokenizer(self) -> Path:
        """The folder of the tokenizer, learnt from a part of the examples."""
        folder = self.folder / "tokenizer"
        if not (folder / "tokenizer.json").is_file():
            examples = itertools.islice(read_examples(self.folder / "train.jsonl"), 0, None, 3)
            texts = (f"{one.messages()[-1].content}\n{one.answer}" for one in examples)
            size = SIZES[self.recipe.size]
            made = folder.with_suffix(".part")
            train_tokenizer(texts, made, size=size.vocabulary, context_tokens=size.context_tokens)
            made.replace(folder)
        return folder

    def encoded(self, part: str) -> list[Encoded]:
        """The examples of `train` or `held` in tokens."""
        file = self.folder / f"{part}.npz"
        if file.is_file():
            return read_encoded(file)
        tokenizer = read_tokenizer(self.tokenizer())
        encoding = Encoding(
            tokenizer, read_template(self.tokenizer()), end=tokenizer.token_to_id(END)
        )
        found = encoding.all(read_examples(self.folder / f"{part}.jsonl"), longest=ROW)
        write_encoded(file, found)
        return found

    def train(self, watch: Watch) -> Path:
        """Train the base, from its last checkpoint if there is one; the folder of the model."""
        tokenizer = read_tokenizer(self.tokenizer())
        model = new_base(SIZES[self.recipe.size], tokenizer, seed=self.recipe.seed)
        plan = Plan(
            steps=self.recipe.steps,
            tokens=self.recipe.tokens,
            length=ROW,
            rate=self.recipe.rate,
            seed=self.recipe.seed,
            whole=True,
            checkpoint_s=self.recipe.checkpoint_s,
            begins={"refuse": 0.15, "chain": 0.1},
            ends={KIND: 0.15},
        )
        run = Training(model, self.folder, plan, pad=tokenizer.token_to_id(PAD))
        learnt = self.encoded("train")
        exercises = repeats(
            learnt,
            count=2 * len(learnt),
            vocabulary=SIZES[self.recipe.size].vocabulary,
            special=len(SPECIAL),
            seed=self.recipe.seed,
        )
        run.run([*learnt, *exercises], self.encoded("held"), watch=watch)
        return self.save(model)

    def save(self, model: Any) -> Path:
        """Write the model with its tokenizer and its card, in the files that every engine reads."""
        out = self.folder / "model"
        model.save_pretrained(out)
        for file in self.tokenizer().iterdir():
            shutil.copy(file, out / file.name)
        rows = Metrics(self.folder).rows()
        origin = {
            "licence": "apache-2.0",
            "recipe": asdict(self.recipe),
            "weights": sum(weight.numel() for weight in model.parameters()),
            "versions": {name: version(name) for name in ("torch", "transformers", "tokenizers")},
        }
        write_card(out, origin, rows, title=f"{self.recipe.size} base")
        write_plot(out / "training.svg", rows)
        return out

    def figures(self) -> dict[str, float]:
        """The share of held-out answers that are right to the last token, by kind, at last."""
        measured = [row["exact"] for row in Metrics(self.folder).rows() if "exact" in row]
        return dict(measured[-1]) if measured else {}


def _is_held(page: Page) -> bool:
    return zlib.crc32(page.name.encode()) % 10 == 0
