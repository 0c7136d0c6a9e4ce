"""Files that are either the old ones or the new ones, whenever they are read."""

import os
import tempfile
from pathlib import Path

from ontopilot.errors import ModelError


def save_text(file: Path, text: str, *, what: str) -> None:
    """Write a file, whole or not at all; its folder is made.

    Raises:
        ModelError: it cannot be written; `what` says what it is.
    """
    temporary = ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ModelError(
            f"{what} {str(file)!r} cannot be written: {error.strerror or error}; "
            "choose a folder that can"
        ) from error
