"""The engines of `engines.py`, each run with a batch of prompts at its best."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from _streams import Streams

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model, Pool
from ontopilot.models.spec import Precision

KV_CACHE_MB = 512
INSTALLED = Path(__file__).resolve().parents[1] / ".venv-vllm/bin/python"
"""Where `make vllm` puts it."""


class Contender(Protocol):
    """An engine that answers a batch of prompts."""

    about: str

    async def start(self, streams: Streams) -> None:
        """Load the model, and find the fastest settings where there are several."""

    async def run(self, streams: Streams) -> float:
        """Answer new prompts, all at once; the tokens a second of the batch."""

    async def close(self) -> None:
        """Free everything."""


def speed(streams: Streams, began: float) -> float:
    """The tokens a second of the batch that ends now."""
    return streams.tokens / (time.perf_counter() - began)


class Ours:
    """Our `openvino` engine behind a pool."""

    about = ""
    precision: Precision = "auto"

    def __init__(self, model: Path, cache: Path, folder: Path) -> None:
        options = EngineOptions(precision=self.precision, cache=cache, kv_cache_mb=KV_CACHE_MB)
        self._pool = Pool(generator=Model(f"openvino:{model}", options=options))

    async def start(self, streams: Streams) -> None:
        await self._pool.warm("generator")

    async def run(self, streams: Streams) -> float:
        prompts = streams.batch()
        began = time.perf_counter()

        async def read(prompt: str) -> None:
            request = GenerationRequest((Message("user", prompt),), max_tokens=streams.new_tokens)
            usage = None
            async for chunk in self._pool.generate("generator", request):
                usage = chunk.usage
            assert usage is not None
            assert usage.completion_tokens == streams.new_tokens

        await asyncio.gather(*(read(prompt) for prompt in prompts))
        return speed(streams, began)

    async def close(self) -> None:
        await self._pool.aclose()


class OursInt8(Ours):
    """The same with weights of 8 bits, which the others have in 16."""

    precision = "int8"


class Raw:
    """The pipeline with steps and prefix cache as our engine has them, driven by hand."""

    about = ""

    def __init__(self, model: Path, cache: Path, folder: Path) -> None:
        self._cache = cache
        self._pipeline: Any = None

    async def start(self, streams: Streams) -> None:
        from ontopilot.models.openvino_import import import_openvino

        genai = import_openvino("openvino_genai")
        (file,) = self._cache.glob("*.gguf")
        schedule = genai.SchedulerConfig()
        schedule.cache_size = 1
        schedule.max_num_batched_tokens = 256
        schedule.enable_prefix_caching = True
        self._pipeline = genai.ContinuousBatchingPipeline(str(file), schedule, "CPU", {})

    async def run(self, streams: Streams) -> float:
        import numpy as np
        import openvino as ov
        import openvino_genai as genai

        prompts = streams.batch()
        config = genai.GenerationConfig()
        config.max_new_tokens = streams.new_tokens
        config.set_eos_token_id(2**31 - 1)
        began = time.perf_counter()
        handles = []
        for number, prompt in enumerate(prompts):
            ids = np.array([streams.encode(prompt)], dtype=np.int64)
            handles.append(self._pipeline.add_request(number, ov.Tensor(ids), config))
        answers: list[list[int]] = [[] for _ in handles]
        while self._pipeline.has_non_finished_requests():
            self._pipeline.step()
            for at, handle in enumerate(handles):
                while handle.can_read():
                    for output in handle.read().values():
                        answers[at] += output.generated_ids
        for answer in answers:
            streams.tokenizer.decode(answer)
            assert len(answer) == streams.new_tokens
        return speed(streams, began)

    async def close(self) -> None:
        self._pipeline = None


class Transformers:
    """One call of `generate` for the batch."""

    def __init__(self, model: Path, cache: Path, folder: Path) -> None:
        self._model = model
        self._network: Any = None
        self.about = ""

    async def start(self, streams: Streams) -> None:
        import torch

        speeds = {}
        for kind in (torch.float32, torch.bfloat16):
            self._load(kind)
            speeds[kind] = await self.run(streams)
        best = max(speeds, key=lambda kind: speeds[kind])
        self.about = str(best).removeprefix("torch.")
        self._load(best)

    def _load(self, kind: Any) -> None:
        from transformers import AutoModelForCausalLM

        self._network = AutoModelForCausalLM.from_pretrained(self._model, dtype=kind).eval()

    async def run(self, streams: Streams) -> float:
        import torch

        prompts = streams.batch()
        began = time.perf_counter()
        rows = [streams.encode(prompt) for prompt in prompts]
        width = max(len(row) for row in rows)
        ids = torch.tensor([[0] * (width - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
        with torch.inference_mode():
            made = self._network.generate(
                ids,
                attention_mask=mask,
                max_new_tokens=streams.new_tokens,
                min_new_tokens=streams.new_tokens,
                do_sample=False,
                pad_token_id=0,
            )
        answers = made[:, width:].tolist()
        for answer in answers:
            streams.tokenizer.decode(answer)
            assert len(answer) == streams.new_tokens
        return speed(streams, began)

    async def close(self) -> None:
        self._network = None


class Vllm:
    """A server of vLLM that is asked for streamed completions; compiled, as it is by default."""

    about = ""

    def __init__(self, model: Path, cache: Path, folder: Path) -> None:
        from ontopilot.models.vllm.engine import VllmEngine

        program = load_settings().vllm or (INSTALLED if INSTALLED.is_file() else None)
        options = EngineOptions(kv_cache_mb=KV_CACHE_MB)
        self._engine = VllmEngine(Model(f"vllm:{model}", options=options), program=program)

    async def start(self, streams: Streams) -> None:
        await self._engine.warm()

    async def run(self, streams: Streams) -> float:
        import httpx

        prompts = streams.batch()
        server = self._engine.server
        assert server is not None
        transport = httpx.AsyncHTTPTransport(uds=str(server.socket))
        began = time.perf_counter()

        async def read(client: httpx.AsyncClient, prompt: str) -> None:
            body = {
                "model": "base",
                "prompt": streams.encode(prompt),
                "max_tokens": streams.new_tokens,
                "temperature": 0,
                "ignore_eos": True,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
            used = 0
            async with client.stream("POST", "http://vllm/v1/completions", json=body) as reply:
                reply.raise_for_status()
                async for line in reply.aiter_lines():
                    if '"usage":{' in line:
                        used = json.loads(line.removeprefix("data: "))["usage"]["completion_tokens"]
            assert used == streams.new_tokens

        async with httpx.AsyncClient(transport=transport, timeout=600) as client:
            await asyncio.gather(*(read(client, prompt) for prompt in prompts))
        return speed(streams, began)

    async def close(self) -> None:
        await self._engine.aclose()


KINDS: Mapping[str, Callable[[Path, Path, Path], Contender]] = MappingProxyType(
    {"openvino": Ours, "int8": OursInt8, "raw": Raw, "transformers": Transformers, "vllm": Vllm}
)
