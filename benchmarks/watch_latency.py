"""How long after a save of the demo ontology its new snapshot serves.

    python benchmarks/watch_latency.py --json

One line of a copy of `shop.owl` is edited and written in place: a label, which changes no axiom
that reasoning depends on, and a value, which does; the two take turns. `total_ms` runs from the
end of the write to the call of the subscriber, `after_debounce_ms` leaves out the debounce of the
watch. `parts_cpu_ms` tells where a load spends its time, and does not depend on who else is at
work on the machine.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from _report import document, show

from ontopilot.ontology import Ontology
from ontopilot.ontology.load import load
from ontopilot.ontology.rdf.changed import same_logic, touched
from ontopilot.ontology.reason import infer
from ontopilot.ontology.watch import Event, OntologyWatch, Pace, Renewed

EXAMPLE = Path(__file__).resolve().parents[1] / "examples/customer_service"
FILES = ("shop.owl", "network.owl", "catalog-v001.xml")
LABEL = '<rdfs:label xml:lang="en">can show{}</rdfs:label>'
VALUE = '<addedMonths rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">{}<'
ROUNDS = 9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = measure(Path(name))
    packages = ("pyoxigraph", "rustdl", "rdflib")
    show(document(result, packages=packages), as_json=arguments.json)
    return 0


def measure(folder: Path) -> dict[str, Any]:
    """Medians of the time from a save to the new snapshot, by what was edited."""
    for name in FILES:
        shutil.copyfile(EXAMPLE / name, folder / name)
    path = folder / "shop.owl"
    original = path.read_text(encoding="utf-8")
    edits = edits_of(original)
    taken: dict[str, list[float]] = {name: [] for name in edits}
    loading: dict[str, list[float]] = {name: [] for name in edits}
    happened: SimpleQueue[tuple[float, Event]] = SimpleQueue()
    with OntologyWatch.open(path) as watch:
        watch.subscribe(lambda event: happened.put((time.perf_counter(), event)))
        for number in range(ROUNDS):
            for name, edit in edits.items():
                for text in (edit(number), original):
                    path.write_text(text, encoding="utf-8")
                    began = time.perf_counter()
                    ended, event = happened.get(timeout=60)
                    if not isinstance(event, Renewed) or len(event.terms) != 1:
                        raise SystemExit(f"not the snapshot that was expected: {event}")
                    taken[name].append((ended - began) * 1000)
                    loading[name].append(event.seconds * 1000)
    wait = Pace().debounce * 1000
    return {
        name: {
            "total_ms": round(statistics.median(times)),
            "after_debounce_ms": round(statistics.median(times) - wait),
            "fastest_after_debounce_ms": round(min(times) - wait),
            "load_ms": round(statistics.median(loading[name])),
        }
        for name, times in taken.items()
    } | {"parts_cpu_ms": parts(path), "debounce_ms": wait, "saves": 2 * ROUNDS}


def edits_of(original: str) -> dict[str, Callable[[int], str]]:
    """One-line edits by what they change; each gives another text for every number."""
    if LABEL.format("") not in original or VALUE.format(24) not in original:
        raise SystemExit("shop.owl lacks the lines that this benchmark edits; change them here")
    return {
        "label": lambda n: original.replace(LABEL.format(""), LABEL.format(f" {n}"), 1),
        "value": lambda n: original.replace(VALUE.format(24), VALUE.format(40 + n), 1),
    }


def parts(path: Path) -> dict[str, float]:
    """Milliseconds of CPU for each step of a load."""
    old = Ontology.load(path)
    loaded = load(path)
    inference = infer(loaded.triples, reasoner="auto")

    def cost(run: Callable[[], object]) -> float:
        times = []
        for _ in range(ROUNDS):
            began = time.process_time()
            run()
            times.append((time.process_time() - began) * 1000)
        return round(statistics.median(times), 1)

    return {
        "read_and_parse": cost(lambda: load(path)),
        "compare_axioms": cost(lambda: same_logic(old.asserted, loaded.triples)),
        "reason": cost(lambda: infer(loaded.triples, reasoner="auto")),
        "index": cost(lambda: Ontology(loaded, inference.triples, inference.report, ("en", ""))),
        "changed_terms": cost(lambda: touched(old.asserted, loaded.triples)),
    }


if __name__ == "__main__":
    raise SystemExit(main())
