"""The process in which OpenVINO GenAI runs: JSON lines in, JSON lines out."""

import json
import os
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ontopilot.errors import EngineFailed, ModelError, PromptTooLong, RequestRefused
from ontopilot.models.messages import FinishReason, Message
from ontopilot.models.openvino.load import Served, load
from ontopilot.models.openvino.properties import KEPT_SHAPES
from ontopilot.models.spec import NGRAM
from ontopilot.models.streaming.child import Line, line_of
from ontopilot.models.streaming.detokenize import Detokenizer, left_of, shown_before
from ontopilot.models.streaming.filters import TextFilter
from ontopilot.models.structured.constraint import ebnf_of
from ontopilot.models.structured.ebnf import read_ebnf
from ontopilot.models.structured.thinking import after_thoughts

Say = Callable[[Line], None]

_NGRAM_TOKENS = 3
"""How many of the last tokens are looked up in the prompt, at most."""


def main() -> None:
    """Load the model of the first line, and serve the requests that follow."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.putenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KEPT_SHAPES))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between the lines
    lines: queue.SimpleQueue[Line] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()

    def say(line: Line) -> None:
        out.write(json.dumps(line).encode() + b"\n")

    settings = lines.get()
    try:
        served = {name: load({**settings, "adapter": folder}) for name, folder in _all(settings)}
    except ModelError as error:
        say(line_of(error, id=0))
        out.flush()
        return
    base = served[""]
    say({"id": 0, "context_tokens": base.context_tokens, "weights": base.weights})
    _Server(served, settings, lines, say, out.flush).serve()


def _all(settings: Line) -> list[tuple[str, str | None]]:
    """The model as it is asked for without a name, and with each adapter that has one."""
    return [("", settings["adapter"]), *settings["adapters"].items()]


def _listen(lines: "queue.SimpleQueue[Line]") -> NoReturn:
    """Pass lines on; the end of the input is the end of the parent, and of this process."""
    # a reader of its own: the end of the process would wait for a lock on that of `sys.stdin`
    for raw in os.fdopen(os.dup(0), "rb"):
        lines.put(json.loads(raw))
    os._exit(0)


@dataclass(slots=True)
class _Answer:
    """One request in the batch."""

    key: int
    served: Served
    handle: Any
    prompt_tokens: int
    ends: frozenset[int]
    text: Detokenizer
    filter: TextFilter
    tokens: int = field(default=0, init=False)
    accepted: int = field(default=0, init=False)
    """Of the tokens, those that speculation drafted: a step makes one by itself."""
    finish: FinishReason | None = field(default=None, init=False)

    def advance(self) -> str:
        """Read what the last step made; sets `finish` at the end."""
        shown = ""
        while self.finish is None and self.handle.can_read():
            for output in self.handle.read().values():
                self.accepted += max(0, len(output.generated_ids) - 1)
                shown += self._take(output.generated_ids)
        if self.finish is None and self.handle.get_status().name != "RUNNING":
            self.finish = "length"
        if self.finish is not None:
            shown += self.filter.feed(self.text.finish()) + self.filter.finish()
            if self.filter.stopped:
                self.finish = "stop"
        return shown

    def _take(self, tokens: list[int]) -> str:
        shown = ""
        for token in tokens:
            if token in self.ends or self.filter.stopped:
                self.finish = "stop"
                break
            self.tokens += 1
            shown += self.filter.feed(self.text.feed(token))
        if self.filter.stopped:
            self.finish = "stop"
        return shown


class _Server:
    """Steps the pipelines that have work, and takes lines between two steps.

    Every adapter has a pipeline of its own: requests with different adapters that share a batch
    would silently get the first one. What one round says leaves in one write.
    """

    def __init__(
        self,
        served: dict[str, Served],
        settings: Line,
        lines: "queue.SimpleQueue[Line]",
        say: Say,
        flush: Callable[[], None],
    ) -> None:
        self._served = served
        self._settings = settings
        self._lines = lines
        self._say = say
        self._flush = flush
        self._running: dict[int, _Answer] = {}

    def serve(self) -> NoReturn:
        """Serve until the parent ends."""
        while True:
            self._flush()
            if not self._running:
                self._accept(self._lines.get())
            while not self._lines.empty():
                self._accept(self._lines.get())
            busy = {id(a.served): a.served for a in self._running.values()}
            for served in busy.values():
                served.pipeline.step()
            for answer in list(self._running.values()):
                self._forward(answer)

    def _accept(self, line: Line) -> None:
        key = line["id"]
        if "ping" in line:
            self._say({"id": key})
        elif "cancel" in line:
            if (answer := self._running.pop(key, None)) is not None:
                answer.handle.cancel()
        elif "load" in line:
            threading.Thread(target=self._load, args=(line,), daemon=True).start()
        elif "loaded" in line:
            self._served[line["name"]] = line["loaded"]
            self._say({"id": key})
        elif "unload" in line:
            self._served.pop(line["unload"], None)
            self._say({"id": key})
        elif "failed" in line:
            self._say(line_of(line["failed"], id=key))
        else:
            self._answer(key, line)

    def _load(self, line: Line) -> None:
        """Load an adapter beside the rounds, which take it, or its error, as a line."""
        try:
            served = load({**self._settings, "adapter": line["folder"]})
        except ModelError as error:
            self._lines.put({"id": line["id"], "failed": error})
        else:
            self._lines.put({"id": line["id"], "loaded": served, "name": line["load"]})

    def _answer(self, key: int, line: Line) -> None:
        try:
            answer = self._begin(key, line)
        except ModelError as error:
            self._say(line_of(error, id=key))
        else:
            if answer is not None:
                self._running[key] = answer

    def _with_adapter(self, name: str) -> Served:
        if name not in self._served:
            loaded = sorted(self._served.keys() - {""})
            raise RequestRefused(
                f"engine {self._settings['name']!r} has no adapter {name!r} loaded, but {loaded}; "
                "load it first"
            )
        return self._served[name]

    def _begin(self, key: int, line: Line) -> _Answer | None:
        """The answer, or None where it was as long as it may be before it came here."""
        served = self._with_adapter(line["adapter"])
        messages = [Message(role, content) for role, content in line["messages"]]
        begun = line["begun"]
        prompt = served.template.render(messages, thinking=served.thinking) + begun
        ids = served.encode(prompt)
        left = left_of(line["max_tokens"], begun, served.encode)
        if not left:
            over = {"text": "", "finish": "length", "usage": (len(ids), 0), "accepted": 0}
            self._say({"id": key, **over})
            return None
        needed = len(ids) + left
        if needed > served.context_tokens:
            raise PromptTooLong(
                f"engine {served.name!r}: prompt and answer need {needed!r} tokens and the "
                f"context holds {served.context_tokens!r}; shorten the prompt or max_tokens"
            )
        ends, decode = served.ends, served.decode
        config = _sampling({**line, "max_tokens": left}, served)
        if line["grammar"] is not None:
            decode = served.spell
            ends |= {served.pipeline.get_tokenizer().get_eos_token_id()} - {-1}
            config.structured_output_config = _constrained(line["grammar"], served, prompt)
        config.stop_token_ids = set(ends)
        config.eos_token_id = min(ends)
        try:
            handle = served.pipeline.add_request(key, _tensor(ids), config)
        except RuntimeError as error:
            raise EngineFailed(f"engine {served.name!r} refuses the request: {error}") from error
        stops = TextFilter(tuple(line["stop"]), served.thinking, prompt)
        text = Detokenizer(decode, shown_before(begun, ids))
        return _Answer(key, served, handle, len(ids), ends, text, stops)

    def _forward(self, answer: _Answer) -> None:
        text = answer.advance()
        if not text and answer.finish is None:
            return
        self._say(
            {
                "id": answer.key,
                "text": text,
                "finish": answer.finish,
                "usage": (answer.prompt_tokens, answer.tokens),
                "accepted": answer.accepted,
            }
        )
        if answer.finish is not None:
            del self._running[answer.key]
            if answer.handle.get_status().name == "RUNNING":
                answer.handle.cancel()


def _tensor(ids: list[int]) -> Any:
    import numpy as np
    import openvino as ov

    return ov.Tensor(np.array([ids], dtype=np.int64))


def _constrained(ebnf: str, served: Served, prompt: str) -> Any:
    """A grammar for the pipeline, which ends with a token of its own tokenizer's choice."""
    import openvino_genai as genai

    if served.thinking:
        ebnf = ebnf_of(after_thoughts(read_ebnf(ebnf), prompt))
    return genai.StructuredOutputConfig(grammar=ebnf)


def _sampling(line: Line, served: Served) -> Any:
    import openvino_genai as genai

    config = genai.GenerationConfig()
    config.max_new_tokens = line["max_tokens"]
    if line["temperature"] > 0:
        config.do_sample = True
        config.temperature = line["temperature"]
        config.rng_seed = line["seed"]
    if served.draft:
        config.num_assistant_tokens = served.draft_tokens
    if served.draft == NGRAM:
        config.max_ngram_size = _NGRAM_TOKENS
    return config
