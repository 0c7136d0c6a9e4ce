"""Numbers of orders and customers, and addresses: what no evidence has is invented."""

import re
from collections.abc import Sequence

from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.retrieval.passage import Evidence

_CODE = re.compile(
    r"(?<![\w-])[A-Z]{1,4}-\d{3,}(?![\w-])"
    r"|(?:https?|hxxps?)://[^\s<>\"']+|\bwww\.[^\s<>\"']+"
    r"|[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
)


def check_codes(text: str, cited: Sequence[Evidence], question: str) -> Finding | None:
    """The first number or address of a claim that neither the evidence nor the customer named."""
    known = " ".join([question, *(item.text for item in cited)]).casefold()
    for found in _CODE.finditer(text):
        code = found.group().rstrip(".,;:!?)]")
        if code.casefold() not in known:
            return Finding("invented", "unsupported", f"The cited text has no {code!r:.80}.", 1.0)
    return None
