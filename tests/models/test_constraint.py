"""Grammars and schemas of requests: what they mean, and how a wrong one is refused."""

import json
import re
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.errors import ConstraintMalformed, RequestRefused
from ontopilot.models import GenerationRequest
from ontopilot.models.structured.constraint import constraint_of
from ontopilot.models.structured.expression import Grammar, repeat, spelled
from ontopilot.models.structured.matching import accepts
from ontopilot.models.structured.repetition import shared_repetitions
from ontopilot.models.structured.thinking import after_thoughts


def grammar(text: str) -> Grammar:
    return constraint_of(GenerationRequest((), grammar=text)).grammar


def schema(value: object) -> Grammar:
    return constraint_of(GenerationRequest((), schema=json.dumps(value))).grammar


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ('root ::= "a" | ""', ["", "a"], ["b", "aa"]),
        ('root ::= "ab"{2} [x-z]? # as it is', ["abab", "ababy"], ["ab", "ababa"]),
        ('root ::= [a-z]* "abc"', ["abc", "ababc", "abcabc"], ["ab", "abcd"]),
        ('root ::= "" | "(" root ")"', ["", "(())"], ["(", "())"]),
        ('root ::= sum\nsum ::= sum "+" [0-9] | [0-9]', ["1", "1+2+3"], ["", "1+"]),
        (r'root ::= "\"\\\n\x41\u00e9\U0001F600"', ['"\\\nAé😀'], ["", "A"]),
        ('root ::= "\x01\x7f\u2028\u00a0"', ["\x01\x7f\u2028\u00a0"], [""]),
        (r"root ::= [^a\-z\]\x00-\x1f]{2}", ["b[", "é😀"], ["a]", "b-", "bz", "b\t"]),
        ('root ::= ("a"\n | "b")+\n\nother ::= root', ["abba"], ["", "c"]),
        ('root ::= [a]{3,} "b"{0,0}', ["aaa", "aaaaa"], ["aa", "aaab"]),
    ],
)
def test_what_a_grammar_allows(text, inside, outside):
    written = constraint_of(GenerationRequest((), grammar=text))
    for one in (written.grammar, grammar(written.ebnf)):
        assert [t for t in (*inside, *outside) if accepts(one, t)] == inside


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"there is no rule 'root', but \[\]; call the rule of the whole answer"),
        ('start ::= "a"', r"there is no rule 'root', but \['start'\]"),
        ("root ::= (", "line 1, column 11: nothing stands where an expression is expected"),
        ('root ::= ("a"', "column 10: this parenthesis is not closed by"),
        ('root ::= "a" )', r"column 14: '\)' stands where the name of a rule is expected"),
        ('root ::= "a', "line 1, column 10: '\"a' is no part of an EBNF"),
        ('root ::= "a"\nroot ::= "b"', "line 2, column 1: the rule 'root' is there twice"),
        ("root ::= other", "the rule 'root' uses 'other', which there is no rule for; add it"),
        ('root ::= "a" root', "'root' contains itself without end"),
        ('root ::= "a" | b\nb ::= c "x"\nc ::= b', "'b' contains itself without end"),
        ("root ::= [z-a]", "the range 'z' to 'a' runs backwards"),
        (r"root ::= [\q]", r"the escape '\\\\q' is not known"),
        (r'root ::= "\ud800"', "stands for no character"),
        ('root ::= "a"{3,2}', r"'\{3,2\}' asks for at least 3 and at most 2"),
        ("root ::= " + "(" * 99 + '"a"' + ")" * 99, "nested more than 60 deep"),
        (
            'root ::= ("abcde"{999}){999}',
            "4990005 characters, and 100000 can be kept",
        ),
        ("root ::= " + '"a" ' * 60_000, "has 240009 characters and 200000 are read"),
    ],
)
def test_a_grammar_that_is_none(text, says):
    with pytest.raises(ConstraintMalformed, match=says) as error:
        grammar(text)
    assert str(error.value).startswith("GenerationRequest(grammar=…)")
    assert "\n" not in str(error.value)
    assert isinstance(error.value, RequestRefused)


