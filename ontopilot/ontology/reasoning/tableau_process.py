"""The process in which rustdl runs: documents on standard input, a line of JSON for each.

The first line of the input is a JSON object: `seconds` that are left and `steps`, each with the
`length` of its RDF/XML document, `saturation_only` and `pair_milliseconds`. The documents follow.
Every step answers when it is done, so that what an early one found is there when a later one has
to be stopped. Run as a file, so that nothing but rustdl is imported.
"""

import json
import signal
import sys
import time
import warnings
from typing import Any

import rustdl


def main() -> None:
    """Take the steps one after the other, each with the time that is left."""
    warnings.simplefilter("ignore")
    asked = json.loads(sys.stdin.buffer.readline())
    deadline = time.monotonic() + asked["seconds"]
    if hasattr(signal, "alarm"):
        signal.alarm(int(asked["seconds"]) + 2)  # ends it even where its parent is gone
    documents = [sys.stdin.buffer.read(step["length"]) for step in asked["steps"]]
    for step, document in zip(asked["steps"], documents, strict=True):
        answers = step_answers(step, document, deadline)
        for answer in answers:
            _tell(answer)
        if len(answers) > 1:
            return


def step_answers(step: dict[str, Any], document: bytes, deadline: float) -> list[dict[str, Any]]:
    """What a step finds; of a contradiction also the justification."""
    try:
        found = _answers(step, document, deadline)
    except rustdl.RustdlError as error:
        return [{"error": " ".join(str(error).split())[:120]}]
    if not found["inconsistent"]:
        return [found]
    axioms = rustdl.prepare_bytes(document, format="rdf-xml").justify(["inconsistent"])
    return [found, {"justification": [str(axiom) for axiom in axioms]}]


def _answers(step: dict[str, Any], document: bytes, deadline: float) -> dict[str, Any]:
    left = int(1000 * (deadline - time.monotonic()))
    found = rustdl.classify_bytes(
        document,
        format="rdf-xml",
        saturation_only=step["saturation_only"],
        per_pair_timeout_ms=step["pair_milliseconds"],
        global_timeout_ms=max(1, left),
    )
    empty = sorted(map(str, found.unsatisfiable))
    known = set(empty)
    return {
        "inconsistent": found.inconsistent,
        "cut": found.prep_timed_out or deadline <= time.monotonic(),
        "undecided": found.timed_out_pairs,
        "blind": found.wedge_hierarchy_blind or bool(found.wedge_clauses_refused),
        "empty": empty,
        "above": {
            cls: sorted({*found.equivalent_classes(cls), *found.direct_subsumers(cls)} - {cls})
            for cls in map(str, found.classes)
            if cls not in known
        },
    }


def _tell(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - this is how the process answers


if __name__ == "__main__":
    main()
