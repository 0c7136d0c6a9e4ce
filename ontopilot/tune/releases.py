"""Releases: the adapters of a role, of which one is in service."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ontopilot.errors import NotPromoted
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.pool import Pool, Role
from ontopilot.models.spec import EngineOptions, Model

STATE, LOCK = "releases.json", ".lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version that was put into service: which, when, and on what grounds."""

    version: str
    promoted: float
    why: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Releases:
    """A folder of versions and `releases.json`, which alone says which one serves.

    A version is copied whole before that file is replaced, so whenever a promotion is interrupted
    the one before it goes on serving.
    """

    folder: Path

    def history(self) -> tuple[Entry, ...]:
        """The versions that were put into service, the present one last.

        Raises:
            NotPromoted: `releases.json` is damaged.
        """
        file = self.folder / STATE
        if not file.is_file():
            return ()
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
            return tuple(Entry(**row) for row in rows)
        except (ValueError, TypeError) as error:
            raise NotPromoted(
                f"releases {str(file)!r} is damaged: {error}; restore it from a copy"
            ) from error

    def current(self) -> Path | None:
        """The folder of the adapter in service, or None before the first promotion.

        Raises:
            NotPromoted: it is gone.
        """
        history = self.history()
        if not history:
            return None
        found = self.folder / history[-1].version
        if not (found / "adapter_config.json").is_file():
            raise NotPromoted(
                f"releases {str(self.folder)!r}: version {history[-1].version!r} is gone; "
                "roll back, or restore the folder"
            )
        return found

    def model(self, base: str, *, options: EngineOptions | None = None) -> Model:
        """The base with the adapter in service, whose version every answer then records."""
        return Model(base, adapter=self.current(), options=options or EngineOptions())

    async def serve(self, pool: Pool, role: Role, base: str) -> Model:
        """Let a running pool answer with the adapter in service; no request fails meanwhile.

        Raises:
            ModelError: it cannot start; what served before goes on serving.
        """
        model = self.model(base)
        await pool.swap(role, model)
        return model

    def promote(self, adapter: Path, *, why: str, figures: Mapping[str, Any]) -> Entry:
        """Put an adapter into service.

        Raises:
            NotPromoted: it cannot be copied, or somebody else promotes just now.
        """
        with self._alone():
            history = self.history()
            version = f"v{len(self._versions()) + 1:04d}-{folder_digest(adapter)}"
            part = self.folder / f"{version}.part"
            try:
                shutil.rmtree(part, ignore_errors=True)
                shutil.copytree(adapter, part, ignore=shutil.ignore_patterns("checkpoint.*"))
                part.replace(self.folder / version)
            except OSError as error:
                shutil.rmtree(part, ignore_errors=True)
                raise NotPromoted(
                    f"adapter {str(adapter)!r} cannot be copied into {str(self.folder)!r}: "
                    f"{error}; the adapter in service stays"
                ) from error
            entry = Entry(version, time.time(), why, figures)
            self._write((*history, entry))
            return entry

    def roll_back(self, *, why: str) -> Entry:
        """Put the version before the present one back into service.

        Raises:
            NotPromoted: there is none before it.
        """
        with self._alone():
            history = self.history()
            before = [e for e in history if e.version != history[-1].version] if history else []
            if not before:
                raise NotPromoted(
                    f"releases {str(self.folder)!r}: there is no earlier version to go back to"
                )
            entry = replace(before[-1], promoted=time.time(), why=why)
            at = max(n for n, e in enumerate(history) if e.version == entry.version)
            self._write((*history[:at], entry))
            return entry

    def _versions(self) -> list[Path]:
        return [path for path in self.folder.glob("v*-*") if path.suffix != ".part"]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else promotes meanwhile."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / LOCK, timeout=10):
                yield
        except Timeout as error:
            raise NotPromoted(
                f"releases {str(self.folder)!r}: somebody else promotes just now; try again"
            ) from error

    def _write(self, history: tuple[Entry, ...]) -> None:
        part = self.folder / f"{STATE}.part"
        with part.open("w", encoding="utf-8") as out:
            json.dump([asdict(entry) for entry in history], out, indent=2)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self.folder / STATE)
