"""What grammars cost: to make them, for xgrammar to compile them, and while tokens are made.

    python benchmarks/grammar.py --json --rounds 7

Contexts are 60 facts of the customer-service ontology: those around a few things, as a turn has
them, and scattered ones; with and without all their terms to combine. `make_ms` is the median
time over the contexts of `claim_grammar`. `compile_ms` is the time that OpenVINO GenAI's
structured output (xgrammar) adds to the first step of a tiny model, of two vocabularies; `empty`
is the same without a fact. `draft` is the grammar that drafts are asked for in, of 60 sources:
`first_ms` in a new pipeline, `compile_ms` when the part that all drafts share is known, and
`made_ms` what it takes to make the grammar of the schema. CPU time is given beside, since it does
not depend on who else is at work on the machine.

`speed` is tokens a second of a Llama of 110 million random weights with that grammar and without,
one stream and eight, in turns; `kept` is the median ratio of the two. Eight claims are asked for,
so that all streams are of the same length.
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
from ontopilot.models.messages import GenerationRequest
from ontopilot.models.structured.constraint import constraint_of
from ontopilot.ontology import Fact, Iri, Ontology
from ontopilot.ontology.grammar import claim_grammar
from ontopilot.orchestrator.cited_claims import claims_schema
from ontopilot.orchestrator.drafting import MOST_CLAIMS

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/customer_service"
TINY = ROOT / "tests/fixtures/tiny_llama"
FACTS, EVIDENCE, CONTEXTS, RUNS, ROUNDS = 60, 12, 9, 15, 7
VOCABULARY = 32_000
STREAMS, TOKENS = (1, 8), 128

Context = tuple[list[Fact], list[Iri]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of speed")
    arguments = parser.parse_args()
    ontology = Ontology.load(EXAMPLE / "shop.owl")
    kinds = {name: list(contexts) for name, contexts in contexts_of(ontology).items()}
    result: dict[str, Any] = {"facts": FACTS, "evidence": EVIDENCE, "contexts": CONTEXTS}
    result["make"] = {name: making(ontology, drawn) for name, drawn in kinds.items()}
    with tempfile.TemporaryDirectory() as name:
        result["compile"] = compiling(ontology, kinds, Path(name))
        result["speed"] = speed(Path(name), arguments.rounds)
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
                ebnf = ebnf_of(json.dumps(grammar.schema))
                wall, cpu = timed(
                    lambda e=engine, g=ebnf: e.first_step(g, 0),  # type: ignore[misc]
                    1,
                )
                walls.append(wall - plain[0])
                cpus.append(cpu - plain[1])
            figures[name] = {
                "compile_ms": round(statistics.median(walls), 1),
                "compile_cpu_ms": round(statistics.median(cpus), 1),
            }
        figures["draft"] = drafts(model, folder / "cache")
        found[words] = figures
    return found


def drafts(model: Path, cache: Path) -> dict[str, float]:
    """What the grammar of drafts adds to a first step, in a new pipeline and later."""
    firsts, walls, cpus = [], [], []
    for _ in range(3):
        engine = Engine(model, cache)
        for number in range(5):
            engine.first_step(None, number)
        plain = timed(lambda e=engine: e.first_step(None, 0), RUNS)  # type: ignore[misc]
        for later in range(5):
            ebnf = draft_ebnf(FACTS - later)
            run = lambda e=engine, g=ebnf: e.first_step(g, 0)  # type: ignore[misc]  # noqa: E731
            wall, cpu = (took - usual for took, usual in zip(timed(run, 1), plain, strict=True))
            if later:
                walls.append(wall)
                cpus.append(cpu)
            else:
                firsts.append(wall)
    return {
        "made_ms": round(timed(lambda: draft_ebnf(FACTS), RUNS)[0], 2),
        "first_ms": round(statistics.median(firsts), 1),
        "compile_ms": round(statistics.median(walls), 1),
        "compile_cpu_ms": round(statistics.median(cpus), 1),
    }


def ebnf_of(schema: str) -> str:
    """The grammar that engines are given for a schema."""
    constraint = constraint_of(GenerationRequest((), schema=schema))
    assert constraint is not None
    return constraint.ebnf


def draft_ebnf(sources: int, *, least: int = 0) -> str:
    """The grammar of a draft that cites so many sources, with at least so many claims."""
    schema = json.loads(claims_schema(range(1, sources + 1), most=MOST_CLAIMS))
    schema["properties"]["claims"]["minItems"] = least
    return ebnf_of(json.dumps(schema))


def speed(folder: Path, rounds: int) -> dict[str, Any]:
    """Tokens a second with the grammar of a draft and without, in turns."""
    engine = Engine(sized(folder / "sized"), folder / "cache", threads=0)
    found: dict[str, Any] = {}
    for streams in STREAMS:
        grammars = {"free": None, "constrained": draft_ebnf(FACTS, least=MOST_CLAIMS)}
        for grammar in grammars.values():
            engine.tokens_a_second(grammar, streams, 0)
        rates: dict[str, list[float]] = {name: [] for name in grammars}
        for number in range(rounds):
            for name, grammar in grammars.items():
                rates[name].append(engine.tokens_a_second(grammar, streams, number))
        pairs = zip(rates["constrained"], rates["free"], strict=True)
        found[f"streams_{streams}"] = {
            **{name: round(statistics.median(each), 1) for name, each in rates.items()},
            "kept": round(statistics.median(ours / free for ours, free in pairs), 3),
        }
    return found


class Engine:
    """A model in a pipeline of OpenVINO GenAI."""

    def __init__(self, folder: Path, cache: Path, threads: int = 1) -> None:
        checkpoint = open_checkpoint(folder)
        schedule = genai.SchedulerConfig()
        schedule.num_kv_blocks = 64
        self.vocabulary = int(checkpoint.config["vocab_size"])
        self._pipeline = genai.ContinuousBatchingPipeline(
            str(gguf_of(checkpoint, cache)),
            schedule,
            "CPU",
            {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"},
        )
        self._requests = 0

    def first_step(self, grammar: str | None, seed: int) -> None:
        """Take a request and make its first token."""
        handle = self._begin(grammar, seed, tokens=1)
        while handle.get_status().name == "RUNNING":
            self._pipeline.step()
        handle.read_all()

    def tokens_a_second(self, grammar: str | None, streams: int, seed: int) -> float:
        """Sample in so many streams at a time; the compiling of the grammar counts, too."""
        began = time.perf_counter()
        handles = [
            self._begin(grammar, streams * seed + number, tokens=TOKENS)
            for number in range(streams)
        ]
        while self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        took = time.perf_counter() - began
        outputs = [output for handle in handles for output in handle.read_all()]
        return sum(len(output.generated_ids) for output in outputs) / took

    def _begin(self, grammar: str | None, seed: int, *, tokens: int) -> Any:
        config = genai.GenerationConfig()
        config.max_new_tokens, config.rng_seed, config.ignore_eos = tokens, seed, True
        config.do_sample = tokens > 1
        if grammar is not None:
            config.structured_output_config = genai.StructuredOutputConfig(grammar=grammar)
        prompt = ov.Tensor(np.array([[3, 4, 5]], dtype=np.int64))
        self._requests += 1
        return self._pipeline.add_request(self._requests, prompt, config)


def enlarged(folder: Path, **sizes: int) -> Path:
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
    for name, value in sizes.items():
        setattr(config, name, value)
    torch.manual_seed(SEED)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


def sized(folder: Path) -> Path:
    """The same vocabulary in a model of 110 million weights."""
    return enlarged(
        folder,
        hidden_size=768,
        intermediate_size=2048,
        num_hidden_layers=13,
        num_attention_heads=12,
        num_key_value_heads=12,
        head_dim=64,
    )


if __name__ == "__main__":
    raise SystemExit(main())
