"""The store of turns, on SQLAlchemy: SQLite by default, any database by URL."""

import json
import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy import delete as remove
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ontopilot.errors import ConfigError, StoreError, StoreReadOnly, StoreVersion
from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.answer import Answer, Claim, Verdict
from ontopilot.orchestrator.store import tables
from ontopilot.orchestrator.store.faults import faults
from ontopilot.orchestrator.store.rows import ActionRow, PastTurn, Pending, Scalar, TurnRow
from ontopilot.retrieval.passage import Evidence

REMEMBERED = 50
"""Turns from which the usual time of a step is taken."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def encode(value: Any, kind: Any) -> str:
    """A frozen dataclass, or a tuple of them, as JSON."""
    return _adapter(kind).dump_json(value).decode()


def decode(text: str, kind: Any) -> Any:
    """The inverse of `encode`."""
    return _adapter(kind).validate_json(text)


class Store:
    """Conversations, turns, evidence, claims with verdicts, timings, actions.

    Every method is one transaction and may be called from any thread. What a method has
    returned from is committed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._url = engine.url.render_as_string(hide_password=True)
        self._lock = threading.Lock()
        self._times: dict[str, list[float]] = {}

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the store and make its tables if it is new.

        Raises:
            ConfigError: the URL is malformed or needs a driver that is not installed.
            StoreLocked, StoreReadOnly, StoreError: the database cannot be used.
            StoreVersion: a newer ontopilot wrote it.
        """
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                _check_folder(Path(parsed.database).parent, url)
            engine = create_engine(parsed)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise ConfigError(
                f"store={url!r}: {error}; write a SQLAlchemy URL such as sqlite:///store.db"
            ) from None
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _tune_sqlite)
        store = cls(engine)
        try:
            store._prepare()
        except StoreError:
            engine.dispose()
            raise
        return store

    def _prepare(self) -> None:
        with self._write() as db:
            tables.metadata.create_all(db)
            version = db.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema"))
            if version is None:
                db.execute(insert(tables.meta).values(key="schema", value=str(tables.SCHEMA)))
            elif int(version) > tables.SCHEMA:
                raise StoreVersion(
                    f"store {self._url!r}: its schema {version} is newer than {tables.SCHEMA}, "
                    "the newest that this ontopilot knows; upgrade ontopilot"
                )
            rows = db.execute(
                select(tables.steps.c.name, tables.steps.c.actual_ms)
                .where(tables.steps.c.actual_ms.is_not(None))
                .limit(REMEMBERED * 8)
            )
            for name, took in rows:
                self._times.setdefault(name, []).append(took)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with faults(self._url), self._engine.begin() as db:
            yield db

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with faults(self._url), self._engine.connect() as db:
            yield db

    def begin_turn(
        self,
        conversation: str | None,
        customer: str | None,
        question: str,
        ontology_version: str,
        *,
        thread: str | None = None,
    ) -> TurnRow:
        """Begin a turn; a conversation that is None or unknown is begun too."""
        turn = uuid.uuid4().hex[:16]
        place = conversation or uuid.uuid4().hex[:16]
        t, now = tables.turns.c, time.time()
        with self._write() as db:
            position = 0
            if conversation is not None:
                position = db.scalar(select(func.count()).where(t.conversation == place)) or 0
            if position == 0 and not db.scalar(
                select(tables.conversations.c.id).where(tables.conversations.c.id == place)
            ):
                db.execute(
                    insert(tables.conversations).values(id=place, customer=customer, created=now)
                )
            row = TurnRow(turn, place, position, thread or turn, customer, question)
            db.execute(
                insert(tables.turns).values(
                    id=row.id,
                    conversation=row.conversation,
                    position=row.position,
                    thread=row.thread,
                    customer=row.customer,
                    question=row.question,
                    ontology_version=ontology_version,
                    status="running",
                    created=now,
                )
            )
        return row

    def turn(self, turn: str) -> TurnRow:
        """An unfinished turn as it was begun.

        Raises:
            StoreError: it is unknown or finished.
        """
        found = [row for row in self.unfinished() if row.id == turn]
        if not found:
            raise StoreError(f"turn {turn!r}: it is finished or unknown; see Agent.unfinished()")
        return found[0]

    def unfinished(self) -> tuple[TurnRow, ...]:
        """Turns that were begun and not finished, oldest first."""
        t = tables.turns.c
        columns = (t.id, t.conversation, t.position, t.thread, t.customer, t.question)
        with self._read() as db:
            rows = db.execute(select(*columns).where(t.status == "running").order_by(t.created))
            return tuple(TurnRow(*row) for row in rows)

    def abandon(self, turn: str) -> None:
        """Mark a turn that the customer cancelled: it is not to be resumed."""
        t = tables.turns.c
        with self._write() as db:
            db.execute(
                update(tables.turns)
                .where(t.id == turn, t.status == "running")
                .values(status="abandoned", finished=time.time())
            )

    def save_evidence(self, turn: str, evidence: Sequence[Evidence]) -> None:
        """Keep the evidence of a turn, in its order; what was kept before is replaced."""
        rows = [
            {
                "turn": turn,
                "id": item.id,
                "position": position,
                "kind": item.kind,
                "document": encode(item, Evidence),
            }
            for position, item in enumerate(evidence)
        ]
        with self._write() as db:
            db.execute(remove(tables.evidence).where(tables.evidence.c.turn == turn))
            if rows:
                db.execute(insert(tables.evidence), rows)

    def evidence(self, turn: str) -> tuple[Evidence, ...]:
        """The evidence of a turn."""
        e = tables.evidence.c
        with self._read() as db:
            rows = db.scalars(select(e.document).where(e.turn == turn).order_by(e.position))
            return tuple(decode(row, Evidence) for row in rows)

    def release(self, turn: str, position: int, claim: Claim, verdict: Verdict) -> None:
        """Keep a claim that is about to be shown."""
        self._claim(turn, position, claim, verdict)

    def withhold(self, turn: str, claim: Claim, verdict: Verdict) -> None:
        """Keep a claim that is not shown, and why."""
        self._claim(turn, None, claim, verdict)

    def _claim(self, turn: str, position: int | None, claim: Claim, verdict: Verdict) -> None:
        with self._write() as db:
            db.execute(
                insert(tables.claims).values(
                    turn=turn,
                    position=position,
                    status=verdict.status,
                    text=claim.text,
                    verdict=encode(verdict, Verdict),
                )
            )

    def released(self, turn: str) -> tuple[tuple[Claim, Verdict], ...]:
        """The claims of a turn that may have been shown, in their order."""
        c = tables.claims.c
        with self._read() as db:
            rows = db.scalars(
                select(c.verdict)
                .where(c.turn == turn, c.position.is_not(None))
                .order_by(c.position)
            )
            verdicts = [decode(row, Verdict) for row in rows]
        return tuple((verdict.claim, verdict) for verdict in verdicts)

    def finish_turn(self, turn: str, answer: Answer, mentions: Sequence[Mention] = ()) -> None:
        """Keep the answer of a turn and what its steps took."""
        t = tables.turns.c
        with self._write() as db:
            db.execute(
                update(tables.turns)
                .where(t.id == turn)
                .values(
                    status="finished",
                    outcome=answer.outcome,
                    answer=encode(answer, Answer),
                    mentions=encode(tuple(mentions), tuple[Mention, ...]),
                    finished=time.time(),
                )
            )
            db.execute(remove(tables.steps).where(tables.steps.c.turn == turn))
            db.execute(
                insert(tables.steps),
                [
                    {
                        "turn": turn,
                        "name": step.name,
                        "estimated_ms": step.estimated_ms,
                        "actual_ms": step.actual_ms,
                        "runs": step.runs,
                    }
                    for step in answer.plan.operators
                ],
            )
        with self._lock:
            for step in answer.plan.operators:
                if step.actual_ms is not None:
                    kept = self._times.setdefault(step.name, [])
                    kept.append(step.actual_ms)
                    del kept[:-REMEMBERED]

    def typical_ms(self) -> Mapping[str, float]:
        """The median milliseconds of each step over recent turns."""
        with self._lock:
            return {name: statistics.median(kept) for name, kept in self._times.items()}

    def answer(self, turn: str) -> Answer:
        """The answer of a finished turn.

        Raises:
            StoreError: the turn is unknown or not finished.
        """
        t = tables.turns.c
        with self._read() as db:
            found = db.scalar(select(t.answer).where(t.id == turn))
        if found is None:
            raise StoreError(f"turn {turn!r}: it is unknown or not finished; resume or ask again")
        answer: Answer = decode(found, Answer)
        return answer

    def history(self, conversation: str, *, limit: int = 10) -> tuple[PastTurn, ...]:
        """The last finished turns of a conversation, oldest first."""
        t = tables.turns.c
        with self._read() as db:
            rows = db.execute(
                select(t.id, t.question, t.answer, t.outcome)
                .where(t.conversation == conversation, t.status == "finished")
                .order_by(t.position.desc())
                .limit(limit)
            ).all()
        return tuple(
            PastTurn(row.id, row.question, decode(row.answer, Answer).text, row.outcome)
            for row in reversed(rows)
        )

    def earlier_mentions(self, conversation: str, *, before: str) -> tuple[Mention, ...]:
        """The mentions of the latest finished turn of a conversation that had any."""
        t = tables.turns.c
        with self._read() as db:
            rows = db.scalars(
                select(t.mentions)
                .where(t.conversation == conversation, t.id != before, t.mentions.is_not(None))
                .order_by(t.position.desc())
                .limit(5)
            )
            for row in rows:
                if mentions := decode(row, tuple[Mention, ...]):
                    return tuple(mentions)
        return ()

    def pending(self, conversation: str) -> Pending | None:
        """The action that waits in a conversation."""
        p = tables.pending.c
        with self._read() as db:
            row = db.execute(
                select(p.turn, p.kind, p.action, p.slots).where(p.conversation == conversation)
            ).first()
        return None if row is None else Pending(row[0], row[1], row[2], json.loads(row[3]))

    def set_pending(self, conversation: str, pending: Pending) -> None:
        """Keep the action that waits in a conversation, in place of another one."""
        with self._write() as db:
            db.execute(remove(tables.pending).where(tables.pending.c.conversation == conversation))
            db.execute(
                insert(tables.pending).values(
                    conversation=conversation,
                    turn=pending.turn,
                    kind=pending.kind,
                    action=pending.action,
                    slots=json.dumps(dict(pending.slots)),
                )
            )

    def clear_pending(self, conversation: str) -> None:
        """End the waiting."""
        with self._write() as db:
            db.execute(remove(tables.pending).where(tables.pending.c.conversation == conversation))

    def start_action(self, turn: str, name: str, arguments: Mapping[str, Scalar]) -> ActionRow:
        """Note that a turn's action is about to run; says if it ran, or may have run, before."""
        a = tables.actions.c
        with self._write() as db:
            row = db.execute(select(a.result, a.finished).where(a.turn == turn)).first()
            if row is not None:
                return ActionRow(turn, row.result, unknown=row.finished is None)
            db.execute(
                insert(tables.actions).values(
                    turn=turn,
                    name=name,
                    arguments=json.dumps(dict(arguments)),
                    started=time.time(),
                )
            )
        return ActionRow(turn)

    def finish_action(
        self, turn: str, *, result: str | None = None, error: str | None = None
    ) -> None:
        """Note how a turn's action ended."""
        with self._write() as db:
            db.execute(
                update(tables.actions)
                .where(tables.actions.c.turn == turn)
                .values(result=result, error=error, finished=time.time())
            )

    def executed(self, turn: str) -> tuple[str, ...]:
        """The names of the actions that a turn ran to their end."""
        a = tables.actions.c
        with self._read() as db:
            rows = db.scalars(select(a.name).where(a.turn == turn, a.result.is_not(None)))
            return tuple(rows)

    def rate(self, turn: str, rating: int, *, correction: str = "") -> None:
        """Keep what a person thought of an answer, `rating` from 1 to 5."""
        f = tables.feedback
        with self._write() as db:
            db.execute(remove(f).where(f.c.turn == turn))
            db.execute(
                insert(f).values(
                    turn=turn, rating=rating, correction=correction, created=time.time()
                )
            )

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()


def _check_folder(folder: Path, url: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"store {url!r}: its folder cannot be made ({error.strerror}); name another"
        ) from None


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        for setting in (
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {setting}")
    finally:
        cursor.close()
