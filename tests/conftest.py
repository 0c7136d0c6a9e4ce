"""What every test has: needs skipped by name, no network, settings that are the test's own."""

import importlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.", "::1", "localhost")


def _postgres_server() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or bool(shutil.which("postgres"))


NEEDS = {
    "java": (lambda: bool(shutil.which("java")), "a Java runtime"),
    "chromium": (lambda: bool(shutil.which("chromium")), "the program chromium"),
    "postgres": (_postgres_server, "a PostgreSQL server"),
    "vllm": ((ROOT / ".venv-vllm/installed").is_file, "the environment that `make vllm` installs"),
    "converter": (
        (ROOT / ".venv-converter/installed").is_file,
        "the environment that `make converter` installs",
    ),
    "shared": ((ROOT.parent / "shared/data").is_dir, "the data sets in ../shared/data"),
}

settings.register_profile("ontopilot", deadline=None, derandomize=True)
settings.register_profile("full", deadline=None, max_examples=2000)
not_allowed = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ontopilot")
    group.addoption("--require", choices=["all"], help="all: a skipped test is a failed one")
    group.addoption("--full", action="store_true", help="also the sweeps that CI has no time for")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("full" if config.getoption("--full") else "ontopilot")
    config.stash[not_allowed] = []
    # A shell starts what runs in the background deaf to Ctrl-C, and the programs that tests start
    # would be so, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--full"):
        sweeps = [item for item in items if item.get_closest_marker("sweep")]
        items[:] = [item for item in items if item not in sweeps]
        config.hook.pytest_deselected(items=sweeps)
    absent = {name: what for name, (there, what) in NEEDS.items() if not there()}
    for item in items:
        for name, what in absent.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=f"{name}: needs {what}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    _forbid_skip(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _forbid_skip(collector.config, report)
    return report


def _forbid_skip(config: pytest.Config, report: pytest.TestReport | pytest.CollectReport) -> None:
    if config.getoption("--require") != "all" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"--require all: {reason}"
    config.stash[not_allowed].append(f"{report.nodeid} ({reason})")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash[not_allowed]:
        terminalreporter.section("skipped, where --require all allows no skip")
        for line in config.stash[not_allowed]:
            terminalreporter.write_line(line)


def _stay_on_this_machine(event: str, args: tuple[object, ...]) -> None:
    """Refuse what a test would send off the machine; an audit hook cannot be forgotten."""
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    elif event == "socket.getaddrinfo" and args[0] is not None:
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
    else:
        return
    if not str(host).startswith(LOOPBACK):
        raise RuntimeError(f"a test connects to {host!r}: tests use only this machine")


sys.addaudithook(_stay_on_this_machine)


@pytest.fixture(autouse=True)
def _settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own ONTOPILOT_* variables change no test."""
    for name in [name for name in os.environ if name.startswith("ONTOPILOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def benchmark(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The script of `benchmarks/` that the test module names as `BENCHMARK`."""
    folder = str(ROOT / "benchmarks")
    sys.path.insert(0, folder)
    try:
        yield importlib.import_module(request.module.BENCHMARK)
    finally:
        sys.path.remove(folder)
