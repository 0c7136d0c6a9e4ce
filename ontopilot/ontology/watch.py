"""Watching an ontology: a save in an editor becomes a new snapshot."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ontopilot.errors import (
    ConfigError,
    OntologyImportError,
    OntologyNotFound,
    OntologySyntaxError,
    OntopilotError,
)
from ontopilot.ontology.files.disk import Disk
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.rdf.changed import touched
from ontopilot.ontology.terms import Iri

log = logging.getLogger("ontopilot.watch")

_PERHAPS_UNFINISHED = (OSError, OntologyImportError, OntologyNotFound, OntologySyntaxError)
"""What a save that is still being written looks like."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A save became a snapshot; `terms` are those that the changed axioms are about."""

    old: Ontology
    new: Ontology
    terms: frozenset[Iri]
    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A save was no ontology, or no consistent one; `reason` says why, the old snapshot serves."""

    serving: Ontology
    reason: str


@dataclass(frozen=True, slots=True)
class Restored:
    """After a refusal the files hold again what serves."""

    serving: Ontology


Event = Renewed | Refused | Restored
Subscriber = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between two looks, of quiet after a save, and of quiet before a refusal.

    A file that cannot be read may be half written, and so may one that is no XML and has become
    shorter: it gets `patience` to become whole before anyone hears of it.
    """

    interval: float = 0.05
    debounce: float = 0.2
    patience: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.interval <= self.debounce <= self.patience:
            raise ConfigError(
                f"watch: {self!r} must be 0 < interval <= debounce <= patience, in seconds"
            )


class OntologyWatch:
    """Keeps a snapshot of an ontology that follows its file, its imports and its catalogs.

    A thread looks at the files. When they have been quiet for a moment after a save they are
    loaded as `Ontology.load` does, and `current` becomes the new snapshot; where that fails the
    old one stays and `error` says why. Turns that began with the old snapshot keep it.

    Example:
        >>> with OntologyWatch.open("shop.owl") as watch:  # doctest: +SKIP
        ...     watch.subscribe(print)
    """

    def __init__(self, first: Ontology, load: Callable[[Ontology], Ontology], pace: Pace) -> None:
        self.current = first
        self.error = ""
        self._load = load
        self._pace = pace
        self._subscribers: list[Subscriber] = []
        self._disk = Disk(first.path)
        self._disk.follow(first)
        self._served = self._states = self._disk.states()
        self._contents = self._disk.contents() if self._disk.holds(first) else {}
        self._settled = bool(self._contents)
        self._doubtful = False
        self._quiet_since = time.monotonic()
        self._looked = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ontology-watch", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        reasoner: str = "auto",
        reasoning_seconds: float | None = None,
        languages: tuple[str, ...] = ("en", ""),
        allow_missing_imports: bool = False,
        pace: Pace | None = None,
    ) -> Self:
        """Load an ontology and watch it; the arguments are those of `Ontology.load`.

        Raises:
            OntologyError: the ontology cannot be loaded now.
        """

        def load(like: Ontology | None) -> Ontology:
            return Ontology.load(
                path,
                reasoner=reasoner,
                reasoning_seconds=reasoning_seconds,
                languages=languages,
                allow_missing_imports=allow_missing_imports,
                like=like,
            )

        return cls(load(None), load, pace or Pace())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call a function with every event, in the thread of the watch; returns how to end that."""
        self._subscribers = [*self._subscribers, subscriber]

        def unsubscribe() -> None:
            self._subscribers = [one for one in self._subscribers if one is not subscriber]

        return unsubscribe

    def settled(self, timeout: float) -> bool:
        """Wait until every save made before this call has been dealt with; whether it has been."""
        deadline = time.monotonic() + timeout
        with self._looked:
            while not (self._settled and self._disk.states() == self._states):
                left = deadline - time.monotonic()
                if left <= 0 or self._stop.is_set():
                    return False
                self._looked.wait(left)
            return True

    def close(self) -> None:
        """End the thread; a load that is under way is finished first. `current` stays."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._subscribers = []
        with self._looked:
            self._looked.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stop.wait(min(self._pace.interval, self._left())):
            states = self._disk.states()
            if states != self._states:
                self._settled = self._doubtful = False
                self._states, self._quiet_since = states, time.monotonic()
            elif self._left() == 0:
                self._examine()
            with self._looked:
                self._looked.notify_all()

    def _left(self) -> float:
        """Seconds until what changed has been quiet for long enough."""
        if self._settled:
            return self._pace.interval
        needed = self._pace.patience if self._doubtful else self._pace.debounce
        return max(0.0, self._quiet_since + needed - time.monotonic())

    def _examine(self) -> None:
        """Load what is on disk, unless it is what was loaded last or may still be written."""
        if self.error:
            self._disk.follow(self.current, more=True)
            self._states = self._disk.states()
        states, contents = self._states, self._disk.contents()
        if contents == self._contents:
            self._settled = True
            return
        if not self._doubtful and self._disk.may_be_cut(self._served):
            self._doubtful = True
            return
        began = time.perf_counter()
        try:
            found = self._load(self.current)
        except BaseException as error:  # noqa: BLE001 - even a parser's panic must not end the watch
            if isinstance(error, _PERHAPS_UNFINISHED) and not self._doubtful:
                self._doubtful = True
            elif self._disk.states() == states:
                self._contents = contents
                self._refuse(error)
            return
        if self._disk.states() == states:
            self._contents = contents
            self._serve(found, time.perf_counter() - began)

    def _follow(self, ontology: Ontology, *, more: bool = False) -> bool:
        """Look at the files of another snapshot from now on; whether there are new ones among them.

        Of the others what was seen before the load stays what was seen, so that the next look
        finds a save that came since.
        """
        states, contents = self._states, self._contents
        self._disk.follow(ontology, more=more)
        self._states = {at: states.get(at, now) for at, now in self._disk.states().items()}
        self._contents = {at: contents.get(at, now) for at, now in self._disk.contents().items()}
        return not self._states.keys() <= states.keys()

    def _serve(self, found: Ontology, seconds: float) -> None:
        old, error = self.current, self.error
        self._follow(found)
        self._served, self.error = self._states, ""
        if not self._disk.holds(found):
            self._contents = {}
        if found.version != old.version:
            self.current = found
            terms = touched(old.asserted, found.asserted)
            known = frozenset(iri for iri in terms if old.has(iri) or found.has(iri))
            self._tell(Renewed(old, found, known, seconds))
        elif error:
            self._tell(Restored(old))
        self._settled = bool(self._contents)

    def _refuse(self, error: BaseException) -> None:
        """Say once why a save does not serve; look from now on where its imports may appear."""
        grown = self._follow(self.current, more=True)
        if grown:
            self._contents = {}
        reason = str(error)
        if not isinstance(error, OntopilotError):
            log.error("reading %s failed", self.current.path, exc_info=error)
            reason = f"{self.current.path}: could not be read ({error!r}); save it again"
        if reason != self.error:
            self.error = reason
            self._tell(Refused(self.current, reason))
        self._settled = not grown

    def _tell(self, event: Event) -> None:
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception:  # one that fails must not keep the news from the others
                log.exception("a subscriber of %s failed", self.current.path)
