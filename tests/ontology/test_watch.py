"""Saves as editors really do them: each becomes a snapshot, or is refused once with its reason."""

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from ontopilot.errors import ConfigError, OntologyError, OntologyNotFound
from ontopilot.ontology import Ontology
from ontopilot.ontology.watch import Event, OntologyWatch, Pace, Refused, Renewed, Restored
from tests.ontology.conftest import PREFIXES, ROOT, SHOP, iri
from tests.ontology.test_imports import CATALOG, PART, write
from tests.ontology.test_syntaxes import RDF_XML

QUICK = Pace(interval=0.01, debounce=0.06, patience=0.3)
SLOW = Pace(interval=0.01, debounce=0.06, patience=60)
LONG = 30.0
"""Seconds after which an event that should come counts as lost."""

BODY = """
:Kettle a owl:Class ; rdfs:label "kettle" ; owl:disjointWith :Person .
:Person a owl:Class ; rdfs:label "person" . :k1 a :Kettle ; rdfs:label "AquaBoil 1" .
"""


class Watched:
    """A watched file, and the events of its watch in the order in which they came."""

    def __init__(self, path: Path, pace: Pace) -> None:
        self.path = path
        self.watch = OntologyWatch.open(path, pace=pace)
        self._events: SimpleQueue[Event] = SimpleQueue()
        self.watch.subscribe(self._events.put)

    def save(self, body: str, header: str = PREFIXES) -> None:
        """Write the file in place, in one go."""
        self.path.write_text(header + body, encoding="utf-8")

    def next(self) -> Event:
        """The next event, which comes within the time limit."""
        return self._events.get(timeout=LONG)

    def renewed(self) -> Renewed:
        event = self.next()
        assert isinstance(event, Renewed), event
        assert self.watch.current is event.new
        assert self.watch.error == ""
        return event

    def refused(self, said: str) -> Refused:
        event = self.next()
        assert isinstance(event, Refused), event
        assert said in event.reason
        assert self.watch.error == event.reason
        assert self.watch.current is event.serving
        return event

    def nothing(self) -> None:
        """Every save has been dealt with, and there is no event left."""
        assert self.watch.settled(LONG)
        with pytest.raises(Empty):
            self._events.get(block=False)


