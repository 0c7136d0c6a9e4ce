"""What this machine has: processor, memory and GPUs that this process may really use."""

import hashlib
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from ontopilot.errors import ModelError

_FLAGS = (
    *("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16"),
    *("amx_tile", "amx_bf16", "amx_int8"),
)
_NVIDIA_SECONDS = 10
_UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU; memory in bytes."""

    name: str
    memory: int
    free: int


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine as a control group lets this process see it; memory in bytes."""

    processor: str
    cores: int
    features: tuple[str, ...]
    memory: int
    free: int
    gpus: tuple[Gpu, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What measurements depend on, 12 hex digits: processor, cores and GPUs."""
        gpus = [(gpu.name, gpu.memory) for gpu in self.gpus]
        facts = repr((self.processor, self.cores, self.features, gpus))
        return hashlib.blake2b(facts.encode(), digest_size=6).hexdigest()

    def describe(self) -> str:
        """One line for people."""
        gib = 1 << 30
        gpus = ", ".join(f"{g.name} ({g.free / gib:.0f} GiB free)" for g in self.gpus) or "no GPU"
        features = f" ({', '.join(self.features)})" if self.features else ""
        return (
            f"{self.processor}, {self.cores} cores{features}, "
            f"{self.free / gib:.1f} of {self.memory / gib:.1f} GiB free, {gpus}"
        )


def inspect_machine() -> Machine:
    """Look at the machine; takes milliseconds, or about a second where there is a GPU."""
    total, free = _memory()
    processor, _ = _processor()
    return Machine(
        processor=processor,
        cores=usable_cores(),
        features=processor_features(),
        memory=total,
        free=free,
        gpus=_gpus(),
    )


def processor_features() -> tuple[str, ...]:
    """The instructions for matrices and vectors that the processor has, of those that matter."""
    _, flags = _processor()
    return tuple(flag for flag in _FLAGS if flag in flags)


def require_memory(needed: int, *, model: str) -> None:
    """Check that weights of `needed` bytes fit the free memory.

    Raises:
        ModelError: they do not.
    """
    _, free = _memory()
    if needed > free:
        gib = 1 << 30
        raise ModelError(
            f"model {model!r} needs {needed / gib:.1f} GiB of memory and {free / gib:.1f} GiB are "
            "free; use a smaller model or precision"
        )


def usable_cores() -> int:
    """The cores that this process may keep busy: affinity and the quota of its control group."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _cpu_quota()
    return max(1, min(cores, round(quota))) if quota else cores


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _group(controller: str) -> list[Path]:
    """The folders of this process's control group, innermost first; "" names version 2."""
    root = Path("/sys/fs/cgroup")
    for line in _read(Path("/proc/self/cgroup")).splitlines():
        _, names, inside = line.split(":", 2)
        if controller in names.split(","):
            base = root / controller if controller else root
            leaf = base / inside.lstrip("/")
            return [p for p in (leaf, *leaf.parents) if p == base or base in p.parents]
    return []


def _cpu_quota() -> float | None:
    """Cores that the control groups grant, the smallest of them."""
    quotas = []
    for folder in _group(""):
        limit, _, period = _read(folder / "cpu.max").partition(" ")
        if limit.isdigit() and period.isdigit():
            quotas.append(int(limit) / int(period))
    for folder in _group("cpu"):
        limit = _read(folder / "cpu.cfs_quota_us")
        period = _read(folder / "cpu.cfs_period_us")
        if limit.isdigit() and period.isdigit():
            quotas.append(int(limit) / int(period))
    return min(quotas, default=None)


def _memory() -> tuple[int, int]:
    """Memory in all and free, of the machine or of its narrowest control group."""
    machine = psutil.virtual_memory()
    total, free = int(machine.total), int(machine.available)
    names = (
        ("", "memory.max", "memory.current"),
        ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    )
    for controller, limit_name, used_name in names:
        for folder in _group(controller):
            limit, used = _read(folder / limit_name), _read(folder / used_name)
            if limit.isdigit() and used.isdigit() and int(limit) < min(total, _UNLIMITED):
                total = int(limit)
                free = min(free, max(0, int(limit) - int(used)))
    return total, free


def _processor() -> tuple[str, frozenset[str]]:
    """The processor's name and flags, as Linux tells them."""
    name, flags = platform.processor() or platform.machine(), frozenset[str]()
    for line in _read(Path("/proc/cpuinfo")).splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() in ("flags", "Features"):
            flags = frozenset(value.split())
            break
    return name, flags


def _gpus() -> tuple[Gpu, ...]:
    """NVIDIA's GPUs as its own tool lists them; none where the tool is missing or fails."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
    ask = partial(subprocess.run, capture_output=True, text=True, timeout=_NVIDIA_SECONDS)
    try:
        listed = ask([tool, *query], check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = [line.rsplit(",", 2) for line in listed.stdout.splitlines() if line.count(",") >= 2]
    return tuple(
        Gpu(name.strip(), int(total) << 20, int(free) << 20)
        for name, total, free in rows
        if total.strip().isdigit() and free.strip().isdigit()
    )
