"""Examples from an agent: its questions with the evidence that a turn would find, verified."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ontopilot.errors import DataUnfit
from ontopilot.models.messages import Source
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.nodes import FOUND
from ontopilot.retrieval.index import KnowledgeIndex
from ontopilot.retrieval.pack import pack
from ontopilot.retrieval.passage import Evidence, EvidenceId, Query
from ontopilot.tune import seedlings
from ontopilot.tune.example import Example, Target
from ontopilot.tune.seedlings import Seedling, keys
from ontopilot.tune.split import PARTS, Groups, Part
from ontopilot.tune.teacher import Rewording
from ontopilot.tune.verified import Checked, checked

REFUSED, DISPUTED = 0.3, 0.05
"""Shares of the questions whose evidence is taken away, and beside whose evidence a wrong past
answer is put."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The examples of each part, and why candidates were left out, counted."""

    parts: Mapping[Part, tuple[Example, ...]]
    left_out: Mapping[str, int] = field(default_factory=dict)


def gather(
    ontology: Ontology,
    index: KnowledgeIndex,
    *,
    seed: int,
    most: int,
    context_tokens: int,
    reword: Rewording | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Gathered:
    """Make at most so many examples, each of whose targets the verifier supports.

    Raises:
        DataUnfit: there is nothing to ask: no individuals with facts and no documents.
    """
    rng = random.Random(seed)  # noqa: S311
    found = _candidates(ontology, index, rng)
    if not found:
        raise DataUnfit(
            f"ontology {str(ontology.path)!r} has no individual with a fact and no document was "
            "given: there is nothing to ask; add individuals or documents"
        )
    groups = Groups.of(seedlings.linked(found, index, ontology), seed=seed)
    rng.shuffle(found)
    bench = _Bench(ontology, index, groups, rng, context_tokens, reword)
    parts: dict[Part, list[Example]] = {part: [] for part in PARTS}
    left_out: dict[str, int] = {}
    taken = set[str]()
    for done, seedling in enumerate(found[:most], start=1):
        part = groups.part(seedling.thing, *(key for item in seedling.gold for key in keys(item)))
        result = bench.grow(seedling, part) if part else Checked(None, "its parts do not agree")
        if result.example is None or part is None:
            left_out[result.fault] = left_out.get(result.fault, 0) + 1
        elif result.example.question not in taken:
            taken.add(result.example.question)
            parts[part].append(result.example)
        progress("examples", done, min(most, len(found)))
    return Gathered({part: tuple(rows) for part, rows in parts.items()}, left_out)


def _candidates(ontology: Ontology, index: KnowledgeIndex, rng: random.Random) -> list[Seedling]:
    """All that can be asked; chains come twice, to be drafted and to be reasoned."""
    chains = list(seedlings.from_troubles(ontology, rng))
    drafted = [
        replace(one, kind="answer", task="draft", gold=one.gold[:1], told=one.told[:1])
        for one in chains
    ]
    return [
        *seedlings.from_facts(ontology, rng),
        *seedlings.from_documents(index, rng),
        *seedlings.from_interactions(index),
        *chains,
        *drafted,
    ]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What turns a seedling into an example."""

    ontology: Ontology
    index: KnowledgeIndex
    groups: Groups
    rng: random.Random
    context_tokens: int
    reword: Rewording | None

    def grow(self, seedling: Seedling, part: Part) -> Checked:
        """The example of a seedling, or why there is none."""
        question = self._reworded(seedling.question)
        asked = Query(question, self.ontology.link(question))
        found = [
            item
            for item in self.index.search(asked, k=FOUND)
            if all(self.groups.part_of.get(key, part) == part for key in keys(item))
        ]
        refused = seedling.kind == "answer" and self.rng.random() < REFUSED
        if refused:
            found = [item for item in found if not _tells(item, seedling)]
        else:
            found = self._with_gold(seedling, found)
        context = pack(found, budget_tokens=self.context_tokens)
        told = () if refused else seedling.told
        claims = tuple(_targets(told, context.evidence))
        if len(claims) != len(told):
            return Checked(None, "its evidence does not fit the context")
        if not context.evidence:
            return Checked(None, "nothing else was found")
        example = Example(
            "refuse" if refused else seedling.kind,
            seedling.task,
            question,
            tuple(
                Source(str(n), item.text, item.title)
                for n, item in enumerate(context.evidence, start=1)
            ),
            claims,
            seedling.thing,
            seedling.document or seedling.thing,
            "agent",
        )
        return checked(example, self.ontology)

    def _with_gold(self, seedling: Seedling, found: Sequence[Evidence]) -> list[Evidence]:
        """What was found and what answers, which the search may have missed or put anywhere."""
        held = {item.id for item in found}
        scores = [item.score for item in found] or [1.0]
        missing = [
            replace(item, score=self.rng.uniform(min(scores), max(scores)))
            for item in seedling.gold
            if item.id not in held
        ]
        disputed = []
        if self.rng.random() < DISPUTED and (wrong := _changed(seedling.told[0], self.rng)):
            disputed = [
                Evidence(EvidenceId("ticket:disputed"), "interaction", wrong, min(scores), "",
                         title="An earlier answer")
            ]  # fmt: skip
        return [*found, *missing, *disputed]

    def _reworded(self, question: str) -> str:
        """A teacher's wording where it still names the same things."""
        if self.reword is None:
            return question
        other = self.reword(question)
        same = {m.iri for m in self.ontology.link(question)}
        return other if same <= {m.iri for m in self.ontology.link(other)} else question


def _tells(item: Evidence, seedling: Seedling) -> bool:
    """Whether a piece of evidence may say what is to be unknown."""
    gold = {one.id for one in seedling.gold}
    of_gold = any(key in keys(item) for one in seedling.gold for key in keys(one))
    return item.id in gold or of_gold or any(text in item.text for text in seedling.told)


def _targets(told: Sequence[str], evidence: Sequence[Evidence]) -> Iterator[Target]:
    for text in told:
        plain = " ".join(text.split())
        for number, item in enumerate(evidence, start=1):
            if plain in " ".join(item.text.split()):
                yield Target(text, (number,))
                break


def _changed(text: str, rng: random.Random) -> str:
    """A sentence with another number, or "" where it has none."""
    words = text.split()
    at = [n for n, word in enumerate(words) if word.strip(".,").isdecimal()]
    if not at:
        return ""
    place = rng.choice(at)
    number = words[place].strip(".,")
    words[place] = words[place].replace(number, str(int(number) + rng.randint(1, 9)))
    return " ".join(words)
