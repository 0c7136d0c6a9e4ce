"""What a turn reads, as one snapshot: ontology, policies, index, actions; renewed after an edit."""

import threading
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import OntopilotError
from ontopilot.models.encoder import Encoder
from ontopilot.models.pool import Pool
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.policy import Policies
from ontopilot.orchestrator.actions import Catalog, Records
from ontopilot.orchestrator.declared import Action
from ontopilot.orchestrator.recall import RecallingEncoder
from ontopilot.retrieval.knowledge import Knowledge, KnowledgeIndex, Progress

Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a turn reads that people edit."""

    ontology: Ontology
    policies: Policies | None
    index: KnowledgeIndex
    actions: Catalog


class Snapshots:
    """Keeps the current snapshot; a save on disk makes a new one, a broken save is refused."""

    def __init__(
        self,
        *,
        ontology: Path,
        policies: Path | None,
        knowledge: Knowledge,
        home: Path,
        pool: Pool,
        reasoning_seconds: float | None = None,
    ) -> None:
        self._ontology = ontology
        self._reasoning_seconds = reasoning_seconds
        self._policies = policies
        self._knowledge = knowledge
        self._home = home
        self.pool = pool
        self._actions: list[Action] = []
        self._records: dict[str, Records] = {}
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self._nearness: Encoder | None = None
        self._current: Snapshot | None = None
        self._signature: Signature = ()
        self.reload_error = ""

    @property
    def actions(self) -> tuple[Action, ...]:
        """The registered actions."""
        return tuple(self._actions)

    def add_action(self, action: Action) -> None:
        """Register an action; the next turn knows it."""
        with self._lock:
            self._actions.append(action)
            self._signature = ()

    def add_records(self, cls: str, provider: Records) -> None:
        """Register a record provider; the next turn asks it."""
        with self._lock:
            self._records[cls] = provider
            self._signature = ()

    def current(self) -> Snapshot:
        """The snapshot for a new turn; the files are read again when they changed on disk.

        A changed file that is broken leaves the old snapshot in use; `reload_error` says why.
        """
        with self._lock:
            if self._current is None:
                return self._load(None, rebuild=False)
            signature = self._sign(self._current)
            if signature == self._signature:
                return self._current
            return self._renew(self._current, signature)

    def unchanged(self) -> Snapshot | None:
        """The snapshot if there is one and no file changed since: quick, and it never waits."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            current = self._current
            same = current is not None and self._sign(current) == self._signature
            return current if same else None
        finally:
            self._lock.release()

    def load(self, *, progress: Progress | None = None, rebuild: bool = False) -> Snapshot:
        """Read everything now, with progress."""
        with self._lock:
            return self._load(progress, rebuild=rebuild)

    def _renew(self, old: Snapshot, signature: Signature) -> Snapshot:
        try:
            ontology = self._read(old.ontology)
            changed = ontology.version != old.ontology.version
            index = old.index.with_ontology(ontology) if changed else old.index
            fresh = self._assemble(ontology, index, old.actions.encoder)
        except OntopilotError as error:
            self.reload_error = str(error)
            self._signature = signature
            return old
        self.reload_error = ""
        self._current, self._signature = fresh, self._sign(fresh)
        return fresh

    def _load(self, progress: Progress | None, *, rebuild: bool) -> Snapshot:
        ontology = self._read(None)
        if self._encoder is None:
            self._encoder = RecallingEncoder(self.pool.small.encoder)
            same = self.pool.small.nearness is self.pool.small.encoder
            self._nearness = self._encoder if same else RecallingEncoder(self.pool.small.nearness)
        index = self._knowledge.open(
            encoder=self._encoder,
            nearness=self._nearness,
            ontology=ontology,
            home=self._home,
            progress=progress,
            rebuild=rebuild,
        )
        self._current = self._assemble(ontology, index, self._encoder)
        self._signature = self._sign(self._current)
        return self._current

    def _read(self, like: Ontology | None) -> Ontology:
        seconds = self._reasoning_seconds
        return Ontology.load(self._ontology, reasoning_seconds=seconds, like=like)

    def _assemble(self, ontology: Ontology, index: KnowledgeIndex, encoder: Encoder) -> Snapshot:
        policies = Policies.load(self._policies, ontology) if self._policies is not None else None
        catalog = Catalog(self._actions, self._records, ontology=ontology, encoder=encoder)
        return Snapshot(ontology, policies, index, catalog)

    def _sign(self, snapshot: Snapshot) -> Signature:
        paths = [*snapshot.ontology.sources]
        if self._policies is not None:
            paths.append(self._policies)
        signature = []
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                signature.append((str(path), 0, 0, 0))
            else:
                seen = (status.st_mtime_ns, status.st_size, status.st_ino)
                signature.append((str(path), *seen))
        return tuple(signature)