Open = Callable[..., Watched]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens watches that are closed after the test."""
    found: list[Watched] = []

    def opener(path: Path, pace: Pace = QUICK) -> Watched:
        found.append(Watched(path, pace))
        return found[-1]

    yield opener
    for one in found:
        one.watch.close()


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    path = tmp_path / "shop.ttl"
    path.write_text(PREFIXES + BODY, encoding="utf-8")
    return path


def saved_in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def saved_by_rename(path: Path, text: str) -> None:
    temporary = path.with_name("owlapi8123.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def saved_after_backup(path: Path, text: str) -> None:
    path.rename(path.with_name(path.name + ".bak"))
    path.write_text(text, encoding="utf-8")


def saved_after_deletion(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


def saved_by_truncation(path: Path, text: str) -> None:
    """Emptied first, then written piece by piece and synced, as a stream to a disk does."""
    with path.open("w", encoding="utf-8") as file:
        for at in range(0, len(text), 97):
            file.write(text[at : at + 97])
            file.flush()
        os.fsync(file.fileno())


WAYS = (
    saved_in_place,
    saved_by_rename,
    saved_after_backup,
    saved_after_deletion,
    saved_by_truncation,
)


@pytest.mark.parametrize("way", WAYS)
def test_a_save_becomes_one_new_snapshot_in_whatever_way_it_is_written(
    turtle: Path, opened: Open, way: Callable[[Path, str], None]
) -> None:
    watched = opened(turtle)
    before = watched.watch.current
    way(turtle, PREFIXES + BODY + ':k2 a :Kettle ; rdfs:label "new one" .')
    event = watched.renewed()
    assert event.old is before
    assert event.terms == {iri("k2")}
    assert event.new.instances(iri("Kettle")) == {iri("k1"), iri("k2")}
    assert before.instances(iri("Kettle")) == {iri("k1")}
    watched.nothing()


@pytest.mark.parametrize("way", WAYS)
def test_a_save_that_changes_nothing_is_no_event(
    turtle: Path, opened: Open, way: Callable[[Path, str], None]
) -> None:
    watched = opened(turtle)
    way(turtle, turtle.read_text(encoding="utf-8"))
    watched.nothing()
    turtle.touch()
    watched.nothing()
    watched.save(BODY.replace("AquaBoil 1", "AquaBoil one"))
    assert watched.renewed().terms == {iri("k1")}


def test_saves_within_the_debounce_are_one(turtle: Path, opened: Open) -> None:
    watched = opened(turtle, Pace(interval=0.01, debounce=1.0, patience=1.0))
    watched.save(BODY + ":k2 a :Kettle .")
    watched.save(BODY + ":k3 a :Kettle .")
    event = watched.renewed()
    assert event.terms == {iri("k3")}
    watched.nothing()


def halves(path: Path, whole: str, at: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """Two steps that write a file in place up to a place in it, and then the rest."""
    cut = whole.index(at)

    def rest() -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(whole[cut:])

    return lambda: path.write_text(whole[:cut], encoding="utf-8") and None, rest


def test_an_xml_file_that_is_half_written_is_waited_for(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "shop.owl"
    path.write_text(RDF_XML, encoding="utf-8")
    watched = opened(path, SLOW)
    first, rest = halves(path, RDF_XML.replace(">kettle<", ">water kettle<"), "</owl:Class>")
    first()
    assert not watched.watch.settled(0.5)
    assert watched.watch.error == ""
    rest()
    assert watched.renewed().new.label(iri("Kettle")) == "water kettle"
    watched.nothing()


def test_a_turtle_file_that_is_half_written_is_waited_for_though_it_can_be_read(
    turtle: Path, opened: Open
) -> None:
    watched = opened(turtle, SLOW)
    first, rest = halves(turtle, PREFIXES + BODY.replace("AquaBoil 1", "AquaBoil one"), ":k1")
    first()
    assert Ontology.load(turtle).terms()
    assert not watched.watch.settled(0.5)
    rest()
    assert watched.renewed().new.label(iri("k1")) == "AquaBoil one"
    watched.nothing()


def test_a_file_that_became_smaller_for_good_is_taken(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    watched.save(":Kettle a owl:Class .")
    event = watched.renewed()
    assert event.terms == {iri("Kettle"), iri("Person"), iri("k1")}
    assert not event.new.has(iri("k1"))


def test_a_cut_off_file_is_refused_once_and_the_old_snapshot_serves(
    turtle: Path, opened: Open
) -> None:
    watched = opened(turtle)
    before = watched.watch.current
    whole = PREFIXES + BODY + ":k2 a :Kettle ."
    turtle.write_text(whole[:-9], encoding="utf-8")
    assert watched.refused("not valid Turtle").serving is before
    watched.nothing()
    turtle.touch()
    watched.nothing()
    turtle.write_text(whole, encoding="utf-8")
    assert watched.renewed().old is before


def test_an_inconsistent_file_is_refused_with_the_contradiction(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    watched.save(BODY + ":k1 a :Person .")
    watched.refused("AquaBoil 1 is both a kettle and a person")
    watched.nothing()
    watched.save(BODY)
    assert isinstance(watched.next(), Restored)
    assert watched.watch.error == ""
    watched.nothing()


def test_each_new_reason_is_told(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    watched.save(BODY + ":k1 a :Person .")
    watched.refused("contradicts itself")
    watched.save("Dear customer", header="")
    watched.refused("none of RDF/XML")
    watched.save(BODY + ":k2 a :Kettle .")
    assert watched.renewed().terms == {iri("k2")}


def test_a_file_that_is_deleted_for_good_is_refused_and_comes_back(
    turtle: Path, opened: Open
) -> None:
    watched = opened(turtle)
    content = turtle.read_bytes()
    turtle.unlink()
    watched.refused("no ontology file at")
    turtle.write_bytes(content)
    assert isinstance(watched.next(), Restored)
    turtle.unlink()
    watched.refused("no ontology file at")
    watched.save(BODY + ":k2 a :Kettle .")
    assert watched.renewed().terms == {iri("k2")}
    watched.nothing()


def test_the_files_that_editors_leave_beside_it_are_no_event(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    for name in ("shop.ttl~", "#shop.ttl#", ".shop.ttl.swp", "shop (copy).ttl", "4913"):
        turtle.with_name(name).write_text(PREFIXES + BODY + ":k9 a :Kettle .", encoding="utf-8")
    watched.nothing()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An ontology that imports another one from beside it."""
    write(tmp_path / "part.ttl", PART, body=':Lid a owl:Class ; rdfs:label "lid" .')
    return write(tmp_path / "root.ttl", "http://example.org/t", PART, body=":A a owl:Class .")


