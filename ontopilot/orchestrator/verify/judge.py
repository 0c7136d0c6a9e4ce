"""The judgement on a claim: beside the evidence that it cites, and beside the ontology."""

import re
from collections.abc import Iterator, Sequence

from ontopilot.models.encoding.pairs import PairReader
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.answer import Claim, Verdict
from ontopilot.orchestrator.verify.amounts import check_amounts
from ontopilot.orchestrator.verify.codes import check_codes
from ontopilot.orchestrator.verify.copied import copied
from ontopilot.orchestrator.verify.excerpt import nearness
from ontopilot.orchestrator.verify.finding import Finding, Findings
from ontopilot.orchestrator.verify.limits import check_limits
from ontopilot.orchestrator.verify.polarity import check_polarity
from ontopilot.orchestrator.verify.reading import Reading, read
from ontopilot.orchestrator.verify.stated import check_facts
from ontopilot.orchestrator.verify.subject import Coverage, Meanings, check_subject, cover
from ontopilot.orchestrator.verify.substitution import check_substitution
from ontopilot.orchestrator.verify.units import Unit, units
from ontopilot.orchestrator.verify.weigh import weighed
from ontopilot.prose import plain
from ontopilot.retrieval.passage import Evidence

_MARKERS = re.compile(r"\s*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_JOINTS = re.compile(
    r";\s+|,?\s+(?:and|but|while|whereas)\s+|,\s+(?:which|where)\s+", re.IGNORECASE
)
NEARLY = 0.15
"""How much less of a claim a sentence may have of its own than the nearest one, to support it.

A sentence that says otherwise must not be outdone by the next one, which is about the same; nor one
that the claim repeats but for a word by one that it does not."""

_READ_CLOSELY = 6
"""Sentences of evidence, the nearest ones by words, that are read in full."""


def judge(
    claim: Claim,
    *,
    evidence: Sequence[Evidence],
    ontology: Ontology,
    question: str = "",
    reader: PairReader | None = None,
) -> Verdict:
    """Judge the text of a claim against the evidence that it cites and the ontology.

    A claim is supported when one sentence of the cited evidence, or for each clause of the claim
    one sentence, says it: the same things, amounts and conditions, affirmed or denied alike. It
    is contradicted when the evidence or the ontology says otherwise, and else unsupported.

    `reader` reads a claim that is no quotation together with the evidence: it may doubt what the
    rules let pass, and be sure of what they would withhold for its wording.
    """
    known = {item.id: item for item in evidence}
    if not claim.evidence_ids:
        return Verdict(claim, "unsupported", "It cites nothing.")
    unknown = [key for key in claim.evidence_ids if key not in known]
    if unknown:
        text = f"It cites {unknown[0]!r}, which is not among the evidence of this turn."
        return Verdict(claim, "unsupported", text)
    reading = read(plain(_MARKERS.sub("", claim.text)))
    if not (reading.words or reading.quantities):
        return Verdict(claim, "unsupported", "It says nothing that could be checked.")
    meanings = Meanings(ontology)
    cited = [known[key] for key in claim.evidence_ids]
    found = findings(reading, cited, meanings, read(question))
    fault = check_codes(reading.text, cited, question)
    if fault is None and not found.quoted:
        fault = weighed(found, reading, cited, question=question, reader=reader)
    fault = fault or check_facts(claim, reading, meanings)
    if fault is not None:
        return Verdict(claim, fault.status, fault.explanation)
    return Verdict(claim, "supported", _grounds(cited))


def findings(
    claim: Reading, cited: Sequence[Evidence], meanings: Meanings, question: Reading
) -> Findings:
    """What the rules find wrong with a claim beside the evidence that it cites."""
    if _quoted(claim, cited):
        return Findings(None, 1.0, quoted=True)
    shares = [copied(claim.text, unit.reading.text).share for e in cited for unit in units(e)]
    return Findings(_fault(claim, cited, meanings, question), max(shares, default=0.0))


def _quoted(reading: Reading, cited: Sequence[Evidence]) -> bool:
    """Whether the claim is a sentence of the evidence, word for word."""
    return any(
        reading.spelled == unit.reading.spelled and reading.text.strip(" .") in unit.reading.text
        for item in cited
        for unit in units(item)
    )


def _grounds(cited: Sequence[Evidence]) -> str:
    names = dict.fromkeys(item.title or item.source or "the ontology" for item in cited)
    return f"The cited text says so ({', '.join(names)})."


def _fault(
    reading: Reading, cited: Sequence[Evidence], meanings: Meanings, question: Reading
) -> Finding | None:
    """What is wrong with a claim; nothing if some sentence supports it, or one each clause."""
    found = [unit for item in cited for unit in units(item)]
    whole = _nearest_fault(reading, found, meanings, question)
    if whole is None or any(copied(reading.text, unit.reading.text).repeats for unit in found):
        return whole
    parts = list(_clauses(reading))
    faults = [_nearest_fault(part, found, meanings, question) for part in parts]
    if parts and not any(faults):
        return None
    return whole


def _nearest_fault(
    reading: Reading, found: Sequence[Unit], meanings: Meanings, question: Reading
) -> Finding | None:
    """The fault beside the nearest sentence; nothing if any sentence supports the claim."""
    near = _shortlist(reading, found)
    beside = {unit: copied(reading.text, unit.reading.text) for unit in near}
    repeated = max((one.share for one in beside.values() if one.repeats), default=0.0)
    near = [unit for unit in near if beside[unit].share >= repeated - NEARLY]
    covered = [(cover(reading, unit, meanings), unit) for unit in near]
    covered.sort(key=lambda pair: -pair[0].share)
    nearest = max((coverage.own for coverage, _ in covered), default=0.0)
    covered = [pair for pair in covered if pair[0].own >= nearest - NEARLY]
    faults: list[Finding] = []
    for coverage, unit in covered:
        fault = _check(reading, unit, coverage, meanings, question)
        if fault is None:
            return None
        faults.append(fault)
    nothing = Finding("words", "unsupported", "The cited text does not say this.", 0.0)
    return max(faults, key=lambda fault: fault.closeness, default=nothing)


def _shortlist(reading: Reading, found: Sequence[Unit]) -> list[Unit]:
    return sorted(found, key=lambda unit: -nearness(reading, unit))[:_READ_CLOSELY]


def _check(
    reading: Reading, unit: Unit, covered: Coverage, meanings: Meanings, question: Reading
) -> Finding | None:
    """The first fault of a claim beside one sentence of evidence."""
    subject = check_subject(reading, unit, covered, meanings)
    if subject is not None:
        return subject
    return (
        check_polarity(reading, unit.reading)
        or check_amounts(reading, unit.reading)
        or check_limits(reading, unit.reading, question=question)
        or check_substitution(reading, unit.reading)
    )


def _clauses(reading: Reading) -> Iterator[Reading]:
    """The clauses of a claim that may rest on different sentences; none if it has only one.

    A clause that names nothing itself is about what the first one is about.
    """
    cuts = [(m.start(), m.end()) for m in _JOINTS.finditer(reading.text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(reading.text)]
    pieces = [reading.text[a:b] for a, b in zip(starts, ends, strict=True)]
    parts = [read(piece) for piece in pieces]
    if len(parts) < 2 or any(len(p.words) + len(p.quantities) < 2 for p in parts):
        return
    subject = parts[0].names[0].text if parts[0].names else ""
    yield parts[0]
    for part, piece in zip(parts[1:], pieces[1:], strict=True):
        yield part if part.names or not subject else read(f"{subject} {piece}")
