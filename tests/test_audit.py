"""`make audit`: pip-audit against an advisory service on this machine."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="not a checkout"),
]
PINNED = "requests==2.19.0\nhttpx==0.28.1\n"


def hole(*, fixed):
    """An advisory about every version of requests, as OSV writes it."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    package = {"name": "requests", "ecosystem": "PyPI"}
    return {
        "id": "GHSA-test-test-test",
        "aliases": ["CVE-2018-18074"],
        "summary": "it tells the password",
        "details": "it tells the password",
        "published": "2018-10-09T00:00:00Z",
        "affected": [
            {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]},
        ],
    }


class Advisories(ThreadingHTTPServer):
    """Answers as OSV does; `known` are the advisories about requests, `status` is what it says."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known, self.status, self.asked = [], 200, 0

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1/query"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked += 1
        known = self.server.known if asked["package"]["name"] == "requests" else []
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"vulns": known} if known else {}).encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def service():
    with Advisories() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def audit(tmp_path, service):
    (tmp_path / "pins.txt").write_text(PINNED)

    def run(allowed="", address=None):
        (tmp_path / "allowed.toml").write_text(allowed)
        ran = subprocess.run(
            [
                *(sys.executable, ROOT / ".ci/audit.py", tmp_path / "pins.txt"),
                *("--service", address or service.address),
                *("--allowed", tmp_path / "allowed.toml"),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        assert ran.stderr == ""
        return ran.returncode, ran.stdout

    return run


def entry(**changes):
    told = {"package": "requests", "id": "CVE-2018-18074", "reason": "we send no password"}
    return "[[allowed]]\n" + "".join(f'{k} = "{v}"\n' for k, v in (told | changes).items())


def test_a_hole_with_a_fix_fails(audit, service):
    service.known = [hole(fixed="2.20.0")]
    status, said = audit()
    assert status == 1
    assert "requests 2.19.0: CVE-2018-18074, GHSA-test-test-test (mended in 2.20.0)" in said
    assert "2 packages, 1 known holes" in said


def test_a_hole_that_nobody_has_mended_is_told(audit, service):
    service.known = [hole(fixed=None)]
    status, said = audit()
    assert (status, "no release mends it yet" in said) == (0, True)


def test_a_hole_with_a_reason_to_stay_does_not_fail(audit, service):
    service.known = [hole(fixed="2.20.0")]
    status, said = audit(entry())
    assert (status, "allowed: we send no password" in said) == (0, True)
    assert audit(entry(package="httpx"))[0] == 1


def test_a_reason_that_is_needed_no_more_is_told(audit):
    status, said = audit(entry())
    assert (status, "take it out" in said) == (0, True)


def test_a_hole_is_not_allowed_without_a_reason(audit, service):
    service.known = [hole(fixed="2.20.0")]
    status, said = audit(entry(reason=" "))
    assert (status, "give package, id and reason" in said) == (2, True)


def test_without_the_service_it_says_that_nothing_was_checked(audit, service):
    service.status = 503
    for address in (service.address, "http://127.0.0.1:9/v1/query"):
        status, said = audit(address=address)
        assert (status, "SKIPPED, nothing was checked" in said) == (0, True)


def test_a_file_that_cannot_be_read_is_no_success(audit, tmp_path):
    (tmp_path / "pins.txt").write_text("requests==not a version\n")
    status, said = audit()
    assert (status, "pip-audit failed" in said) == (2, True)


def test_every_pin_of_ours_is_asked_about(audit, service, tmp_path):
    ours = (ROOT / "constraints.txt").read_text()
    (tmp_path / "pins.txt").write_text(ours)
    status, said = audit()
    assert status == 0
    assert "was not checked" not in said
    assert service.asked >= len(ours.splitlines())


def test_what_is_allowed_has_a_reason(audit):
    assert audit((ROOT / ".ci/audit-allowed.toml").read_text())[0] == 0
