"""Importing OpenVINO without the usage report that its import sends."""

import sys
from importlib import import_module
from typing import Any

_REPORTER = "openvino_telemetry"


def import_openvino(name: str = "openvino") -> Any:
    """Import OpenVINO or a package on top of it, and send nothing to anybody.

    Left alone, the import writes a client id into the user's home, sends an event over the
    network, and forks for it. Its own fallback for when the reporter is not installed stays
    silent, so the reporter is hidden while OpenVINO looks for it.
    """
    hidden = _REPORTER not in sys.modules
    if hidden:
        sys.modules[_REPORTER] = None  # type: ignore[assignment]  # "not to be found"
    try:
        import_module("openvino")
        return import_module(name)
    finally:
        if hidden:
            sys.modules.pop(_REPORTER, None)
