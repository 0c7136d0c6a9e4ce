"""How fast ontologies load, reload, link texts and check claims, beside what others offer.

    python benchmarks/ontology_speed.py --data ../shared/data --json

- `loads`: a file to a snapshot that has answered its first question, each time in a new process
  with the libraries imported: doid (196,000 triples) without reasoning and with rules, pizza with
  the default reasoner; beside them rdflib's parser and the reasoners `reasonable` and owlrl, which
  end with triples and not with a snapshot. `peak_mb` is the most memory that the process took.
- `reload_ms`: a one-line edit of the demo ontology to its new snapshot, given the one before: of a
  label, of a fact, and of a subclass.
- `linking`: texts in a second over the names of doid: sentences with a name as it stands, the
  first time and again (words and names that were met are remembered), and other sentences with a
  typo in the name, the first time; beside it an automaton that only finds substrings
  (ahocorasick_rs) and a nearest name for every text (rapidfuzz).
- `claims`: 1,000 claims about the demo's things, checked after ten others.

Wall seconds depend on who else is at work on the machine; CPU seconds (`cpu_…`) less so. Contenders
take turns, and every figure is the median of the rounds.
"""

import argparse
import gc
import gzip
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from _report import SEED, document, show
from watch_latency import EXAMPLE, FILES, edits_of

