"""Settings: the only reader of the environment."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ontopilot.errors import ConfigError


class Settings(BaseSettings):
    """What an operator may set, each as `ONTOPILOT_<NAME>` in the environment.

    Everything below this module receives values and never reads the environment.
    """

    model_config = SettingsConfigDict(env_prefix="ONTOPILOT_", extra="forbid", frozen=True)

    home: Path | None = Field(
        default=None,
        description="Folder for stores and indexes; by default `.ontopilot` beside the agent file.",
    )
    store_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the store; by default SQLite in `home`."
    )
    log_level: str | None = Field(
        default=None,
        description="Level of the log on stderr; WARNING, or INFO where the log is in JSON.",
    )
    java: str | None = Field(
        default=None, description="Path of the Java program that HermiT runs on."
    )
    reasoning_seconds: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="Seconds that the classes of an ontology may be compared; 10 by default.",
    )
    threads: int | None = Field(
        default=None, ge=1, description="Threads that a CPU engine may use; by default all cores."
    )
    vllm: Path | None = Field(
        default=None,
        description="The vLLM to run: its `vllm` program, or the `python` of its environment.",
    )
    converter: Path | None = Field(
        default=None,
        description="The `python` of an environment with optimum-intel, which converts models.",
    )
    remote_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key of remote servers, for models that name no key file of their own.",
    )


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        ConfigError: a variable has a value of the wrong kind.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ONTOPILOT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(
            f"environment variable {name}={first.get('input')!r}: {first['msg']}"
        ) from None


def preloaded() -> str:
    """The libraries that programs started from here load first (`LD_PRELOAD`)."""
    return os.environ.get("LD_PRELOAD", "")


@contextmanager
def surroundings(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for a library that takes its settings from nowhere else.

    They hold for the whole process, and for the processes that it starts meanwhile.
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
