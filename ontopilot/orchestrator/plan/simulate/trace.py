"""Request traces: when requests came, and how long their prompts and answers were."""

import csv
import gzip
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.simulate.servegen import is_servegen, read_servegen

Array = np.ndarray[Any, np.dtype[Any]]

_TIMES = ("timestamp", "arrived_at", "arrival_time", "time", "timestamp_ms")
_PROMPTS = (
    "contexttokens",
    "input_length",
    "prompt_tokens",
    "num_prefill_tokens",
    "request_tokens",
)
_OUTPUTS = (
    "generatedtokens",
    "output_length",
    "completion_tokens",
    "num_decode_tokens",
    "response_tokens",
)
_MOST_TOKENS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Requests in the order of their arrival; seconds from the first one, and tokens.

    `blocks` are the blocks of a prompt as the trace hashes them, of `block_tokens` tokens each.
    `notes` say what was wrong in the file and what was done about it.
    """

    name: str
    seconds: Array
    prompts: Array
    outputs: Array
    blocks: tuple[tuple[int, ...], ...] = ()
    block_tokens: int = 512
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def span(self) -> float:
        """Seconds from the first arrival to the last one."""
        return float(self.seconds[-1]) if len(self) else 0.0

    def slice(self, start: float, stop: float) -> "Trace":
        """The requests of a share of the time, from `start` to `stop` out of 1."""
        span = self.span
        kept = np.nonzero((self.seconds >= start * span) & (self.seconds <= stop * span))[0]
        if not len(kept):
            raise ConfigError(
                f"trace {self.name!r}: no request between {start:.0%} and {stop:.0%} of its time"
            )
        return self._of(kept, self.seconds[kept] - self.seconds[kept[0]])

    def thinned(self, every: int) -> "Trace":
        """Every so-manieth request at its time: the same demand for a smaller site."""
        return self._of(np.arange(0, len(self), every), self.seconds[::every])

    def scaled(self, *, speed: float = 1.0, tokens: float = 1.0) -> "Trace":
        """The same requests `speed` times as fast, with `tokens` times as many tokens."""
        return Trace(
            self.name,
            self.seconds / speed,
            np.maximum(1, np.round(self.prompts * tokens)).astype(np.int64),
            np.maximum(1, np.round(self.outputs * tokens)).astype(np.int64),
            self.blocks,
            max(1, round(self.block_tokens * tokens)),
            self.notes,
        )

    def _of(self, kept: Array, seconds: Array) -> "Trace":
        blocks = tuple(self.blocks[i] for i in kept) if self.blocks else ()
        return Trace(
            self.name,
            seconds,
            self.prompts[kept],
            self.outputs[kept],
            blocks,
            self.block_tokens,
            self.notes,
        )


def read_trace(file: Path, *, seed: int = 0, most: int | None = None) -> Trace:
    """Read a trace of Azure, Mooncake or ServeGen, or a CSV of one's own.

    A CSV has a header with a time (`timestamp` in seconds or as a date, or `timestamp_ms`) and
    the tokens of prompt and answer (`prompt_tokens`, `completion_tokens`, and the names that
    Azure and others use). JSON lines have the same names. Rows that cannot be read are left out
    and counted; rows out of order are sorted. `seed` draws the requests that a ServeGen archive
    only describes.

    Raises:
        ConfigError: the file is no trace, or has no usable row.
    """
    try:
        if is_servegen(file):
            return _checked(file.name, read_servegen(file, seed=seed, most=most or 20_000), most)
        text = _text(file)
    except FileNotFoundError:
        raise ConfigError(f"trace {str(file)!r} does not exist; give a CSV or JSON lines") from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"trace {str(file)!r} cannot be read: {error}") from None
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(file, text)
    return _checked(file.name, rows, most)


def _text(file: Path) -> str:
    raw = file.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    return raw.decode("utf-8-sig")


def _json_rows(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = {}
        if not isinstance(row, dict):
            row = {}
        # Mooncake's `timestamp` is in milliseconds, which its `hash_ids` tell.
        if "hash_ids" in row and "timestamp" in row:
            row["timestamp_ms"] = row.pop("timestamp")
        yield {str(name).lower(): value for name, value in row.items()}


def _csv_rows(file: Path, text: str) -> Iterator[Mapping[str, Any]]:
    rows = csv.DictReader(io.StringIO(text))
    names = [str(name).strip().lower() for name in rows.fieldnames or ()]
    for wanted in (_TIMES, _PROMPTS, _OUTPUTS):
        if not set(wanted) & set(names):
            raise ConfigError(
                f"trace {str(file)!r} has the columns {names!r:.200} and none of {list(wanted)}; "
                "rename one"
            )
    for row in rows:
        yield {str(name).strip().lower(): value for name, value in row.items() if name is not None}


def _checked(name: str, rows: Iterable[Mapping[str, Any]], most: int | None) -> Trace:
    """The rows that can be used, in the order of their times."""
    times: list[float] = []
    sizes: list[tuple[int, int]] = []
    blocks: list[tuple[int, ...]] = []
    bad = 0
    for row in rows:
        when = _time(row)
        prompt, output = _tokens(row, _PROMPTS), _tokens(row, _OUTPUTS)
        if when is None or prompt is None or output is None:
            bad += 1
            continue
        times.append(when)
        sizes.append((prompt, output))
        blocks.append(_blocks(row.get("hash_ids")))
    if not times:
        raise ConfigError(
            f"trace {name!r} has no usable row ({bad} are bad); look at its first one"
        )
    seconds = np.asarray(times)
    order = np.argsort(seconds, kind="stable")
    notes = [f"{bad} rows without a time or tokens were left out"] if bad else []
    swapped = int(np.count_nonzero(np.diff(seconds) < 0))
    if swapped:
        notes.append(f"{swapped} rows came before their forerunner and were sorted")
    order = order[:most]
    seconds = seconds[order] - seconds[order[0]]
    gaps = np.diff(seconds)
    if len(gaps) > 10 and gaps.max() > max(60.0, 100 * float(np.median(gaps))):
        notes.append(f"the longest gap without a request is {gaps.max():.0f} s")
    return Trace(
        name,
        seconds,
        np.asarray([sizes[i][0] for i in order], dtype=np.int64),
        np.asarray([sizes[i][1] for i in order], dtype=np.int64),
        tuple(blocks[i] for i in order) if any(blocks) else (),
        notes=tuple(notes),
    )


def _time(row: Mapping[str, Any]) -> float | None:
    for name in _TIMES:
        if name not in row:
            continue
        value = row[name]
        try:
            seconds = float(value)
        except (TypeError, ValueError):
            seconds = _date(value)
        if name == "timestamp_ms":
            seconds /= 1000
        # A negative time is a fault of what wrote the trace.
        return seconds if math.isfinite(seconds) and seconds >= 0 else None
    return None


def _date(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value).strip()[:26]).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _tokens(row: Mapping[str, Any], names: Iterable[str]) -> int | None:
    for name in names:
        if name in row:
            try:
                count = float(row[name])
            except (TypeError, ValueError):
                return None
            return int(count) if 0 < count <= _MOST_TOKENS else None
    return None


def _blocks(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, int))