DOID, PIZZA = "doid/doid-2016-converted.owl.gz", "pizza/pizza.owl"
SENTENCES = (
    "The patient was told of {} last week.",
    "Is {} treated here?",
    "My mother has {} and asks for help.",
    "We found no sign of {}.",
)
TARGETS = {
    "doid_s": 2.5,
    "doid_rules_s": 4.0,
    "doid_mb": 350,
    "pizza_s": 0.5,
    "reload_ms": 300,
    "exact_per_s": 100_000,
    "fuzzy_per_s": 2_000,
    "claims_s": 1.0,
}
PACKAGES = ("pyoxigraph", "rdflib", "owlrl", "reasonable", "rustdl", "ahocorasick-rs", "rapidfuzz")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="has ontologies/")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each contender")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--contender", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(run_once(*arguments.contender)))
        return 0
    folder = arguments.data / "ontologies"
    if not (folder / DOID).is_file():
        print(f"no {DOID} in {folder}: give --data", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        result = measure(folder, Path(name), arguments.rounds)
    show(document(result, packages=PACKAGES), as_json=arguments.json)
    return 0


def measure(folder: Path, scratch: Path, rounds: int) -> dict[str, Any]:
    """Every figure; `scratch` is an empty folder."""
    doid = scratch / "doid.owl"
    doid.write_bytes(gzip.decompress((folder / DOID).read_bytes()))
    return {
        "rounds": rounds,
        "targets": TARGETS,
        "loads": loads(doid, folder / PIZZA, scratch, rounds),
        "reload_ms": reloads(scratch / "demo", rounds),
        "linking": linking(doid, rounds),
        "claims": claims(rounds),
    }


def loads(doid: Path, pizza: Path, scratch: Path, rounds: int) -> dict[str, Any]:
    """Medians of seconds and memory by what was loaded, and by whom."""
    contenders = {
        "doid": ("none", doid),
        "doid, rules": ("rules", doid),
        "doid, rdflib parse": ("rdflib", doid),
        "doid, reasonable": ("reasonable", as_n_triples(doid, scratch / "doid.ttl")),
        "pizza": ("auto", pizza),
        "pizza, reasonable": ("reasonable", as_n_triples(pizza, scratch / "pizza.ttl")),
        "pizza, owlrl": ("owlrl", pizza),
    }
    taken: dict[str, list[Mapping[str, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, (contender, path) in contenders.items():
            command = [sys.executable, __file__, "--contender", contender, str(path)]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            taken[name].append(json.loads(printed))
    return {
        name: {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}
        for name, runs in taken.items()
    }


def as_n_triples(path: Path, target: Path) -> Path:
    """A copy that `reasonable` reads: N-Triples are Turtle, and it goes by the ending."""
    import pyoxigraph as ox

    with target.open("wb") as file:
        triples = ox.parse(path.read_bytes(), format=ox.RdfFormat.RDF_XML, base_iri="urn:base")
        ox.serialize((quad.triple for quad in triples), file, format=ox.RdfFormat.N_TRIPLES)
    return target


def run_once(name: str, path: str) -> dict[str, float]:
    """Seconds and memory of one contender in this process."""
    run = {"rdflib": rdflib_parses, "reasonable": reasonable_infers, "owlrl": owlrl_infers}.get(
        name, lambda path: ours(path, name)
    )(path)
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return {
        "s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory that this process took; not that of the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def ours(path: str, reasoner: str) -> Callable[[], object]:
    """Load, then let the collector do what it put off, and ask something."""
    import ahocorasick_rs  # noqa: F401 - imported before the clock starts
    import pyoxigraph  # noqa: F401
    import Stemmer  # noqa: F401

    if reasoner == "auto":
        import rustdl  # noqa: F401

    from ontopilot.ontology import Ontology

    def run() -> object:
        ontology = Ontology.load(path, reasoner=reasoner, allow_missing_imports=True)
        gc.collect(0)
        return ontology.link("Is asthma a disease?"), ontology.facts()

    return run


def rdflib_parses(path: str) -> Callable[[], object]:
    from rdflib import Graph

    return lambda: Graph().parse(path)


def reasonable_infers(path: str) -> Callable[[], object]:
    import rdflib  # noqa: F401
    from reasonable import PyReasoner

    def run() -> object:
        engine = PyReasoner()
        engine.load_file(path)
        return engine.reason()

    return run


def owlrl_infers(path: str) -> Callable[[], object]:
    import owlrl
    from rdflib import Graph

    def run() -> object:
        graph = Graph().parse(path)
        return owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    return run


def reloads(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds from the edited file to the new snapshot."""
    from ontopilot.ontology import Ontology

    folder.mkdir()
    for name in FILES:
        shutil.copyfile(EXAMPLE / name, folder / name)
    path = folder / "shop.owl"
    original = path.read_text(encoding="utf-8")
    old = Ontology.load(path)
    edits = {**edits_of(original), "subclass": lambda number: with_subclass(original, number)}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in edits}
    for number in range(rounds):
        for name, edit in edits.items():
            path.write_text(edit(number), encoding="utf-8")
            wall, cpu = time.perf_counter(), time.process_time()
            new = Ontology.load(path, like=old)
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
            if new.version == old.version:
                raise SystemExit(f"the edit of a {name} changed nothing")
    return {
        name: {
            "ms": round(statistics.median(wall for wall, _ in runs) * 1000),
            "cpu_ms": round(statistics.median(cpu for _, cpu in runs) * 1000),
        }
        for name, runs in times.items()
    }


def with_subclass(original: str, number: int) -> str:
    """The demo ontology with one class more, below `Kettle`."""
    base = "http://example.org/shop#"
    end = original.rindex("</rdf:RDF>")
    added = (
        f'<owl:Class rdf:about="{base}Kettle{number}"><rdfs:subClassOf rdf:resource="{base}Kettle"'
        "/></owl:Class>"
    )
    return f"{original[:end]}{added}\n{original[end:]}"


def linking(doid: Path, rounds: int) -> dict[str, Any]:
    """Texts in a second, by how well they name terms."""
    import ahocorasick_rs
    from rapidfuzz import process

    from ontopilot.ontology import Ontology

    ontology = Ontology.load(doid, reasoner="none")
    choose = random.Random(SEED)
    terms = [term for term in ontology.terms("class") if not term.deprecated]
    labels = [term.label for term in terms]
    named = sorted({text.lower() for term in terms for text in (term.label, *term.synonyms)})
    exact = [choose.choice(SENTENCES).format(choose.choice(labels)) for _ in range(10_000)]
    long = [label for label in labels if len(label) >= 8]
    fuzzy = [
        choose.choice(SENTENCES).format(misspelt(choose.choice(long), choose)) for _ in range(2_000)
    ]
    substrings = ahocorasick_rs.AhoCorasick(
        named, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
    )
    taken: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, run: Callable[[str], object], texts: Sequence[str]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        for text in texts:
            run(text)
        passed = time.perf_counter() - wall, time.process_time() - cpu
        taken.setdefault(name, []).append((len(texts) / passed[0], len(texts) / passed[1]))

    for _ in range(rounds):
        fresh = Ontology.load(doid, reasoner="none")
        gc.collect()
        timed("exact, first time", fresh.link, exact)
        timed("exact", fresh.link, exact)
        timed("fuzzy, first time", fresh.link, fuzzy)
        timed("substrings, ahocorasick_rs", lambda t: substrings.find_matches_as_indexes(t.lower()),
              exact)  # fmt: skip
        timed("nearest name, rapidfuzz", lambda text: process.extractOne(text, named), fuzzy[:20])
    return {
        "names": len(named),
        "exact_linked": sum(bool(ontology.link(text)) for text in exact) / len(exact),
        "fuzzy_linked": sum(bool(ontology.link(text)) for text in fuzzy) / len(fuzzy),
        **{
            name: {
                "per_s": round(statistics.median(wall for wall, _ in runs)),
                "per_cpu_s": round(statistics.median(cpu for _, cpu in runs)),
            }
            for name, runs in taken.items()
        },
    }


def misspelt(label: str, choose: random.Random) -> str:
    """A label with two letters of its longest word in each other's places."""
    word = max(label.split(), key=len)
    at = choose.randrange(1, max(2, len(word) - 2))
    return label.replace(word, word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :])


def claims(rounds: int) -> dict[str, Any]:
    """Seconds for 1,000 claims about the things of the demo, true ones and others."""
    from ontopilot.ontology import Fact, Ontology

    shop = Ontology.load(EXAMPLE / "shop.owl")
    choose = random.Random(SEED)
    things = [term.iri for term in shop.terms("individual")]
    relations = [term.iri for term in shop.terms("object_property")]
    known = [fact for fact in shop.facts() if fact.subject in things]
    stated = [*choose.sample(known, 500), *(
        Fact(choose.choice(things), choose.choice(relations), choose.choice(things))
        for _ in range(500)
    )]  # fmt: skip
    taken = []
    for _ in range(rounds):
        shop.check(stated[:10])
        wall, cpu = time.perf_counter(), time.process_time()
        checked = shop.check(stated)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    found = [one.status for one in checked]
    return {
        "claims": len(stated),
        "statuses": {status: found.count(status) for status in sorted(set(found))},
        "s": round(statistics.median(wall for wall, _ in taken), 4),
        "cpu_s": round(statistics.median(cpu for _, cpu in taken), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