A_DAY = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}
SHAPES = {
    "oneOf": [
        {"properties": {"kind": {"const": kind}, "size": size}, "required": ["kind", "size"]}
        for kind, size in (("small", {"type": "null"}), ("large", {"enum": [10, 20]}))
    ]
}


@pytest.mark.parametrize(
    ("value", "inside", "outside"),
    [
        (True, [None, [], {"a": [1, {"b": "c"}]}], []),
        ({"type": ["integer", "null"], "minimum": 3}, [3, None, 10**15 - 1], [2, 3.5, "x"]),
        ({"maximum": -1}, [-1, -1.5, -1000], [0, -0.5]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", '"\n\\'], ["a", "abcd", 2]),
        ({"type": "string", "pattern": "b+"}, ["b", "abbc"], ["", "ac"]),
        ({"enum": ["a", 1, None, {"b": [True]}], "type": "object"}, [{"b": [True]}], ["a", 1]),
        ({"const": "é\u0001"}, ["é\u0001"], ["e"]),
        ({"items": {"const": 0}, "maxItems": 2}, [[], [0], [0, 0]], [[0, 0, 0], [1], 0]),
        ({"prefixItems": [{"const": 1}, {"const": 2}]}, [[1, 2]], [[2, 1]]),
        ({"items": False}, [[]], [[1]]),
        (A_DAY, [{"day": "2024-02-28"}, {}], [{"day": "2023-02-30"}, {"day": "1-1-1"}]),
        ({"additionalProperties": {"const": 1}}, [{}, {"x": 1, "y": 1}], [{"x": 2}]),
        ({"required": ["x"], "properties": {"y": {"const": 1}}}, [{"y": 1, "x": []}], [{"y": 1}]),
        (SHAPES, [{"kind": "small", "size": None}], [{"kind": "small", "size": 10}]),
        ({"allOf": [{"const": 1}], "title": "One"}, [1], [2]),
        ({"$ref": "#/$defs/a~1b/anyOf/0", "$defs": {"a/b": {"anyOf": [{"const": 5}]}}}, [5], [6]),
    ],
)
def test_what_a_schema_allows(value, inside, outside):
    made = schema(value)
    assert [t for t in (*inside, *outside) if accepts(made, compact(t))] == inside
    for one in inside:
        jsonschema.validate(one, value)
    assert not any(accepts(made, f" {compact(one)}") for one in inside)


LOOP = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1], r"'\[1\]' is no schema; give an object"),
        ({"type": "strnig"}, "#/type is no schema: 'strnig' is not valid under any of the given"),
        ({"type": "string", "pattern": "("}, "is not a 'regex'|a group is not closed"),
        (False, "#: it allows nothing"),
        ({"$ref": "https://example.org/a.json"}, "leads elsewhere, and nothing is fetched"),
        ({"$ref": "#/$defs/no"}, r"#: '\$ref' '#/\$defs/no' leads nowhere; correct it"),
        (LOOP, "contains itself without end"),
        (
            {"$defs": {"n": {"required": ["n"], "properties": {"n": {"$ref": "#/$defs/n"}}}},
             "$ref": "#/$defs/n"},
            "contains itself without end, so that no answer could be finished",
        ),
        ({"properties": {"a": {"not": {}}}}, "#/properties/a: the keyword 'not' cannot be kept"),
        ({"type": "array", "uniqueItems": True}, "#: 'uniqueItems' cannot be kept; leave it out"),
        ({"type": "integer", "multipleOf": 5}, "'multipleOf' cannot be kept; list the numbers"),
        ({"type": "integer", "minimum": 1.2, "maximum": 1.8}, "no integer is within its bounds"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "minLength 3 is more than maxLength"),
        ({"type": "string", "pattern": "a(?=b)"}, "at character 4: it looks ahead or behind"),
        ({"type": "string", "pattern": "^a", "maxLength": 3}, "write it into the pattern"),
        ({"type": "string", "format": "hostname"}, r"the format 'hostname' cannot be kept"),
        ({"enum": [1, 2], "type": "string"}, r"none of the values \[1, 2\] is allowed by the rest"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "might be of two schemas of"),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, "several schemas in 'allOf'"),
        ({"anyOf": [{}, True], "properties": {}}, "'properties' beside 'anyOf' cannot be kept"),
        ({"required": ["a"], "additionalProperties": False}, "'a' is required and not allowed"),
        ({"type": "object", "minProperties": 1}, "say which are required"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_kept(value, says):
    with pytest.raises(ConstraintMalformed, match=says) as error:
        schema(value)
    assert str(error.value).startswith("GenerationRequest(schema=…)")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (GenerationRequest((), schema="{"), r"schema=….* is no JSON: Expecting property name"),
        (GenerationRequest((), schema="[" * 9999), "is no JSON|nested too deep"),
        (GenerationRequest((), schema="{}", grammar='root ::= "a"'), "keeps to one of them; give"),
        (GenerationRequest((), schema="{}", begun='{"a'), "cannot be entered half-way"),
    ],
)
def test_a_request_whose_form_is_unclear(request_, says):
    with pytest.raises(ConstraintMalformed, match=says):
        constraint_of(request_)


