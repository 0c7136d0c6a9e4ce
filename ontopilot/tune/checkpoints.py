"""Checkpoints of a training: written whole or not at all, read back after a kill."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontopilot.errors import TrainingStopped

FILE = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The newest checkpoint in a folder."""

    folder: Path

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.folder / FILE

    def save(self, state: Mapping[str, Any], *, step: int) -> None:
        """Replace the checkpoint; the old one stays until the new one is on disk.

        Raises:
            TrainingStopped: it cannot be written, for instance because the disk is full.
        """
        import torch

        part = self.file.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                torch.save({**state, "step": step}, out)
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.file)
        except (OSError, RuntimeError) as error:
            part.unlink(missing_ok=True)
            raise TrainingStopped(self._why(error, step)) from error

    def load(self) -> dict[str, Any] | None:
        """The newest checkpoint, or None where there is none.

        Raises:
            TrainingStopped: it is damaged.
        """
        import pickle

        import torch

        if not self.file.is_file():
            return None
        try:
            found: dict[str, Any] = torch.load(self.file, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise TrainingStopped(
                f"checkpoint {str(self.file)!r} is damaged: {error}; delete it to begin anew"
            ) from error
        return found

    def _why(self, error: BaseException, step: int) -> str:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        # PyTorch tells of a full disk in words of its own.
        full = full or "write failed" in str(error) or "No space" in str(error)
        why = "the disk is full" if full else str(error)
        kept = f"the one before is kept in {str(self.file)!r}" if self.file.is_file() else ""
        return (
            f"the checkpoint of step {step} cannot be written: {why}; "
            f"{kept + '; ' if kept else ''}free some space and run the command again"
        )
