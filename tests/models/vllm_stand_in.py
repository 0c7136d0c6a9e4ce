"""Engines whose vLLM is the stand-in `fake_vllm.py`, which starts at once and can misbehave."""

import asyncio
import json
import sys
from pathlib import Path

import psutil

from tests.conformance.engine import ask, chunks_of

FAKE = Path(__file__).with_name("fake_vllm.py")


def program(folder: Path, mode: str = "good") -> Path:
    """A program called `vllm` that behaves as `mode` says."""
    file = folder / "vllm"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -S {FAKE} {mode} "$@"\n')
    file.chmod(0o700)
    return file


async def sent(engine, request=None) -> dict:
    """The body that the server got, which the stand-in says first."""
    return json.loads((await chunks_of(engine, request or ask(max_tokens=64)))[0].text)


async def server_of(engine) -> tuple[psutil.Process, list[psutil.Process]]:
    """The keeper of an engine, and what runs under it."""
    before = set(psutil.Process().children())
    await engine.warm()
    (keeper,) = set(psutil.Process().children()) - before
    return keeper, keeper.children(recursive=True)


async def ended(engine) -> None:
    while engine.standing != "ended":
        await asyncio.sleep(0.01)