def test_a_save_of_an_import_is_followed(root: Path, opened: Open) -> None:
    watched = opened(root)
    write(root.with_name("part.ttl"), PART, body=':Lid a owl:Class ; rdfs:label "cover" .')
    event = watched.renewed()
    assert event.terms == {iri("Lid")}
    assert event.new.label(iri("Lid")) == "cover"


def test_a_broken_import_is_refused_with_its_own_name(root: Path, opened: Open) -> None:
    watched = opened(root)
    write(root.with_name("part.ttl"), PART, body=":Lid a owl:Class ; rdfs:label")
    watched.refused("part.ttl: not valid Turtle")


def test_a_change_of_the_catalog_is_followed(root: Path, opened: Open) -> None:
    watched = opened(root)
    write(root.parent / "deep/er/other.bin", PART, body=":Cap a owl:Class .")
    catalog = CATALOG.format(name=PART, uri="deep/er/other.bin")
    root.with_name("catalog-v001.xml").write_text(catalog, encoding="utf-8")
    assert watched.renewed().terms == {iri("Lid"), iri("Cap")}
    write(root.parent / "deep/er/other.bin", PART, body=":Cup a owl:Class .")
    assert watched.renewed().terms == {iri("Cap"), iri("Cup")}


NEW = "http://example.org/new"


def test_an_import_that_is_saved_after_the_file_that_names_it(root: Path, opened: Open) -> None:
    watched = opened(root)
    write(root, "http://example.org/t", PART, NEW, body=":A a owl:Class .")
    watched.refused(f"cannot resolve the import of '{NEW}'")
    watched.nothing()
    write(root.with_name("new.ttl"), NEW, body=":B a owl:Class .")
    assert watched.renewed().terms == {iri("B")}


def test_an_import_that_was_broken_when_it_was_first_named(root: Path, opened: Open) -> None:
    watched = opened(root)
    new = write(root.with_name("new.ttl"), NEW, body=":B a owl:Class ; rdfs:label")
    write(root, "http://example.org/t", PART, NEW, body=":A a owl:Class .")
    watched.refused("new.ttl: not valid Turtle")
    watched.nothing()
    write(new, NEW, body=":B a owl:Class .")
    assert watched.renewed().terms == {iri("B")}
    write(new, NEW, body=":C a owl:Class .")
    assert watched.renewed().terms == {iri("B"), iri("C")}