def test_a_deep_schema_is_refused():
    deep: dict[str, object] = {"const": 1}
    for _ in range(80):
        deep = {"type": "array", "items": deep}
    with pytest.raises(ConstraintMalformed, match="more than 50 deep; make it flatter"):
        schema(deep)


def test_a_request_without_a_form_has_no_constraint():
    assert constraint_of(GenerationRequest(())) is None


BOUNDS = st.integers(-1200, 1200)


@given(BOUNDS, BOUNDS, st.lists(st.integers(-1300, 1300), max_size=20))
@settings(deadline=None, max_examples=60)
def test_integers_between_two_bounds(one, other, tried):
    low, high = sorted((one, other))
    made = schema({"type": "integer", "minimum": low, "maximum": high})
    for number in (*tried, low - 1, low, high, high + 1):
        assert accepts(made, str(number)) == (low <= number <= high)
        assert not accepts(made, f"0{number}")


@given(st.decimals(-20, 20, places=2), st.decimals(0, 9, places=1), st.data())
@settings(deadline=None, max_examples=60)
def test_numbers_between_two_bounds(low, width, data):
    high = low + width
    made = schema({"type": "number", "minimum": float(low), "exclusiveMaximum": float(high) + 1})
    for number in data.draw(st.lists(st.decimals(-25, 31, places=3), min_size=8, max_size=8)):
        wanted = low <= number < Decimal(str(float(high))) + 1
        assert accepts(made, f"{number:.3f}") == wanted


PATTERNS = ("^a|b$", "a{2,3}?", "^(?:ab|c[^b]){1,2}$", r"\d+", r"^[\w-]+\.[a-c]$", "", "^[^ab]*$")


@given(st.sampled_from(PATTERNS), st.text('abc-. 1_é"\\', max_size=7))
@settings(deadline=None, max_examples=200)
def test_patterns_find_what_regular_expressions_find(pattern, text):
    made = schema({"type": "string", "pattern": pattern})
    assert accepts(made, compact(text)) == bool(re.search(pattern, text, re.ASCII))


@given(st.integers(0, 90), st.integers(0, 90) | st.none(), st.integers(0, 200))
@settings(deadline=None, max_examples=100)
def test_repetitions_of_repetitions_are_as_many(least, more, times):
    most = None if more is None else least + more
    plain = Grammar({"root": repeat(spelled("ab"), least, most)})
    shared = shared_repetitions(plain)
    assert accepts(shared, "a" * times) == accepts(plain, "a" * times)
    assert accepts(shared, "a" * times) == (times >= least and (most is None or times <= most))


ANSWER = '{"a":1}'
THOUGHTS = ("so <a> </thin </t</thi <</think>", "</think>\n\n", "{}</think> ")


@pytest.mark.parametrize("prompt", ["<think>\n", "answer:"])
def test_thoughts_are_free_and_come_before_the_answer(prompt):
    inside = prompt.startswith("<think>")
    first = "" if inside else "<think>"
    made = after_thoughts(schema({"properties": {"a": {"const": 1}}, "required": ["a"]}), prompt)
    for thoughts in THOUGHTS:
        assert accepts(made, first + thoughts + ANSWER)
        assert not accepts(made, first + thoughts)
        assert not accepts(made, first + thoughts + "so</think>" + ANSWER)
    assert accepts(made, ANSWER) is not inside
