"""What every engine does with a grammar or a schema: it keeps it, or it says that it does not."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import jsonschema
import pytest

from ontopilot.errors import ConstraintMalformed, ConstraintRefused
from ontopilot.models import Engine
from tests.conformance.asking import WARRANTY, ask, chunks_of, text_of


@dataclass(frozen=True)
class Form:
    """A constraint, how to tell that an answer keeps it, and an answer that does."""

    asked: dict[str, str]
    kept: Callable[[str], object]
    example: str


def of_schema(schema: dict[str, object], example: object) -> Form:
    def kept(text: str) -> bool:
        jsonschema.validate(json.loads(text), schema)
        return True

    return Form({"schema": json.dumps(schema)}, kept, json.dumps(example))


def of_grammar(grammar: str, pattern: str, example: str) -> Form:
    return Form({"grammar": grammar}, re.compile(pattern, re.DOTALL).fullmatch, example)


def nested(text: str) -> bool:
    """Whether a text is `[`, two such texts with a comma, and `]`; or a digit."""
    before = None
    while before != text:
        before, text = text, re.sub(r"\[\d,\d\]", "0", text)
    return bool(re.fullmatch(r"\d", text))


FORMS = {
    "members": of_schema(
        {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 12},
                "kind": {"enum": ["kettle", "toaster", 7, None]},
                "days": {"type": "integer", "minimum": -3, "maximum": 365},
                "share": {"type": "number", "minimum": 0, "exclusiveMaximum": 1.5},
            },
            "required": ["name", "days"],
            "additionalProperties": False,
        },
        {"name": "AquaBoil", "kind": "kettle", "days": 30},
    ),
    "list": of_schema(
        {
            "type": "array",
            "items": {
                "anyOf": [
                    {"type": "boolean"},
                    {"type": "string", "pattern": r"^[A-Z]{1,3}-\d{4}$"},
                    {"type": "array", "items": {"const": "Käfer é1\n\"'"}, "maxItems": 2},
                ]
            },
            "minItems": 1,
            "maxItems": 3,
        },
        [True, "AB-1234", []],
    ),
    "tree": of_schema(
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {
                        "value": {"type": "integer", "minimum": 0, "maximum": 9},
                        "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]},
                    },
                    "required": ["value", "next"],
                }
            },
        },
        {"value": 1, "next": {"value": 2, "next": None}},
    ),
    "ids": of_grammar(
        'root ::= "[" id ("," id){0,2} "]"  # as few as there are\nid ::= "f1" | "f2" | "f30"\n',
        r"\[(f1|f2|f30)(,(f1|f2|f30)){0,2}\]",
        "[f1,f30]",
    ),
    "letters": of_grammar(
        r'root ::= "\"" [^\x00-\x1f"\\]{20,30} "\"" [\^\x01é\]a0-9é]',
        r'"[^\x00-\x1f"\\]{20,30}"[\^\x01é\]a0-9]',
        f'"{"ä" * 20}"é',
    ),
    "nested": Form(
        {"grammar": 'root ::= digit | "[" root "," root "]"\ndigit ::= [0-9]'}, nested, "[1,[2,3]]"
    ),
}

SAMPLED = [(0.0, 0), *((temperature, seed) for temperature in (1.2, 2.0) for seed in (1, 2, 3))]
"""Temperatures and seeds; at a temperature of 0 the most likely token is taken."""

WRONG = {
    "grammar": "root ::= (",
    "schema": '{"type": "object", "properties": []}',
}


class StructuredConformance:
    """A part of `EngineConformance`; what an engine declares it must do, and nothing less."""

    async def test_an_answer_is_of_the_form_that_was_asked_for(self, engine: Engine):
        if not engine.capabilities.grammar:
            return
        for name, form in FORMS.items():
            for temperature, seed in SAMPLED:
                request = ask(temperature=temperature, seed=seed, max_tokens=500, **form.asked)
                chunks = await chunks_of(engine, request)
                text = "".join(chunk.text for chunk in chunks)
                assert chunks[-1].finish == "stop", (name, text)
                assert form.kept(text), (name, text)

    async def test_an_engine_that_keeps_no_form_says_so_or_only_quotes(self, engine: Engine):
        can = engine.capabilities
        if can.grammar:
            return
        for form in FORMS.values():
            if can.generates:
                with pytest.raises(ConstraintRefused, match="keeps no grammar or schema"):
                    await text_of(engine, ask(**form.asked))
            else:
                assert await text_of(engine, ask(**form.asked)) == await text_of(engine, ask())

    async def test_requests_of_several_forms_and_of_none_at_a_time(self, engine: Engine):
        if not engine.capabilities.grammar:
            return
        free = await text_of(engine, ask(WARRANTY))
        asked = [*FORMS.values()] * 2
        runs = await asyncio.gather(
            *(
                text_of(engine, ask(temperature=1.5, seed=seed, max_tokens=500, **form.asked))
                for seed, form in enumerate(asked)
            ),
            text_of(engine, ask(WARRANTY)),
        )
        assert runs[-1] == free
        for form, text in zip(asked, runs, strict=False):
            assert form.kept(text), text

    @pytest.mark.parametrize("kind", WRONG)
    async def test_a_form_that_is_none_is_refused_and_harms_nobody(self, engine: Engine, kind):
        if not engine.capabilities.generates:
            return
        free = await text_of(engine, ask())
        wrong, *others = await asyncio.gather(
            text_of(engine, ask(**{kind: WRONG[kind]})),
            *(text_of(engine, ask()) for _ in range(3)),
            return_exceptions=True,
        )
        assert isinstance(wrong, ConstraintMalformed)
        assert str(wrong).startswith(f"GenerationRequest({kind}=")
        assert others == [free] * 3
        assert engine.stats().failures == 1
        assert engine.stats().running == 0

    async def test_a_form_after_none_and_none_after_a_form(self, engine: Engine):
        if not engine.capabilities.grammar:
            return
        free = await text_of(engine, ask())
        for form in FORMS.values():
            assert form.kept(await text_of(engine, ask(max_tokens=500, **form.asked)))
            assert await text_of(engine, ask()) == free

    async def test_an_answer_of_a_form_can_be_cut_and_stopped(self, engine: Engine):
        if not engine.capabilities.grammar:
            return
        form = FORMS["letters"]
        chunks = await chunks_of(engine, ask(max_tokens=3, **form.asked))
        text = "".join(chunk.text for chunk in chunks)
        assert chunks[-1].finish == "length" or form.kept(text)
        stopped = await chunks_of(engine, ask(max_tokens=500, stop=(",",), **FORMS["ids"].asked))
        assert re.fullmatch(r"\[f\d+\]?", "".join(chunk.text for chunk in stopped))
        assert stopped[-1].finish == "stop"