def test_a_new_import_within_the_catalog_appears_in_a_folder_of_its_own(
    root: Path, opened: Open
) -> None:
    watched = opened(root)
    catalog = CATALOG.format(name=NEW, uri="deep/er/new.bin")
    root.with_name("catalog-v001.xml").write_text(catalog, encoding="utf-8")
    write(root, "http://example.org/t", PART, NEW, body=":A a owl:Class .")
    watched.refused(f"'{NEW}'")
    watched.nothing()
    write(root.parent / "deep/er/new.bin", NEW, body=":B a owl:Class .")
    assert watched.renewed().terms == {iri("B")}


def test_a_label_is_changed_without_reasoning_again(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    watched.save(BODY.replace("AquaBoil 1", "AquaBoil one"))
    event = watched.renewed()
    assert event.new.reasoning is event.old.reasoning
    assert event.new.label(iri("k1")) == "AquaBoil one"
    watched.save(BODY.replace(":k1 a :Kettle", ":k1 a :Person"))
    event = watched.renewed()
    assert event.new.reasoning is not event.old.reasoning
    assert event.new.types(iri("k1")) == {iri("Person")}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_was_saved_the_watch_ends_at_what_the_files_hold(root: Path, seed: int) -> None:
    choose = random.Random(seed)
    part, new = root.with_name("part.ttl"), root.with_name("new.ttl")
    write(new, NEW, body=":N a owl:Class .")
    texts = [
        (root, write(root, "http://example.org/t", PART, NEW).read_text(encoding="utf-8")),
        (root, write(root, "http://example.org/t", PART).read_text(encoding="utf-8")),
        (root, PREFIXES + BODY + ":k1 a :Person ."),
        (root, PREFIXES + BODY[:-9]),
        (part, part.read_text(encoding="utf-8")),
        (part, part.read_text(encoding="utf-8").replace('"lid"', '"cover"')),
        (new, new.read_text(encoding="utf-8").replace(":N", ":M")),
        (new, "Dear customer"),
    ]
    pace = Pace(interval=0.005, debounce=0.01, patience=0.05)
    with OntologyWatch.open(root, pace=pace) as watch:
        for _ in range(25):
            path, text = choose.choice(texts)
            if choose.random() < 0.2:
                path.unlink(missing_ok=True)
            else:
                choose.choice([saved_in_place, saved_by_rename, saved_by_truncation])(path, text)
            if choose.random() < 0.5:
                assert watch.settled(LONG)
                assert (watch.error or watch.current.version) == _outcome(root)


def _outcome(path: Path) -> str:
    """The version of what a file holds, or why it cannot be loaded."""
    try:
        return Ontology.load(path).version
    except OntologyError as error:
        return str(error)


def test_readers_never_see_anything_but_a_whole_snapshot(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    seen: set[tuple[str, int]] = set()
    enough = threading.Event()

    def read() -> None:
        while not enough.is_set():
            ontology = watched.watch.current
            seen.add((ontology.version, len(ontology.instances(iri("Kettle")))))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    made = {(watched.watch.current.version, 1)}
    for count in range(2, 6):
        extra = "".join(f":m{place} a :Kettle . " for place in range(1, count))
        watched.save(BODY + extra)
        made.add((watched.renewed().new.version, count))
    enough.set()
    for reader in readers:
        reader.join()
    assert seen <= made


def test_a_subscriber_that_fails_keeps_nothing_from_the_others(
    turtle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: Event) -> None:
        raise ZeroDivisionError("in a subscriber")

    events: SimpleQueue[Event] = SimpleQueue()
    with OntologyWatch.open(turtle, pace=QUICK) as watch:
        watch.subscribe(fails)
        watch.subscribe(events.put)
        for name in ("k2", "k3"):
            turtle.write_text(PREFIXES + BODY + f":{name} a :Kettle .", encoding="utf-8")
            assert isinstance(events.get(timeout=LONG), Renewed)
    assert "in a subscriber" in caplog.text


def test_who_unsubscribes_hears_no_more(turtle: Path, opened: Open) -> None:
    watched = opened(turtle)
    heard: list[Event] = []
    unsubscribe = watched.watch.subscribe(heard.append)
    watched.save(BODY + ":k2 a :Kettle .")
    watched.renewed()
    watched.nothing()
    unsubscribe()
    watched.save(BODY + ":k3 a :Kettle .")
    watched.renewed()
    watched.nothing()
    assert len(heard) == 1


def test_closing_ends_the_thread_and_keeps_the_snapshot(turtle: Path) -> None:
    before = set(threading.enumerate())
    with OntologyWatch.open(turtle, pace=QUICK) as watch:
        assert len(set(threading.enumerate()) - before) == 1
    assert set(threading.enumerate()) == before
    assert watch.current.has(iri("k1"))
    watch.close()
    turtle.touch()
    assert not watch.settled(0.05)


def test_a_subscriber_may_close_the_watch(turtle: Path) -> None:
    watch = OntologyWatch.open(turtle, pace=QUICK)
    closed = threading.Event()

    def close(event: Event) -> None:
        watch.close()
        closed.set()

    watch.subscribe(close)
    turtle.write_text(PREFIXES + BODY + ":k2 a :Kettle .", encoding="utf-8")
    assert closed.wait(LONG)
    watch.close()
    assert not any(thread.name == "ontology-watch" for thread in threading.enumerate())


def test_a_snapshot_that_nobody_reads_any_more_is_freed(turtle: Path) -> None:
    renewed = threading.Semaphore(0)
    with OntologyWatch.open(turtle, pace=QUICK) as watch:
        watch.subscribe(lambda event: renewed.release())
        old = weakref.ref(watch.current)
        for name in ("k2", "k3"):
            turtle.write_text(PREFIXES + BODY + f":{name} a :Kettle .", encoding="utf-8")
            assert renewed.acquire(timeout=LONG)
        assert watch.settled(LONG)
        gc.collect()
        assert old() is None


def test_a_file_that_cannot_be_loaded_cannot_be_watched(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(OntologyNotFound):
        OntologyWatch.open(tmp_path / "none.owl")
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("wrong", [{"interval": 0}, {"debounce": 2.0}, {"interval": 0.3}])
def test_a_pace_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"watch: Pace\(.*must be 0 < interval <= debounce"):
        Pace(**wrong)


def test_the_demo_is_renewed_after_a_line_of_it_was_edited(tmp_path: Path, opened: Open) -> None:
    for name in ("shop.owl", "network.owl", "catalog-v001.xml"):
        shutil.copyfile(SHOP.parent / name, tmp_path / name)
    watched = opened(tmp_path / "shop.owl")
    text = watched.path.read_text(encoding="utf-8")
    watched.path.write_text(text.replace(">can show<", ">may show<"), encoding="utf-8")
    event = watched.renewed()
    (changed,) = event.terms
    assert event.new.label(changed) == "may show"
    assert {fact.triple for fact in event.new.facts()} == {f.triple for f in event.old.facts()}
    again = Ontology.load(watched.path)
    assert {fact.triple for fact in again.facts()} == {f.triple for f in event.new.facts()}


def test_the_command_tells_every_event_as_a_line_of_json(turtle: Path) -> None:
    command = [sys.executable, "-m", "ontopilot.cli", "ontology", "watch", str(turtle), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        turtle.write_text(PREFIXES + BODY + ':k2 a :Kettle ; rdfs:label "x" .', encoding="utf-8")
        renewed = json.loads(process.stdout.readline())
        turtle.write_text(PREFIXES + BODY + ":k1 a :Person .", encoding="utf-8")
        refused = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=LONG)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert (serving["event"], serving["sources"]) == ("serving", [str(turtle)])
    assert (renewed["event"], renewed["previous"]) == ("renewed", serving["version"])
    assert renewed["terms"] == [{"iri": iri("k2"), "label": "x", "change": "added"}]
    assert (refused["event"], refused["version"]) == ("refused", renewed["version"])
    assert "contradicts itself" in refused["reason"]
