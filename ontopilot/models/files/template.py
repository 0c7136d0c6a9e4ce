"""Chat templates: messages to the prompt that a model was trained on."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from ontopilot.errors import ModelError
from ontopilot.models.files.checkpoint import read_json
from ontopilot.models.messages import Message


class ChatTemplate:
    """A compiled Jinja template, run in a sandbox because it comes with the model."""

    def __init__(self, source: str, *, begin: str, end: str, model: str) -> None:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self._model = model
        self.source = source
        self._tokens = {"bos_token": begin, "eos_token": end}
        if not source:
            raise ModelError(
                f"model {model!r}: its tokenizer has no chat template; "
                "add a chat_template.jinja to the model's folder"
            )
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = self._refuse
        environment.globals["strftime_now"] = lambda shape: datetime.now().strftime(shape)  # noqa: DTZ005
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise ModelError(
                f"model {model!r}: its chat template is wrong: {error}; copy the model again"
            ) from error

    def _refuse(self, why: str) -> NoReturn:
        raise ModelError(
            f"model {self._model!r}: its chat template refuses the messages: {why}; "
            "send what it was made for"
        )

    def render(self, messages: Sequence[Message], *, thinking: bool) -> str:
        """The prompt, up to where the assistant begins to speak.

        Raises:
            ModelError: the template cannot take these messages.
        """
        from jinja2 import TemplateError

        rows = [{"role": m.role, "content": m.content} for m in messages]
        try:
            return self._template.render(
                messages=rows, add_generation_prompt=True, enable_thinking=thinking, **self._tokens
            )
        except TemplateError as error:
            raise ModelError(
                f"model {self._model!r}: its chat template cannot take the messages: {error}; "
                "correct the template"
            ) from error


def read_template(folder: Path) -> ChatTemplate:
    """The chat template of a Hugging Face folder.

    Raises:
        ModelError: there is none, or it is wrong.
    """
    settings = folder / "tokenizer_config.json"
    config = read_json(settings) if settings.is_file() else {}
    file = folder / "chat_template.jinja"
    source = file.read_text(encoding="utf-8") if file.is_file() else config.get("chat_template")
    if isinstance(source, list):
        named = {entry["name"]: entry["template"] for entry in source}
        source = named.get("default", "")
    return ChatTemplate(
        source or "",
        begin=_token(config.get("bos_token")),
        end=_token(config.get("eos_token")),
        model=str(folder),
    )


def _token(entry: Any) -> str:
    """A special token, which some files wrap in an object."""
    return str(entry.get("content", "")) if isinstance(entry, dict) else str(entry or "")
