"""A process that is killed leaves everything that it had been told is stored."""

import signal
import subprocess
import sys
from pathlib import Path

from ontopilot.orchestrator.store import Store

SHOW_CLAIMS = """
import sys
from ontopilot.orchestrator.answer import Claim, Verdict
from ontopilot.orchestrator.store import Store
from ontopilot.retrieval.passage import Evidence, EvidenceId
store = Store.open(sys.argv[1])
row = store.begin_turn("c-1", "C-1001", "Return?", "v1")
store.save_evidence(row.id, [Evidence(EvidenceId("doc:1"), "passage", "30 days", 1.0, "")])
store.start_action(row.id, "refund", {"order": "A-10001"})
print(row.id, flush=True)
for position in range(1_000_000):
    claim = Claim(f"claim {position}")
    store.release(row.id, position, claim, Verdict(claim, "supported", ""))
    print(claim.text, flush=True)
"""


def test_what_was_shown_before_a_kill_is_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with subprocess.Popen(
        [sys.executable, "-c", SHOW_CLAIMS, url], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        turn = process.stdout.readline().strip()
        shown = [process.stdout.readline().strip() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        shown += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL

    store = Store.open(url)
    kept = [claim.text for claim, _ in store.released(turn)]
    assert kept[: len(shown)] == shown
    assert len(kept) - len(shown) in (0, 1), "a claim is stored before it is shown"
    assert [item.id for item in store.evidence(turn)] == ["doc:1"]
    assert [row.id for row in store.unfinished()] == [turn]
    assert store.start_action(turn, "refund", {"order": "A-10001"}).unknown
    store.close()
