"""The profile of a model on a machine: a document that a sweep writes and a planner reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models.hardware import Machine
from ontopilot.models.measuring.saving import save_text
from ontopilot.models.spec import Precision

VERSION: Literal[1] = 1
_SHOWN = 120


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Setting(_Part):
    """What a cell was measured with: an engine, how it was started, and how busy it was."""

    engine: str
    precision: Precision
    draft: str
    """What speculation drafts with, or ""."""
    streams: int = Field(ge=1)


class Figures(_Part):
    """What was measured: medians over the rounds; seconds, bytes, and tokens a second.

    The rates are those of all streams together. Prefill is that of prompts with one new token;
    decode is that of the tokens after the first; `output` counts all tokens of whole requests.
    `between_tokens` is as a reader sees it: from one piece of text to the next.
    """

    prefill_tokens_per_s: float = Field(ge=0)
    decode_tokens_per_s: float = Field(ge=0)
    output_tokens_per_s: float = Field(ge=0)
    first_token_p50_s: float = Field(ge=0)
    first_token_p95_s: float = Field(ge=0)
    between_tokens_p50_s: float = Field(ge=0)
    between_tokens_p95_s: float = Field(ge=0)
    acceptance: float | None = Field(ge=0, le=1)
    """The share of drafted tokens that was accepted; None where the engine does not tell."""
    start_s: float = Field(ge=0)
    memory_bytes: int = Field(ge=0)
    """0 where the engine has no process of its own on this machine."""
    rounds: int = Field(ge=1)


class Cell(_Part):
    """One setting with its figures, or with the reason why it cannot be measured."""

    setting: Setting
    versions: dict[str, str]
    figures: Figures | None = None
    failure: str = ""


class Shape(_Part):
    """What each request is: tokens of its prompt, about, and new tokens at most."""

    prompt_tokens: int = Field(ge=1)
    new_tokens: int = Field(ge=2)


class Profile(_Part):
    """All cells of a model on a machine."""

    version: Literal[1] = VERSION
    model: str
    digest: str
    """Tells whether the weights are still those that were measured."""
    machine: str
    """The fingerprint (`Machine.fingerprint`)."""
    machine_summary: str
    shape: Shape
    cells: tuple[Cell, ...] = ()

    def measured(self, setting: Setting) -> Figures | None:
        """The figures of a setting; None where there are none."""
        return next((c.figures for c in self.cells if c.setting == setting), None)

    def with_cell(self, cell: Cell) -> "Profile":
        """The profile with a cell more, or with one in the place of the older one."""
        others = tuple(c for c in self.cells if c.setting != cell.setting)
        return self.model_copy(update={"cells": (*others, cell)})

    def done(self, setting: Setting, versions: Mapping[str, str]) -> bool:
        """Whether a setting was measured with these versions."""
        return any(
            c.setting == setting and c.figures is not None and c.versions == versions
            for c in self.cells
        )


def load_profile(file: Path, machine: Machine) -> Profile:
    """Read a profile that was measured on this machine.

    Raises:
        ModelNotFound: there is no such file.
        ModelError: it cannot be read, is no profile, or is that of another machine.
    """
    try:
        profile = Profile.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise ModelNotFound(
            f"profile {str(file)!r} does not exist; make it with: ontopilot models bench MODEL"
        ) from None
    except OSError as error:
        raise ModelError(f"profile {str(file)!r} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ModelError(
            f"profile {str(file)!r} is damaged: {_first(error)}; delete it and measure again"
        ) from None
    if profile.machine != machine.fingerprint:
        raise ModelError(
            f"profile {str(file)!r} was measured on another machine ({profile.machine_summary}); "
            "measure this one into another file, or delete it"
        )
    return profile


def save_profile(profile: Profile, file: Path) -> None:
    """Write a profile, whole or not at all.

    Raises:
        ModelError: it cannot be written.
    """
    text = json.dumps(profile.model_dump(mode="json"), indent=1, ensure_ascii=False)
    save_text(file, text + "\n", what="profile")


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    given = "" if first["type"] == "json_invalid" else f" (got {str(first['input'])[:_SHOWN]!r})"
    return f"{where + ': ' if where else ''}{first['msg']}{given}"
