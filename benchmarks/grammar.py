"""What the grammar of a turn's claims costs: to make it, and for xgrammar to compile it.

    python benchmarks/grammar.py --json

Contexts are 60 facts of the customer-service ontology: those around a few things, as a turn has
them, and scattered ones; with and without all their terms to combine. `make_ms` is the median
time over the contexts of `claim_grammar`. `compile_ms` is the time that OpenVINO GenAI's
structured output (xgrammar) adds to the first step of a tiny model, of two vocabularies; `empty`
is the same without a fact. CPU time is given beside, since it does not depend on who else is at
work on the machine.
"""

import argparse
import itertools
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai
from _report import SEED, document, show
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.models.files.gguf import gguf_of
from ontopilot.ontology import Fact, Iri, Ontology
from ontopilot.ontology.grammar import claim_grammar

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/customer_service"
TINY = ROOT / "tests/fixtures/tiny_llama"
FACTS, EVIDENCE, CONTEXTS, RUNS = 60, 12, 9, 15
VOCABULARY = 32_000

Context = tuple[list[Fact], list[Iri]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    ontology = Ontology.load(EXAMPLE / "shop.owl")
    kinds = {name: list(contexts) for name, contexts in contexts_of(ontology).items()}
    result: dict[str, Any] = {"facts": FACTS, "evidence": EVIDENCE, "contexts": CONTEXTS}
    result["make"] = {name: making(ontology, drawn) for name, drawn in kinds.items()}
    with tempfile.TemporaryDirectory() as name:
        result["compile"] = compiling(ontology, kinds, Path(name))
    show(document(result, packages=("openvino-genai", "tokenizers")), as_json=arguments.json)
    return 0


def contexts_of(ontology: Ontology) -> dict[str, Iterator[Context]]:
    """Contexts of 60 facts by how they were chosen, some with their terms."""

    def terms(facts: Sequence[Fact]) -> list[Iri]:
        nodes = {node for fact in facts for node in fact.triple if isinstance(node, str)}
        return sorted(node for node in nodes if ontology.has(node))

    near = [around(ontology, random.Random(SEED + number)) for number in range(CONTEXTS)]
    every = ontology.facts()
    apart = [random.Random(SEED + n).sample(every, FACTS) for n in range(CONTEXTS)]
    return {
        "around_few_things": ((facts, []) for facts in near),
        "around_few_things_with_terms": ((facts, terms(facts)) for facts in near),
        "scattered": ((facts, []) for facts in apart),
        "scattered_with_terms": ((facts, terms(facts)) for facts in apart),
    }


def around(ontology: Ontology, choose: random.Random) -> list[Fact]:
    """Sixty facts about as few things as have them."""
    things = [term.iri for term in ontology.terms("individual")]
    choose.shuffle(things)
    return list(itertools.islice((f for it in things for f in ontology.facts(it)), FACTS))


def making(ontology: Ontology, contexts: Sequence[Context]) -> dict[str, Any]:
    """The time to make a grammar, and how large its schema is."""
    walls, cpus, sizes, branches = [], [], [], []
    for facts, terms in contexts:
        ids = [str(number + 1) for number in range(EVIDENCE)]

        def make(facts: list[Fact] = facts, terms: list[Iri] = terms, ids: list[str] = ids) -> Any:
            return claim_grammar(ontology, evidence=ids, facts=facts, terms=terms).schema

        wall, cpu = timed(make, RUNS)
        walls.append(wall)
        cpus.append(cpu)
        schema = make()
        sizes.append(len(json.dumps(schema, ensure_ascii=False)))
        claim = schema["properties"]["claims"]["items"]["properties"]
        branches.append(len(claim["facts"]["items"]["anyOf"]))
    return {
        "make_ms": round(statistics.median(walls), 2),
        "make_slowest_context_ms": round(max(walls), 2),
        "make_cpu_ms": round(statistics.median(cpus), 2),
        "schema_characters": round(statistics.median(sizes)),
        "branches": round(statistics.median(branches)),
    }


def timed(run: Callable[[], Any], times: int) -> tuple[float, float]:
    """Median milliseconds and milliseconds of CPU."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return statistics.median(walls), statistics.median(cpus)


def compiling(
    ontology: Ontology, kinds: Mapping[str, Sequence[Context]], folder: Path
) -> dict[str, Any]:
    """What a first step costs more with a schema than without, for two vocabularies."""
    found: dict[str, Any] = {}
    for words, model in (("small", TINY), ("large", enlarged(folder / "large"))):
        engine = Engine(model, folder / "cache")
        for number in range(5):
            engine.first_step(None, number)
        plain = timed(lambda e=engine: e.first_step(None, 0), RUNS)  # type: ignore[misc]
        figures: dict[str, Any] = {"vocabulary": engine.vocabulary}
        for name, contexts in (("empty", [([], [])] * CONTEXTS), *kinds.items()):
            walls, cpus = [], []
            for number, (facts, terms) in enumerate(contexts):
                # Ids of their own, so that no schema was compiled before.
                ids = [f"{words} {name} {number} {place}" for place in range(EVIDENCE)]
                grammar = claim_grammar(ontology, evidence=ids, facts=facts, terms=terms)
                schema = json.dumps(grammar.schema, ensure_ascii=False)
                wall, cpu = timed(
                    lambda e=engine, s=schema: e.first_step(s, 0),  # type: ignore[misc]
                    1,
                )
                walls.append(wall - plain[0])
                cpus.append(cpu - plain[1])
            figures[name] = {
                "compile_ms": round(statistics.median(walls), 1),
                "compile_cpu_ms": round(statistics.median(cpus), 1),
            }
        found[words] = figures
    return found


class Engine:
    """A tiny model in a pipeline of OpenVINO GenAI."""

    def __init__(self, folder: Path, cache: Path) -> None:
        checkpoint = open_checkpoint(folder)
        schedule = genai.SchedulerConfig()
        schedule.num_kv_blocks = 16
        self.vocabulary = int(checkpoint.config["vocab_size"])
        self._pipeline = genai.ContinuousBatchingPipeline(
            str(gguf_of(checkpoint, cache)), schedule, "CPU", {"INFERENCE_NUM_THREADS": 1}
        )
        self._requests = 0

    def first_step(self, schema: str | None, seed: int) -> None:
        """Take a request and make its first token."""
        config = genai.GenerationConfig()
        config.max_new_tokens, config.rng_seed, config.ignore_eos = 1, seed, True
        if schema is not None:
            config.structured_output_config = genai.StructuredOutputConfig(json_schema=schema)
        prompt = ov.Tensor(np.array([[3, 4, 5]], dtype=np.int64))
        self._requests += 1
        handle = self._pipeline.add_request(self._requests, prompt, config)
        while handle.get_status().name == "RUNNING":
            self._pipeline.step()
        handle.read_all()


def enlarged(folder: Path) -> Path:
    """The tiny model with a vocabulary learnt from the example's texts, and weights of chance."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shutil.copytree(TINY, folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = json.loads((TINY / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=1,
        special_tokens=[one["content"] for one in special],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = [path for path in EXAMPLE.rglob("*") if path.suffix in (".md", ".jsonl", ".owl")]
    tokenizer.train_from_iterator((path.read_text(encoding="utf-8") for path in texts), trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = LlamaConfig.from_pretrained(TINY)
    config.vocab_size = tokenizer.get_vocab_size()
    torch.manual_seed(SEED)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
