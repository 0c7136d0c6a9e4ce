"""Digests that name a model's files without reading all of them."""

import hashlib
from pathlib import Path

_SAMPLES = 64
_SAMPLE_BYTES = 4096
_SUFFIXES = (".json", ".txt", ".jinja", ".safetensors")


def folder_digest(folder: Path, *, times: bool = False) -> str:
    """A digest of settings and of samples spread over the weights, 12 hex digits.

    With `times` a file that was saved again counts as changed.
    """
    state = hashlib.blake2b(digest_size=6)
    for file in sorted(p for p in folder.rglob("*") if p.suffix in _SUFFIXES):
        facts = file.stat()
        state.update(f"{file.relative_to(folder).as_posix()}:{facts.st_size}".encode())
        if times:
            state.update(str(facts.st_mtime_ns).encode())
        with file.open("rb") as stream:
            for sample in range(_SAMPLES):
                stream.seek(facts.st_size * sample // _SAMPLES)
                state.update(stream.read(_SAMPLE_BYTES))
    return state.hexdigest()
