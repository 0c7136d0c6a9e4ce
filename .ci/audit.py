"""Known holes in what a constraints file pins, as pip-audit finds them in OSV's advisories.

    python .ci/audit.py constraints.txt

It fails (1) where a hole has a fix and `.ci/audit-allowed.toml` does not say why we stay. Without
the advisory service nothing is known, and it says so and does not fail.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVICE = "https://api.osv.dev/v1/query"
ALLOWED = Path(__file__).parent / "audit-allowed.toml"
PATIENCE_S = 20
_NETWORK = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "HTTPError", "ConnectionReset")


@dataclass(frozen=True, slots=True)
class Hole:
    """A known hole of a pinned package; `fixes` are the versions without it."""

    package: str
    version: str
    names: tuple[str, ...]
    fixes: tuple[str, ...]

    def __str__(self) -> str:
        fixed = f"mended in {', '.join(self.fixes)}" if self.fixes else "no release mends it yet"
        return f"{self.package} {self.version}: {', '.join(self.names)} ({fixed})"


def unreachable(service: str) -> str:
    """Why the advisory service cannot be asked; "" where it can."""
    asked = json.dumps({"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "20.0"})
    request = urllib.request.Request(  # noqa: S310 - the address is ours
        service, asked.encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:  # noqa: S310
            json.load(reply)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def audited(pinned: Path, service: str) -> dict[str, Any] | str:
    """What pip-audit reports of a file, or why it could not."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pip_audit", "-r", str(pinned), "--no-deps"),
                *("--disable-pip", "--progress-spinner", "off", "--cache-dir", folder),
                *("--vulnerability-service", "osv", "--osv-url", service),
                *("--timeout", str(PATIENCE_S), "--format", "json", "--output", str(report)),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if not report.is_file() or not report.stat().st_size:
            return ran.stderr.strip() or f"pip-audit ended with {ran.returncode}"
        told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return told


def holes(report: dict[str, Any]) -> list[Hole]:
    """The holes of a report."""
    return [
        Hole(
            package["name"],
            package["version"],
            (hole["id"], *hole["aliases"]),
            tuple(hole["fix_versions"]),
        )
        for package in report["dependencies"]
        for hole in package.get("vulns", [])
    ]


def allowed(path: Path) -> dict[tuple[str, str], str]:
    """By package and hole, why we stay with it.

    Raises:
        ValueError: an entry says no package, no hole or no reason.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", [])
    for entry in entries:
        if not all(str(entry.get(key, "")).strip() for key in ("package", "id", "reason")):
            raise ValueError(f"{path}: {entry!r}: give package, id and reason")
    return {(entry["package"], entry["id"]): entry["reason"] for entry in entries}


def judged(found: list[Hole], known: dict[tuple[str, str], str]) -> int:
    """Tell every hole; 1 where one has a fix and no reason to stay."""
    used: set[tuple[str, str]] = set()
    wrong = 0
    for hole in found:
        keys = {(hole.package, name) for name in hole.names} & set(known)
        used |= keys
        if keys:
            print(f"audit: {hole}; allowed: {known[min(keys)]}")
        else:
            wrong += bool(hole.fixes)
            print(f"audit: {hole}")
    for package, name in sorted(set(known) - used):
        print(f"audit: {name} of {package} is allowed and not there any more; take it out")
    return int(wrong > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pinned", type=Path, help="a file of name==version lines")
    parser.add_argument("--service", default=SERVICE, help="address of the advisory service")
    parser.add_argument("--allowed", type=Path, default=ALLOWED, help="holes that we know of")
    arguments = parser.parse_args()
    try:
        known = allowed(arguments.allowed)
    except (OSError, ValueError) as error:
        print(f"audit: {error}")
        return 2
    if why := unreachable(arguments.service):
        print(f"audit: SKIPPED, nothing was checked: {arguments.service} cannot be asked ({why})")
        return 0
    report = audited(arguments.pinned, arguments.service)
    if isinstance(report, str):
        last = report.splitlines()[-1]
        if any(name in report for name in _NETWORK):
            print(f"audit: SKIPPED, the advisory service went away: {last}")
            return 0
        print(f"audit: pip-audit failed: {last}")
        return 2
    left = [one for one in report["dependencies"] if "skip_reason" in one]
    for package in left:
        print(f"audit: {package['name']} was not checked: {package['skip_reason']}")
    found = holes(report)
    print(f"audit: {len(report['dependencies']) - len(left)} packages, {len(found)} known holes")
    return judged(found, known)


if __name__ == "__main__":
    raise SystemExit(main())
