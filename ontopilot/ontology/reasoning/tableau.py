"""Classes by rustdl: saturation, which is fast, then the tableau, with justifications."""

import json
import re
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import Contradiction
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.normal import rdf_xml
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.reasoning.apart import run_apart
from ontopilot.ontology.reasoning.classified import Classified
from ontopilot.ontology.reasoning.overlooked import named_through, spelled_out
from ontopilot.ontology.reasoning.proven import doubt
from ontopilot.ontology.reasoning.schema import ANYTHING, is_stand_in, schema_of, without_stand_ins
from ontopilot.ontology.reasoning.used import share_of_cases
from ontopilot.ontology.terms import Iri

Depth = Literal["saturation", "fitting", "tableau"]
"""How far rustdl goes; fitting is saturation, and the schema's tableau where cases occur."""

_PROCESS = Path(__file__).with_name("tableau_process.py")
_IRI = re.compile(r"<([^<>]+)>")
_PAIR_MILLISECONDS = 50
_SATURATION_SECONDS = 60.0
_FEW = 0.02
"""Up to this share of classes, case distinctions were not seen to relate classes; the tableau
takes long in such ontologies."""
_GRACE = 0.5
"""Seconds that rustdl gets to keep the limit by itself, with what it has found until then."""


@dataclass(frozen=True, slots=True)
class Tableau:
    """Subclass relations that rustdl finds within a limit of seconds.

    Saturation looks at existential axioms (OWL 2 EL) and takes milliseconds. The tableau
    distinguishes cases too, in a process of its own that is stopped when time is up; a pair of
    classes that takes longer than 50 ms then counts as unrelated, and the result as incomplete.
    """

    depth: Depth
    seconds: float

    def classify(self, triples: Triples) -> Classified:
        """Subclass relations between named classes, and a justified contradiction.

        Raises:
            ModuleNotFoundError: rustdl is not installed.
        """
        steps = list(self._steps(triples))
        answers = [one for step in steps if step[1] for one in _here(*step)]
        waiting = [step for step in steps if not step[1]]
        stopped = False
        if waiting and not any(answer.get("inconsistent") for answer in answers):
            found, stopped = self._apart(waiting)
            answers += found
        if any(answer.get("inconsistent") for answer in answers):
            return Classified(contradiction=_contradiction(answers))
        return self._classified(triples, answers, len(steps), stopped=stopped)

    def _apart(self, steps: Sequence[tuple[bytes, bool]]) -> tuple[list[dict[str, Any]], bool]:
        """The answers of a process of its own, and whether it had to be stopped."""
        asked = {
            "seconds": self.seconds,
            "steps": [_asked(document, saturation_only) for document, saturation_only in steps],
        }
        data = b"\n".join([json.dumps(asked).encode(), b"".join(one for one, _ in steps)])
        # -P: the folder of the file must not hide modules of the standard library
        command = [sys.executable, "-P", str(_PROCESS)]
        ended = run_apart(command, seconds=self.seconds + _GRACE, data=data)
        if b"ModuleNotFoundError" in ended.errors:
            raise ModuleNotFoundError("No module named 'rustdl'", name="rustdl")
        return list(_answers(ended.output)), ended.code is None

    def _steps(self, triples: Triples) -> Iterator[tuple[bytes, bool]]:
        """The documents to classify, and whether by saturation only."""
        readable = named_through(spelled_out(triples))
        if self.depth == "tableau":
            yield _document(readable), False
            return
        yield _document(readable), True
        if self.depth == "fitting" and share_of_cases(triples) > _FEW:
            yield _document(schema_of(readable)), False

    def _classified(
        self, triples: Triples, answers: list[dict[str, Any]], steps: int, *, stopped: bool
    ) -> Classified:
        done = [answer for answer in answers if "above" in answer]
        found = tuple(dict.fromkeys(t for answer in done for t in _subsumptions(answer)))
        stopped = stopped or any(answer.get("cut") for answer in answers)
        trouble = self._trouble(answers, steps, stopped=stopped)
        doubtful = doubt(triples, cases=self.depth == "tableau" or steps > 1)
        if doubtful and self.depth == "fitting":
            doubtful += "; reasoner='hermit' finds all, where there is Java"
        note = "; ".join(filter(None, (trouble, doubtful)))
        return Classified(found, complete=not note, note=note, stopped=stopped)

    def _trouble(self, answers: list[dict[str, Any]], steps: int, *, stopped: bool) -> str:
        """What kept rustdl from finding all that it can find."""
        if stopped:
            return out_of_time("rustdl", self.seconds)
        errors = [answer["error"] for answer in answers if "error" in answer]
        if errors:
            return f"rustdl could not read it ({errors[0]})"
        if len(answers) < steps:
            return "rustdl failed, so only what rules find is there"
        undecided = sum(answer["undecided"] for answer in answers)
        if undecided:
            return f"{undecided} pairs of classes undecided"
        return "rustdl left axioms aside" if any(one["blind"] for one in answers) else ""


