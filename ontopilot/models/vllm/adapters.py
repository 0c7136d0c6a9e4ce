"""The LoRA adapters of a vLLM engine, by the names that requests give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ontopilot.errors import ConfigError, RequestRefused
from ontopilot.models.files.adapter import Adapter, check_adapter_name, open_adapter
from ontopilot.models.files.blank_adapter import save_blank
from ontopilot.models.files.checkpoint import Checkpoint
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.spec import Model
from ontopilot.models.vllm.server import BASE
from ontopilot.models.vllm.settings import has_adapters

_OWN = "adapter"
"""The name under which the adapter of the `Model` is loaded."""

_BLANK = "blank"
"""The adapter that changes nothing (`blank_adapter.py`)."""


@dataclass(slots=True)
class Adapters:
    """Those that an engine has loaded, besides the one of its `Model`."""

    model: Model
    _folders: dict[str, Path] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.model.adapter is not None:
            self._folders[_OWN] = Path(self.model.adapter).expanduser()

    def check(self, name: str) -> None:
        """Check that an adapter of this name may be loaded.

        Raises:
            ConfigError: the name cannot be one, or the engine was not given room for adapters.
        """
        if not has_adapters(self.model):
            raise ConfigError(
                f"engine {self.model.name!r} has no room for adapter {name!r}; "
                "make it with EngineOptions(adapters=…)"
            )
        check_adapter_name(name, taken=(BASE, _OWN, _BLANK))

    def check_loaded(self, name: str) -> None:
        """Check that an adapter of this name was loaded while the engine ran.

        Raises:
            ConfigError: none was.
        """
        if name not in self._folders or name == _OWN:
            loaded = sorted(self._folders.keys() - {_OWN})
            raise ConfigError(
                f"engine {self.model.name!r} has no adapter {name!r} loaded, but {loaded}; "
                "name one of them"
            )

    def add(self, name: str, folder: Path) -> None:
        """An adapter was loaded."""
        self._folders[name] = folder

    def remove(self, name: str) -> None:
        """An adapter was unloaded."""
        del self._folders[name]

    def opened(self, checkpoint: Checkpoint, folder: Path) -> tuple[str, Mapping[str, Adapter]]:
        """What a request names that wants no adapter, and all adapters to begin with.

        Raises:
            ModelError: one of them cannot be used.
        """
        opened = {n: open_adapter(f, checkpoint) for n, f in self._folders.items()}
        if not has_adapters(self.model) or inspect_machine().gpus:
            return BASE, opened
        return _BLANK, {**opened, _BLANK: save_blank(folder / _BLANK, checkpoint)}

    def chosen(self, name: str, plain: str) -> str:
        """The adapter of a request that names `name`, or nothing.

        Raises:
            RequestRefused: no adapter of that name is loaded.
        """
        chosen = name or (_OWN if _OWN in self._folders else plain)
        if chosen != plain and chosen not in self._folders:
            loaded = sorted(self._folders)
            raise RequestRefused(
                f"engine {self.model.name!r} has no adapter {chosen!r} loaded, but {loaded}; "
                "load it first"
            )
        return chosen
