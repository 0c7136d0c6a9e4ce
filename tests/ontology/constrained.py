"""A tiny model whose words are almost random, held to a JSON schema by OpenVINO GenAI."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai

from ontopilot.models.files.checkpoint import open_checkpoint, read_tokenizer
from ontopilot.models.files.gguf import gguf_of


class Constrained:
    """Writes JSON that meets a schema, at a temperature that leaves the choice to the schema."""

    def __init__(self, folder: Path, cache: Path) -> None:
        schedule = genai.SchedulerConfig()
        schedule.num_kv_blocks = 64
        model = gguf_of(open_checkpoint(folder), cache)
        self._tokenizer = read_tokenizer(folder)
        self._pipeline = genai.ContinuousBatchingPipeline(
            str(model),
            schedule,
            "CPU",
            {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"},
        )
        self._requests = 0

    def write(self, schema: Mapping[str, Any], *, seed: int, tokens: int = 900) -> str:
        """What the model writes until the schema is met or the tokens are used up."""
        config = genai.GenerationConfig()
        config.max_new_tokens = tokens
        config.stop_token_ids = {1}
        config.do_sample, config.temperature, config.rng_seed = True, 5.0, seed
        config.structured_output_config = genai.StructuredOutputConfig(
            json_schema=json.dumps(schema, ensure_ascii=False)
        )
        prompt = self._tokenizer.encode("Hello", add_special_tokens=False).ids
        self._requests += 1
        handle = self._pipeline.add_request(
            self._requests, ov.Tensor(np.array([prompt], dtype=np.int64)), config
        )
        written: list[int] = []
        while True:
            self._pipeline.step()
            while handle.can_read():
                for output in handle.read().values():
                    written += output.generated_ids
            if handle.get_status().name != "RUNNING":
                return str(self._tokenizer.decode(written))
