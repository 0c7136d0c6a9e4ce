"""Sleep: a model leaves the GPU for a while, and the process that serves it stays."""

from ontopilot.errors import ConfigError
from ontopilot.models.spec import Model


def require_sleep(model: Model) -> None:
    """Check that an engine can be sent to sleep, which vLLM must know at its start.

    Raises:
        ConfigError: it was not made so.
    """
    if not model.options.sleeps:
        raise ConfigError(
            f"engine {model.name!r} cannot sleep or wake; "
            "make it with EngineOptions(sleeps=True), which needs a GPU"
        )