def _asked(document: bytes, saturation_only: bool) -> dict[str, Any]:
    return {
        "length": len(document),
        "saturation_only": saturation_only,
        "pair_milliseconds": _PAIR_MILLISECONDS,
    }


def _here(document: bytes, saturation_only: bool) -> list[dict[str, Any]]:
    """The answers of this process: saturation ends soon, and a process costs more than it."""
    import rustdl

    from ontopilot.ontology.reasoning.tableau_process import step_answers

    deadline = time.monotonic() + _SATURATION_SECONDS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rustdl.IncompleteClassificationWarning)
        return step_answers(_asked(document, saturation_only), document, deadline)


def out_of_time(engine: str, seconds: float) -> str:
    """What a report says when a classifier was stopped."""
    return (
        f"{engine} was stopped after {seconds:g} seconds (reasoning_seconds): of what follows, "
        "only what it had found by then and what OWL 2 RL rules find is there"
    )


def _document(triples: Triples) -> bytes:
    """What rustdl reads; it tells of no class that it is equivalent to owl:Thing."""
    return rdf_xml(Triples.of((*triples, (ANYTHING, v.RDF_TYPE, v.OWL_CLASS))))


def _answers(output: bytes) -> Iterator[dict[str, Any]]:
    """The whole lines; the last may be cut off where the process was stopped."""
    for line in output.split(b"\n")[:-1]:
        yield json.loads(line)


def _subsumptions(answer: Mapping[str, Any]) -> Iterator[Triple]:
    for cls in answer["empty"]:
        if not is_stand_in(cls):
            yield Iri(cls), v.RDFS_SUBCLASS, v.OWL_NOTHING
    for cls in answer["above"]:
        if cls == ANYTHING:
            for other in _named_above(cls, answer["above"]):
                yield v.OWL_THING, v.RDFS_SUBCLASS, Iri(other)
        elif not is_stand_in(cls):
            for other in _named_above(cls, answer["above"]):
                yield Iri(cls), v.RDFS_SUBCLASS, Iri(other)


def _named_above(cls: str, above: Mapping[str, list[str]]) -> Iterator[str]:
    """The classes directly above; in the place of a stand-in, those above it."""
    waiting, seen = list(above[cls]), {cls, str(v.OWL_THING)}
    while waiting:
        other = waiting.pop()
        if other in seen:
            continue
        seen.add(other)
        if is_stand_in(other):
            waiting += above.get(other, ())
        else:
            yield other


def _contradiction(answers: list[dict[str, Any]]) -> Contradiction:
    found = [axiom for answer in answers for axiom in answer.get("justification", ())]
    named = (_IRI.sub(lambda iri: local_name(iri[1]), axiom) for axiom in without_stand_ins(found))
    return Contradiction("these axioms cannot all be true", tuple(named))
