"""Reading the claims that a model wrote as JSON; each is checked against the turn's grammar."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ontopilot.errors import ClaimsMalformed
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.grammar import ClaimGrammar

MOST_PER_CLAIM = 8
"""How many pieces of evidence, and how many facts, one claim may name."""

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


@dataclass(frozen=True, slots=True)
class StatedClaim:
    """What a model claims: its words, the ids of the evidence for it, and the facts it states."""

    text: str
    evidence: tuple[str, ...]
    facts: tuple[Fact, ...]


def read_claims(text: str, grammar: "ClaimGrammar") -> tuple[StatedClaim, ...]:
    """The claims of a JSON text; evidence and facts that a claim repeats are kept once.

    Raises:
        ClaimsMalformed: it is no JSON, is cut off, or is not what the grammar allows.
    """
    (listed,) = _members(_parsed(text), "the answer", ("claims",))
    claims = []
    for number, one in enumerate(_list(listed, "claims", grammar.max_claims)):
        at = f"claims[{number}]"
        said, cited, stated = _members(one, at, ("text", "evidence", "facts"))
        ids = _list(cited, f"{at}.evidence", min(MOST_PER_CLAIM, len(grammar.evidence)))
        most = MOST_PER_CLAIM if grammar.allowed else 0
        claims.append(
            StatedClaim(
                _whole(_string(said, f"{at}.text")),
                tuple(dict.fromkeys(_id(each, f"{at}.evidence", grammar) for each in ids)),
                tuple(
                    dict.fromkeys(
                        _fact(each, f"{at}.facts[{place}]", grammar)
                        for place, each in enumerate(_list(stated, f"{at}.facts", most))
                    )
                ),
            )
        )
    return tuple(claims)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        advice = "the answer was cut off: allow more tokens" if ended else "ask the model again"
        raise ClaimsMalformed(
            f"the claims are no JSON at line {error.lineno}, column {error.colno} "
            f"({error.msg}, before {text[error.pos : error.pos + 20]!r}); {advice}"
        ) from None
    except (RecursionError, ValueError):
        raise ClaimsMalformed(
            "the claims are nested too deep, or a number in them is too long, to be read (they "
            f"begin with {text[:20]!r}); ask the model again"
        ) from None


def _members(value: Any, at: str, names: tuple[str, ...]) -> tuple[Any, ...]:
    """The values of an object that has these members and no other."""
    if not isinstance(value, dict):
        raise ClaimsMalformed(f"{at} must be an object with {_listed(names)}, not {_kind(value)}")
    wrong = sorted(value.keys() ^ set(names))
    if wrong:
        problem = "lacks" if wrong[0] in names else "has"
        raise ClaimsMalformed(
            f"{at} {problem} the member {wrong[0]!r}; its members must be {_listed(names)}"
        )
    return tuple(value[name] for name in names)


def _list(value: Any, at: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise ClaimsMalformed(f"{at} must be a list, not {_kind(value)}")
    if len(value) > most:
        raise ClaimsMalformed(f"{at} has {len(value)} entries; at most {most} are allowed here")
    return value


def _string(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise ClaimsMalformed(f"{at} must be a string, not {_kind(value)}")
    return value


def _whole(text: str) -> str:
    """A text with halves of characters (lone surrogates) replaced, so that it can be stored."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _id(value: Any, at: str, grammar: "ClaimGrammar") -> str:
    name = _string(value, at)
    if name not in grammar.evidence:
        raise ClaimsMalformed(
            f"{at}: {name!r} is no evidence of this turn; {_choices(name, grammar.evidence)}"
        )
    return name


def _fact(value: Any, at: str, grammar: "ClaimGrammar") -> Fact:
    names = _members(value, at, ("subject", "predicate", "object"))
    for place, name in zip(("subject", "predicate", "object"), names, strict=True):
        known = grammar.predicates if place == "predicate" else grammar.things
        if _string(name, f"{at}.{place}") not in known:
            raise ClaimsMalformed(
                f"{at}.{place}: {name!r} is not in the context; {_choices(name, known)}"
            )
    subject, thing = grammar.things[names[0]], grammar.things[names[2]]
    predicate = grammar.predicates[names[1]]
    if isinstance(subject, Literal) or thing not in grammar.allowed.get((subject, predicate), ()):
        raise ClaimsMalformed(
            f"{at}: {names[0]!r}, {names[1]!r} and {names[2]!r} cannot be stated together; "
            f"of {names[0]!r} the context allows {_allowed(subject, grammar)}"
        )
    triple = (subject, predicate, thing)
    return grammar.facts.get(triple) or Fact(*triple)


def _allowed(subject: Node, grammar: "ClaimGrammar") -> str:
    """What can be stated of a subject, or that nothing can."""
    said = [
        f"{name!r} {thing!r}"
        for name, predicate in grammar.predicates.items()
        for thing, node in grammar.things.items()
        if node in grammar.allowed.get((Iri(str(subject)), predicate), ())
    ]
    return _few(said) if said else "no fact"


def _choices(name: str, known: Iterable[str]) -> str:
    """The nearest of what is allowed, or all of it where it is little."""
    from rapidfuzz import process

    names = sorted(known)
    if not names:
        return "the context allows none"
    nearest = process.extractOne(name, names, score_cutoff=70)
    return f"did you mean {nearest[0]!r}?" if nearest else f"use {_few([repr(n) for n in names])}"


def _few(said: list[str]) -> str:
    more = f" and {len(said) - 5} more" if len(said) > 5 else ""
    return "; ".join(said[:5]) + more


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in names)


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")
