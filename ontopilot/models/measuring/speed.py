"""How fast the machine is: the bandwidth of its memory, and its rate of matrix products.

Decoding reads every weight for each token, so that the bandwidth bounds it; prefill multiplies,
so that the matrix products bound it (Williams, Waterman and Patterson 2009).
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.hardware import Machine
from ontopilot.models.measuring.saving import save_text

CACHE = Path("~/.cache/ontopilot/speed.json")

_CHILD = Path(__file__).with_name("speed_child.py")
_PATIENCE_S = 60.0
_BUSY = 0.5
"""The load of a core above which others take from what is measured."""
_VERSION = 1
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "fp32": (),
    "bf16": ("avx512_bf16", "amx_bf16"),
    "int8": ("avx_vnni", "avx512_vnni", "amx_int8"),
}


@dataclass(frozen=True, slots=True)
class Speed:
    """What the processor of a machine reaches with all cores that may be used.

    `memory_gb_per_s` is that of STREAM's triad, in 10^9 bytes a second; `matmul_gflop_per_s` has
    10^9 operations a second for each number format that the processor multiplies natively.
    `quiet` says that nothing else was at work, so that measuring again would tell nothing new.
    """

    memory_gb_per_s: float
    matmul_gflop_per_s: Mapping[str, float]
    quiet: bool = True

    def best(self, other: "Speed") -> "Speed":
        """The better figures of two measurements of one machine: others only take from it."""
        mine, its = self.matmul_gflop_per_s, other.matmul_gflop_per_s
        return Speed(
            max(self.memory_gb_per_s, other.memory_gb_per_s),
            {name: max(mine.get(name, 0.0), its.get(name, 0.0)) for name in {**mine, **its}},
            self.quiet or other.quiet,
        )


def measure_speed(machine: Machine) -> Speed:
    """Measure now, for about a second in a process of its own; blocks meanwhile.

    Raises:
        ModelError: the process ended without a result.
    """
    formats = [f for f, needs in _NEEDS.items() if not needs or set(needs) & set(machine.features)]
    quiet = os.getloadavg()[0] < _BUSY * machine.cores
    command = [sys.executable, "-I", str(_CHILD), str(machine.cores), *formats]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True
        )
        return _speed({**json.loads(done.stdout), "quiet": quiet})
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or [f"it ended with {error.returncode}"])[-1]
        raise ModelError(f"the speed of the machine cannot be measured: {said}") from error
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the speed of the machine cannot be measured: {error}") from error


def known_speed(machine: Machine, *, cache: Path = CACHE) -> Speed | None:
    """What was measured of this machine before; None where nothing was, or of another machine."""
    try:
        kept = json.loads(cache.expanduser().read_text(encoding="utf-8"))
        of_this = kept["version"] == _VERSION and kept["machine"] == machine.fingerprint
        return _speed(kept["speed"]) if of_this else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def machine_speed(machine: Machine, *, cache: Path = CACHE) -> Speed:
    """What was measured of this machine while it was quiet, or the best of that and of now.

    Raises:
        ModelError: it cannot be measured, or not be kept.
    """
    known = known_speed(machine, cache=cache)
    if known is not None and known.quiet:
        return known
    speed = measure_speed(machine)
    if known is not None:
        speed = speed.best(known)
    document = {"version": _VERSION, "machine": machine.fingerprint, "speed": asdict(speed)}
    save_text(cache.expanduser(), json.dumps(document, indent=1), what="the speed of the machine")
    return speed


def _speed(told: Mapping[str, Any]) -> Speed:
    return Speed(
        float(told["memory_gb_per_s"]),
        {str(name): float(rate) for name, rate in told["matmul_gflop_per_s"].items()},
        bool(told["quiet"]),
    )
