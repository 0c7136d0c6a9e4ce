"""The store: conversations, turns and what they rest on, kept for good."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self

from ontopilot.errors import StoreError
from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.answer import Answer, Claim, Verdict
from ontopilot.orchestrator.store import statements
from ontopilot.orchestrator.store.codec import decode, encode
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.ids import check_id, new_id, now, searchable
from ontopilot.orchestrator.store.rows import (
    ActionRow,
    Feedback,
    PastTurn,
    Pending,
    RatedTurn,
    SlotValue,
    TurnRow,
)
from ontopilot.orchestrator.store.tables import ActionTable, ConversationTable, HandOverTable
from ontopilot.orchestrator.store.typical import Typical, step_rows
from ontopilot.retrieval.passage import Evidence

Mentions = tuple[Mention, ...]
Slots = dict[str, SlotValue]


class Store:
    """The truth about turns. One object serves all threads; every method is one transaction.

    What a method has returned from is committed: it survives the end of the process.
    Every method raises `StoreError` and its kinds, which name the store and say what to do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._typical = Typical(self._last_steps)

    @classmethod
    def open(cls, url: str, *, patience: float = 5.0) -> Self:
        """Open a store, or make one where there is none.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///path/store.db`.
            patience: seconds that a write waits for another process.

        Raises:
            StoreLocked: another process holds it for longer than `patience`.
            StoreReadOnly: it, or its folder, cannot be written.
            StoreVersion: a newer ontopilot wrote it.
            StoreError: it is no store, or cannot be reached.
        """
        return cls(Database.open(url, patience=patience))

    @property
    def name(self) -> str:
        """The file, or the address without its password."""
        return self._database.name

    @property
    def database(self) -> Database:
        """The database behind it, for what is kept beside the turns: keys, owners."""
        return self._database

    def begin_turn(
        self,
        conversation: str | None,
        customer: str | None,
        question: str,
        ontology_version: str,
        *,
        thread: str | None = None,
    ) -> TurnRow:
        """Begin a turn; a conversation that is None or unknown is begun too.

        `thread` is the turn whose checkpoints this one goes on with, by default its own.

        Raises:
            QuestionError: the conversation or the customer is no identifier.
        """
        talk = check_id("conversation", conversation) if conversation is not None else None
        who = check_id("customer", customer) if customer is not None else None
        turn = new_id("t")
        row = TurnRow(turn, talk or new_id("c"), who, question, thread or turn, ontology_version)
        begun = now()
        with self._database.writing() as connection:
            new = {"id": row.conversation, "customer": who, "begun": begun}
            connection.execute(self._database.insert_new(ConversationTable), new)
            if talk is not None:
                connection.execute(statements.TAKE_UP, {"of_conversation": talk})
            connection.execute(statements.BEGIN_TURN, asdict(row) | {"begun": begun})
        return row

    def turn(self, turn: str) -> TurnRow:
        """An unfinished turn as it was begun.

        Raises:
            StoreError: it is finished or unknown.
        """
        found = self._rows(statements.UNFINISHED_TURN, of_turn=turn)
        if not found:
            raise StoreError(
                f"store {self.name!r}: turn {turn!r} is finished or unknown; see Agent.unfinished()"
            )
        return TurnRow(*found[0])

    def unfinished(self) -> tuple[TurnRow, ...]:
        """Turns that were begun and have not ended, oldest first."""
        return tuple(TurnRow(*row) for row in self._rows(statements.UNFINISHED))

    def threads(self) -> frozenset[str]:
        """The checkpoints that are still needed: of unfinished turns, and of waiting actions."""
        return frozenset(row[0] for row in self._rows(statements.NEEDED_THREADS))

    def finish_turn(self, turn: str, answer: Answer, mentions: Sequence[Mention] = ()) -> None:
        """Keep the answer of a turn, the terms of its question and what its steps took.

        One that was handed over is queued for a person, unless its conversation waits already.

        Raises:
            StoreError: the turn has ended before, or is unknown; what was stored stays.
        """
        steps = step_rows(turn, answer.plan.operators)
        values = {
            "outcome": answer.outcome,
            "text": searchable(answer.text),
            "mentions": encode(Mentions, tuple(mentions)) if mentions else None,
            "answer": encode(Answer, answer),
        }
        with self._database.writing() as connection:
            ended = connection.execute(
                statements.END_TURN, {"of_turn": turn, "ended": now(), **values}
            )
            if ended.rowcount != 1:
                raise StoreError(
                    f"store {self.name!r}: turn {turn!r} has ended or is unknown, so this answer "
                    "is not kept; ask again, and let one process run a turn"
                )
            if steps:
                connection.execute(statements.ADD_STEP, steps)
            if answer.outcome == "handed_over":
                queued = {"turn": turn, "conversation": answer.conversation, "asked": now()}
                connection.execute(self._database.insert_new(HandOverTable), queued)
        self._typical.add(
            (step.name, step.actual_ms)
            for step in answer.plan.operators
            if step.actual_ms is not None and not step.of
        )

    def abandon(self, turn: str) -> None:
        """End a turn that the customer cancelled: it has no answer and is not to be resumed."""
        nothing = {"outcome": None, "text": None, "mentions": None, "answer": None}
        self._write(statements.END_TURN, {"of_turn": turn, "ended": now(), **nothing})

    def answer(self, turn: str) -> Answer:
        """The answer of a finished turn.

        Raises:
            StoreError: the turn is not finished, or unknown.
        """
        found = self._rows(statements.ANSWER, of_turn=turn)
        if not found or found[0][0] is None:
            raise StoreError(
                f"store {self.name!r}: turn {turn!r} has no answer; resume it or ask again"
            )
        return decode(Answer, found[0][0])

    def history(self, conversation: str, *, limit: int = 10) -> tuple[PastTurn, ...]:
        """The last finished turns of a conversation, oldest first."""
        rows = self._rows(statements.HISTORY, of_conversation=conversation, at_most=limit)
        return tuple(
            PastTurn(row[0], row[1], row[2]["text"], row[3], _mentions(row[4]))
            for row in reversed(rows)
        )

    def earlier_mentions(self, conversation: str, *, before: str) -> Mentions:
        """The mentions of the last turn before `before` that had any."""
        rows = self._rows(statements.EARLIER_MENTIONS, of_conversation=conversation, of_turn=before)
        return _mentions(rows[0][0]) if rows else ()

    def save_evidence(self, turn: str, evidence: Sequence[Evidence]) -> None:
        """Keep the evidence of a turn, in its order; what was kept before is replaced."""
        rows = [
            {
                "turn": turn,
                "position": position,
                "id": searchable(item.id),
                "kind": item.kind,
                "body": encode(Evidence, item),
            }
            for position, item in enumerate(evidence)
        ]
        with self._database.writing() as connection:
            connection.execute(statements.DROP_EVIDENCE, {"of_turn": turn})
            if rows:
                connection.execute(statements.ADD_EVIDENCE, rows)

    def evidence(self, turn: str) -> tuple[Evidence, ...]:
        """The evidence of a turn, in its order."""
        rows = self._rows(statements.EVIDENCE, of_turn=turn)
        return tuple(decode(Evidence, row[0]) for row in rows)

    def release(self, turn: str, position: int, claim: Claim, verdict: Verdict) -> None:
        """Keep a claim that is about to be shown, as number `position` of the answer from 0.

        Raises:
            StoreError: a claim was released at this position before, or the turn is unknown.
        """
        self._add_claim(turn, position, claim, verdict)

    def withhold(self, turn: str, claim: Claim, verdict: Verdict) -> None:
        """Keep a claim that is not shown, and why."""
        self._add_claim(turn, None, claim, verdict)

    def _add_claim(self, turn: str, position: int | None, claim: Claim, verdict: Verdict) -> None:
        self._write(
            statements.ADD_CLAIM,
            {
                "turn": turn,
                "position": position,
                "status": verdict.status,
                "explanation": verdict.explanation,
                "claim": encode(Claim, claim),
                "judged": None if verdict.claim == claim else encode(Claim, verdict.claim),
            },
        )

    def released(self, turn: str) -> tuple[tuple[Claim, Verdict], ...]:
        """The claims of a turn that may have been shown, in their order."""
        return tuple(_judged(row) for row in self._rows(statements.RELEASED, of_turn=turn))

    def withheld(self, turn: str) -> tuple[tuple[Claim, Verdict], ...]:
        """The claims of a turn that were kept back, in the order in which they were judged."""
        return tuple(_judged(row) for row in self._rows(statements.WITHHELD, of_turn=turn))

    def pending(self, conversation: str) -> Pending | None:
        """The action that waits for a slot or for the customer's yes, or None."""
        check_id("conversation", conversation)
        found = self._rows(statements.PENDING, of_conversation=conversation)
        return _pending(found[0]) if found else None

    def asked_in(self, turn: str) -> Pending | None:
        """What a turn asked the customer for, even if it waits no longer, or None."""
        found = self._rows(statements.ASKED_IN, of_turn=turn)
        return _pending(found[0]) if found else None

    def set_pending(self, conversation: str, pending: Pending) -> None:
        """Let an action wait, in place of another one."""
        asked = now()
        with self._database.writing() as connection:
            connection.execute(
                statements.END_PENDING, {"of_conversation": conversation, "over": asked}
            )
            connection.execute(statements.DROP_PENDING, {"of_turn": pending.turn})
            connection.execute(
                statements.ADD_PENDING,
                {
                    "turn": pending.turn,
                    "conversation": conversation,
                    "kind": pending.kind,
                    "action": pending.action,
                    "slots": encode(Slots, pending.slots),
                    "asked": asked,
                },
            )

    def clear_pending(self, conversation: str) -> bool:
        """End the waiting. True for the one caller who ended it."""
        ended = {"of_conversation": conversation, "over": now()}
        return self._write(statements.END_PENDING, ended) > 0

    def start_action(self, turn: str, name: str, arguments: Mapping[str, SlotValue]) -> ActionRow:
        """Claim the one call of an action that a turn may make; see `ActionRow.again`.

        The claim is committed before the call. A process that dies between them leaves an action
        whose outcome is unknown, and that nobody calls a second time.
        """
        row = {
            "turn": turn,
            "name": name,
            "arguments": encode(Slots, arguments),
            "started": now(),
        }
        if self._write(self._database.insert_new(ActionTable), row):
            return ActionRow(turn, name)
        name, result, error = self._rows(statements.ACTION, of_turn=turn)[0]
        return ActionRow(turn, name, result, error, again=True)

    def finish_action(
        self, turn: str, *, result: str | None = None, error: str | None = None
    ) -> None:
        """Keep how the action of a turn ended: exactly one of `result` and `error`.

        Raises:
            StoreError: both or none are given, or no action of the turn is under way.
        """
        if (result is None) == (error is None):
            raise StoreError(
                f"action of turn {turn!r}: result={result!r:.80}, error={error!r:.80}; "
                "give exactly one"
            )
        end = {"of_turn": turn, "ended": now(), "result": result, "error": error}
        if self._write(statements.END_ACTION, end) != 1:
            raise StoreError(
                f"store {self.name!r}: turn {turn!r} has no action under way; start one first"
            )

    def executed(self, turn: str) -> tuple[str, ...]:
        """The names of the actions that a turn ran to their end."""
        rows = self._rows(statements.ACTION, of_turn=turn)
        return tuple(row[0] for row in rows if row[1] is not None)

    def typical_ms(self) -> Mapping[str, float]:
        """The usual milliseconds of each step: medians over the last turns."""
        return self._typical.medians()

    def _last_steps(self) -> list[tuple[str, float]]:
        return [(row[0], row[1]) for row in self._rows(statements.LAST_STEPS)]

    def note(self, key: str, text: str) -> None:
        """Keep a text of the program's own under a name, in the place of an earlier one."""
        with self._database.writing() as connection:
            connection.execute(statements.DROP_NOTE, {"of_key": key})
            connection.execute(statements.ADD_NOTE, {"key": key, "value": text})

    def noted(self, key: str) -> str:
        """The text that was kept under a name; "" where there is none."""
        found = self._rows(statements.NOTE, of_key=key)
        return str(found[0][0]) if found else ""

    def rate(self, turn: str, rating: int, *, correction: str = "") -> None:
        """Keep what a person thinks of an answer, from 1 to 5; the last word counts.

        Raises:
            StoreError: the rating is another number, or the turn is unknown.
        """
        if rating not in (1, 2, 3, 4, 5):
            raise StoreError(f"turn {turn!r}: rating={rating!r}; give 1, 2, 3, 4 or 5")
        said = {"turn": turn, "rating": rating, "correction": correction, "given": now()}
        with self._database.writing() as connection:
            connection.execute(statements.DROP_FEEDBACK, {"of_turn": turn})
            connection.execute(statements.ADD_FEEDBACK, said)

    def feedback(self, turn: str) -> Feedback | None:
        """What a person thinks of the answer of a turn, or None."""
        found = self._rows(statements.FEEDBACK, of_turn=turn)
        return Feedback(turn, *found[0]) if found else None

    def rated(self) -> tuple[RatedTurn, ...]:
        """Turns that somebody rated or corrected, in the order in which that was said."""
        return tuple(RatedTurn(*row) for row in self._rows(statements.RATED))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def _rows(self, query: Any, **parameters: Any) -> Sequence[Any]:
        with self._database.reading() as connection:
            return connection.execute(query, parameters).all()

    def _write(self, statement: Any, values: Mapping[str, Any]) -> int:
        """Run one statement in a transaction of its own; the number of rows it changed."""
        with self._database.writing() as connection:
            return connection.execute(statement, values).rowcount


def _judged(row: Any) -> tuple[Claim, Verdict]:
    claim = decode(Claim, row[0])
    inside = claim if row[1] is None else decode(Claim, row[1])
    return claim, Verdict(inside, row[2], row[3])


def _pending(row: Any) -> Pending:
    return Pending(row[0], row[1], row[2], decode(Slots, row[3]))


def _mentions(value: Any) -> Mentions:
    return () if value is None else decode(Mentions, value)
