"""What a request says about the form of its answer, checked: the one place that does."""

import json
from dataclasses import dataclass
from typing import Any

from ontopilot.errors import ConstraintMalformed, ConstraintRefused
from ontopilot.models.messages import GenerationRequest
from ontopilot.models.streaming.mailbox import in_thread
from ontopilot.models.structured.ebnf import read_ebnf, write_ebnf
from ontopilot.models.structured.expression import Grammar
from ontopilot.models.structured.matching import accepts
from ontopilot.models.structured.repetition import shared_repetitions
from ontopilot.models.structured.schema import WHERE, read_schema
from ontopilot.models.structured.soundness import checked

LONGEST = 200_000
"""Characters that a grammar or a schema may have."""


def ebnf_of(grammar: Grammar) -> str:
    """A grammar in the notation that all engines read, written so that it compiles soon."""
    return write_ebnf(shared_repetitions(grammar))


@dataclass(frozen=True, slots=True)
class Constraint:
    """The grammar of an answer; `schema` is the JSON schema that it was made from, if it was."""

    grammar: Grammar
    schema: Any = None

    @property
    def ebnf(self) -> str:
        """The grammar in the notation that all engines read."""
        return ebnf_of(self.grammar)

    def allows(self, text: str) -> bool:
        """Whether a whole answer is of this form; JSON of a schema may be written with spaces."""
        if self.schema is None:
            return accepts(self.grammar, text)
        return _valid(self.schema, text)

    def require(self, text: str, *, engine: str) -> None:
        """Check the whole answer of an engine that cannot be made to keep it.

        Raises:
            ConstraintRefused: the answer is of another form.
        """
        if not self.allows(text):
            kind = "grammar" if self.schema is None else "schema"
            raise ConstraintRefused(
                f"engine {engine!r}: it answers {text[:60]!r}, which the {kind} of the request "
                "does not allow; use an engine that keeps grammars"
            )


def _valid(schema: Any, text: str) -> bool:
    from jsonschema.validators import Draft202012Validator, validator_for

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return bool(validator_for(schema, default=Draft202012Validator)(schema).is_valid(value))


def constraint_of(request: GenerationRequest) -> Constraint | None:
    """The checked constraint of a request, or None where it is free.

    Raises:
        ConstraintMalformed: it has both a grammar and a schema, or what it has is malformed, too
            large, or can be kept by no engine.
    """
    text = request.grammar if request.schema is None else request.schema
    if text is None:
        return None
    if request.grammar is not None and request.schema is not None:
        raise ConstraintMalformed(
            "GenerationRequest(grammar=…, schema=…): an answer keeps to one of them; give one"
        )
    if request.begun:
        raise ConstraintMalformed(
            "GenerationRequest(begun=…): an answer of a given form cannot be entered half-way; "
            "ask for the whole of it"
        )
    if len(text) > LONGEST:
        kind = "grammar" if request.schema is None else "schema"
        raise ConstraintMalformed(
            f"GenerationRequest({kind}=…) has {len(text)!r} characters and {LONGEST!r} are read; "
            "make it smaller"
        )
    if request.schema is None:
        return Constraint(checked(read_ebnf(text), where="GenerationRequest(grammar=…)"))
    grammar, schema = read_schema(text)
    return Constraint(checked(grammar, where=WHERE), schema)


async def prepared(request: GenerationRequest) -> Constraint | None:
    """The checked constraint of a request; the work is done beside the event loop.

    Raises:
        ConstraintMalformed: as of `constraint_of`.
    """
    if request.grammar is None and request.schema is None:
        return None
    return await in_thread(lambda: constraint_of(request), name="constraint")
