"""ServeGen archives: clients by their rates and lengths, from which requests are drawn.

ServeGen (Xiang et al. 2025) describes each client by an arrival rate and its variation in windows
of ten minutes, and by distributions of lengths in windows of six hours.
"""

import ast
import csv
import heapq
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ontopilot.errors import ConfigError

_MEMBER = re.compile(r".*chunk-(\d+)-(trace\.csv|dataset\.json)$")
_MOST_BYTES = 64 << 20
_WINDOW_S = 600.0


@dataclass(frozen=True, slots=True)
class _Lengths:
    """A distribution of lengths: values, and the shares of those up to each."""

    values: np.ndarray[Any, Any]
    reached: np.ndarray[Any, Any]

    def draw(self, random: np.random.Generator) -> int:
        """One length."""
        return int(self.values[np.searchsorted(self.reached, random.random() * self.reached[-1])])


def is_servegen(file: Path) -> bool:
    """Whether a file is an archive."""
    return file.is_file() and tarfile.is_tarfile(file)


def read_servegen(file: Path, *, seed: int, most: int) -> Iterator[Mapping[str, Any]]:
    """Requests of all clients in the order of their times: about `most`, spread over the day.

    Raises:
        ConfigError: the archive holds no client.
    """
    rates, lengths = _members(file)
    expected = sum(rate for rows in rates.values() for _, rate, _ in rows) * _WINDOW_S
    if not expected or not lengths:
        raise ConfigError(
            f"trace {str(file)!r} is an archive without chunk-N-trace.csv and chunk-N-dataset.json"
        )
    random, thin = np.random.default_rng(seed), most / expected
    streams = [
        _client(rates[chunk], lengths[chunk], np.random.default_rng(random.integers(2**63)), thin)
        for chunk in sorted(rates)
        if chunk in lengths
    ]
    for when, prompt, output in heapq.merge(*streams):
        yield {"timestamp": when, "input_length": prompt, "output_length": output}


def _members(file: Path) -> tuple[dict[int, list[list[float]]], dict[int, dict[str, Any]]]:
    rates: dict[int, list[list[float]]] = {}
    lengths: dict[int, dict[str, Any]] = {}
    with tarfile.open(file) as archive:
        for member in archive:
            match = _MEMBER.fullmatch(member.name)
            held = archive.extractfile(member) if match and member.isfile() else None
            if match is None or held is None or member.size > _MOST_BYTES:
                continue
            text = held.read().decode("utf-8")
            if match.group(2) == "trace.csv":
                rates[int(match.group(1))] = _rates(text)
            else:
                lengths[int(match.group(1))] = json.loads(text)
    return rates, lengths


def _rates(text: str) -> list[list[float]]:
    """Rows of a window's start, its rate and its coefficient of variation."""
    return [
        [float(row[0]), float(row[1]), float(row[2]) or 1.0]
        for row in csv.reader(io.StringIO(text))
        if len(row) >= 3 and float(row[1]) > 0
    ]


def _client(
    rates: list[list[float]], lengths: Mapping[str, Any], random: np.random.Generator, thin: float
) -> Iterator[tuple[float, int, int]]:
    """A client's requests, thinned: gaps are gamma distributed with its rate and variation."""
    tables = {float(at): table for at, entry in lengths.items() if (table := _table(entry))}
    for begin, rate, variation in rates if tables else ():
        at = max((at for at in tables if at <= begin), default=min(tables))
        prompts, outputs = tables[at]
        shape = 1 / max(variation, 0.05) ** 2
        scale = 1 / (rate * thin * shape)
        when = begin + random.gamma(shape + 1, scale) * random.random()
        while when < begin + _WINDOW_S:
            yield when, prompts.draw(random), outputs.draw(random)
            when += max(1e-6, random.gamma(shape, scale))


def _table(entry: Mapping[str, Any]) -> tuple[_Lengths, _Lengths] | None:
    prompts, outputs = _lengths(entry.get("input_tokens")), _lengths(entry.get("output_tokens"))
    return None if prompts is None or outputs is None else (prompts, outputs)


def _lengths(text: Any) -> _Lengths | None:
    shares = ast.literal_eval(text) if isinstance(text, str) else text
    if not isinstance(shares, dict) or not shares:
        return None
    values = np.asarray([max(1.0, float(value)) for value in shares])
    weights = np.asarray([max(0.0, float(share)) for share in shares.values()])
    return _Lengths(values, np.cumsum(weights)) if weights.sum() > 0 else None
