"""A retrieval encoder on vLLM: the pooling of a sentence-transformers model, batched by vLLM."""

import base64
import json
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np

from ontopilot.errors import EngineFailed, ModelError, ModelNotFound
from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.sentence import packaged
from ontopilot.models.files.checkpoint import Checkpoint, open_checkpoint
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.spec import EngineOptions, Model
from ontopilot.models.vllm.command import arguments, find_vllm
from ontopilot.models.vllm.environment import environment
from ontopilot.models.vllm.lifetime import Lifetime
from ontopilot.models.vllm.server import BASE, VllmServer
from ontopilot.models.vllm.settings import memory
from ontopilot.models.vllm.unix_http import call
from ontopilot.models.vllm.weights import weights

_BATCH_TEXTS = 256
_OK = 200
_SHOWN = 300


class VllmEncoder:
    """Encodes text with a sentence-transformers model that `vllm serve` runs.

    The server starts at the first use and ends with `close` or with this process. Texts of
    callers in several threads share vLLM's batches. Without a model it is the packaged MiniLM;
    `program` is the vLLM to run, by default that of this Python's environment.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # it is frozen
        program: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self._folder = packaged() if model is None else Path(model).expanduser()
        if not (self._folder / "modules.json").is_file():
            raise ModelNotFound(
                f"encoder {str(model)!r}: the folder {str(self._folder.absolute())!r} has no "
                "modules.json; give the folder of a sentence-transformers model "
                "(nothing is downloaded)"
            )
        self._title = "all-MiniLM-L6-v2" if model is None else self._folder.name
        self._model = Model(f"vllm:{self._folder}", options=options)
        self._program = find_vllm(program, model=self._model.name)
        self._threads = threads
        self._lifetime: Lifetime[VllmServer] = Lifetime(self._model.name, self._start)
        self._name = ""
        self._dimension = 0

    @property
    def name(self) -> str:
        """Identifies the weights: title and a digest of the files."""
        if not self._name:
            self._name = f"vllm:{self._title}@{folder_digest(self._folder)}"
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector; the first use of it starts the server."""
        if not self._dimension:
            self._dimension = self._encode(("warm",)).shape[1]
        return self._dimension

    @property
    def backend(self) -> str:
        """What the weights run on."""
        return "vllm"

    @property
    def server(self) -> VllmServer | None:
        """The server if it was started."""
        return self._lifetime.server

    def warm(self) -> None:
        """Start the server and encode once."""
        self.encode(("warm",))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension), float32, rows of unit length.

        Texts longer than the model reads are cut at their end.

        Raises:
            ModelError: the model cannot be used, or vLLM fails.
        """
        parts = [texts[at : at + _BATCH_TEXTS] for at in range(0, len(texts), _BATCH_TEXTS)]
        if not parts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.vstack([self._encode(part) for part in parts])

    def close(self) -> None:
        """End the server; further texts are refused."""
        self._lifetime.close()

    def _encode(self, texts: Sequence[str]) -> Vectors:
        server = self._lifetime.up_now()
        order = {
            "model": BASE,
            "input": list(texts),
            "encoding_format": "base64",
            "truncate_prompt_tokens": -1,
        }
        rows = self._asked(server, json.dumps(order).encode())["data"]
        vectors = np.vstack([_vector(row) for row in sorted(rows, key=lambda r: int(r["index"]))])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def _asked(self, server: VllmServer, body: bytes) -> dict[str, Any]:
        stall_s = self._model.options.stall_s
        try:
            status, content = call(server.socket, "/v1/embeddings", timeout_s=stall_s, body=body)
        except TimeoutError:
            server.give_up(f"owed vectors and was silent for {stall_s:.0f} s")
            raise EngineFailed(server.ended.result()) from None
        except (OSError, HTTPException) as error:
            raise EngineFailed(
                f"encoder {self._model.name!r}: the connection failed ({type(error).__name__}); "
                "ask again"
            ) from error
        if status != _OK:
            said = " ".join(content.decode(errors="replace").split())[:_SHOWN]
            raise ModelError(
                f"encoder {self._model.name!r}: vLLM answers {status}: {said}; "
                "use another model or shorter texts"
            )
        answer: dict[str, Any] = json.loads(content)
        return answer

    def _start(self, folder: Path) -> VllmServer:
        checkpoint = open_checkpoint(self._folder)
        return VllmServer(
            self._program,
            arguments(self._settings(checkpoint)),
            name=self._model.name,
            folder=folder,
            environment=environment(
                self._model, threads=self._threads, python=Path(self._program[0])
            ),
        )

    def _settings(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """On a CPU in float32 unless told otherwise, so that vectors are those of others."""
        options = self._model.options
        on_gpu = bool(inspect_machine().gpus)
        numbers = weights(self._model, checkpoint, on_gpu=on_gpu)
        if numbers == {"dtype": "auto"} and not on_gpu:
            numbers = {"dtype": "float32"}
        return {
            "model": str(checkpoint.folder),
            "runner": "pooling",
            **numbers,
            "max_num_seqs": options.most_requests,
            **memory(options.kv_cache_mb, on_gpu=on_gpu),
            **({} if options.compiled else {"enforce_eager": True}),
            "disable_uvicorn_access_log": True,
        }


def _vector(row: dict[str, Any]) -> Vectors:
    """A vector as the protocol writes it in base64: float32, the lowest byte first."""
    return np.frombuffer(base64.b64decode(row["embedding"]), dtype="<f4")
