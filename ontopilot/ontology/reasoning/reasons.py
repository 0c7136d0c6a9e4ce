"""Minimal justifications: sets of axioms from which something follows, and no smaller set would."""

import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import MissingExtra
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.manchester import quoted
from ontopilot.ontology.rdf.normal import rdf_xml
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.terms import Fact, Iri, Literal

SECONDS = 20.0
"""How long all questions together may take."""

_SHOWN = re.compile(r'("(?:[^"\\]|\\.)*")|<([^<>]+)>', re.DOTALL)
_DENIED = Iri("_:denied")


@dataclass(frozen=True, slots=True)
class Justification:
    """The axioms behind something, in Manchester syntax; `note` says why there are none."""

    axioms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be justified, in the words of rustdl.

    `denied` are triples that deny it, and `denial` is how the axiom begins that they make: the
    contradiction that comes of them justifies what rustdl does not justify by itself.
    """

    words: tuple[str, ...]
    denied: tuple[Triple, ...] = ()
    denial: str = ""

    @classmethod
    def empty(cls, iri: Iri) -> "Question":
        """Why nothing can be a member of a class."""
        return cls(("unsat", iri))

    @classmethod
    def contradiction(cls) -> "Question":
        """Why not all axioms can be true."""
        return cls(("inconsistent",))

    @classmethod
    def fact(cls, fact: Fact) -> "Question":
        """Why a fact holds: a superclass, a superproperty, a type or a value."""
        subject, predicate, value = fact.triple
        if isinstance(value, Literal):
            words: tuple[str, ...] = ()
            return cls(words, _not_value(fact), f"<{subject}> not <{predicate}> ")
        if predicate == v.RDFS_SUBCLASS:
            nothing = value == v.OWL_NOTHING
            return cls.empty(subject) if nothing else cls(("subclass", subject, value))
        if predicate == v.RDFS_SUBPROPERTY:
            return cls(("subproperty", subject, value))
        if predicate == v.RDF_TYPE:
            words = ("instance", subject, value)
            return cls(words, _not_type(subject, value), f"<{subject}> Type not <{value}>")
        return cls(("property", subject, predicate, value))


def _not_value(fact: Fact) -> tuple[Triple, ...]:
    return (
        (_DENIED, v.RDF_TYPE, v.OWL_NEGATIVE),
        (_DENIED, v.OWL_SOURCE, fact.subject),
        (_DENIED, v.OWL_ASSERTION_PROPERTY, fact.predicate),
        (_DENIED, v.OWL_TARGET_VALUE, fact.object),
    )


def _not_type(subject: Iri, cls: Iri) -> tuple[Triple, ...]:
    return (
        (subject, v.RDF_TYPE, _DENIED),
        (_DENIED, v.RDF_TYPE, v.OWL_CLASS),
        (_DENIED, v.OWL_COMPLEMENT, cls),
    )


def justify(
    triples: Triples,
    questions: Sequence[Question],
    label: Callable[[Iri], str],
    *,
    seconds: float = SECONDS,
) -> tuple[Justification, ...]:
    """One minimal justification for each question, found by rustdl within a time limit.

    Raises:
        MissingExtra: rustdl is not installed.
    """
    if importlib.util.find_spec("rustdl") is None:
        raise MissingExtra("rustdl", extra="reasoning", purpose="a justification")
    until = time.monotonic() + seconds
    plain = [question for question in questions if question.words]
    found = dict(zip(plain, _ask(triples, plain, seconds), strict=True)) if plain else {}
    for question in questions:
        left = until - time.monotonic()
        if question.denied and left > 0 and not found.get(question, Justification()).axioms:
            found[question] = _by_denial(triples, question, left)
    late = Justification(note=f"no justification within {seconds:g} seconds")
    return tuple(_told(found.get(question, late), label) for question in questions)


def _by_denial(triples: Triples, question: Question, seconds: float) -> Justification:
    """The axioms that contradict the denial of what is to be justified."""
    more = Triples.of((*triples, *question.denied))
    (found,) = _ask(more, [Question.contradiction()], seconds)
    own = tuple(one for one in found.axioms if not one.startswith(question.denial))
    if found.axioms and len(own) == len(found.axioms):
        return Justification(note="the ontology contradicts itself")
    return Justification(own, found.note)


def _ask(triples: Triples, questions: list[Question], seconds: float) -> list[Justification]:
    """What rustdl answers in a process of its own, which is ended when its time is up."""
    asked = json.dumps([question.words for question in questions]).encode() + b"\n"
    worker = Path(__file__).with_name("justify_worker.py")
    command = [sys.executable, "-P", str(worker)]
    try:
        done = subprocess.run(
            command,
            input=asked + rdf_xml(triples),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        output, late = done.stdout, f"rustdl cannot read the ontology ({_last(done.stderr)})"
    except subprocess.TimeoutExpired as error:
        output, late = error.stdout or b"", f"no justification within {seconds:g} seconds"
    found = [_answer(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
    return found + [Justification(note=late)] * (len(questions) - len(found))


def _answer(line: bytes) -> Justification:
    axioms = tuple(str(axiom) for axiom in json.loads(line))
    return Justification(axioms, "" if axioms else "rustdl finds no justification")


def _last(raw: bytes) -> str:
    lines = raw.decode(errors="replace").strip().splitlines()
    return lines[-1][:120] if lines else "it stopped"


def _told(found: Justification, label: Callable[[Iri], str]) -> Justification:
    """A justification with labels for names."""
    said = tuple(_SHOWN.sub(lambda m: m[1] or quoted(label(Iri(m[2]))), a) for a in found.axioms)
    return Justification(said, found.note)
