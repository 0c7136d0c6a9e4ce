"""Facts that a claim states, held against the ontology."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ontopilot.ontology.terms import Fact, Iri, Literal, Mention, TermKind
from ontopilot.ontology.vocabulary import RDF_TYPE
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.orchestrator.verify.subject import Meanings

_IS_A = re.compile(r"\s+is\s+an?\s+(?=[\w -]+\W*$)")


def check_facts(claim: Claim, reading: Reading, meanings: Meanings) -> Finding | None:
    """Whether the ontology contradicts a fact that the claim states."""
    stated = list(claim.facts) or list(_stated(reading, meanings))
    if not stated:
        return None
    for check in meanings.ontology.check(stated):
        if check.status == "contradicted":
            return Finding("fact", "contradicted", check.explanation.text, 1.0)
    return None


def _stated(reading: Reading, meanings: Meanings) -> Iterator[Fact]:
    """A thing and its kind, or a property and its value, in a sentence that denies nothing."""
    kind = _IS_A.search(reading.text)
    if reading.negations or (kind is None and len(reading.quantities) != 1):
        return
    mentions = meanings.mentions(reading.text)
    kinds = {m.iri: meanings.ontology.term(m.iri).kind for m in mentions}
    if kind is not None:
        yield from _kind(mentions, kinds, kind.span())
    if len(reading.quantities) != 1:
        return
    subjects = [m for m in mentions if kinds[m.iri] == "individual"]
    properties = [m for m in mentions if kinds[m.iri] == "data_property"]
    if len(subjects) == 1 and len(properties) == 1:
        yield from _value(subjects[0], properties[0], reading, meanings)


def _kind(
    mentions: Sequence[Mention], kinds: Mapping[Iri, TermKind], copula: tuple[int, int]
) -> Iterator[Fact]:
    """What the first words of a sentence name is what the last ones name, a kettle."""
    for one in mentions:
        for other in mentions:
            joined = (one.end, other.start) == copula
            if joined and kinds[one.iri] == "individual" and kinds[other.iri] == "class":
                yield Fact(one.iri, RDF_TYPE, other.iri)


def _value(
    subject: Mention, named: Mention, reading: Reading, meanings: Meanings
) -> Iterator[Fact]:
    """The claimed number as a value like the ones that the ontology has for the property."""
    amount = reading.quantities[0]
    known = meanings.ontology.facts(subject.iri, named.iri)
    literals = [fact.object for fact in known if isinstance(fact.object, Literal)]
    if not literals or not amount.measured or amount.high != amount.value:
        return
    numbers = [_number(literal) for literal in literals]
    if None in numbers or any(_agrees(amount.value, n) for n in numbers if n is not None):
        return
    value = f"{amount.value:g}"
    yield Fact(subject.iri, named.iri, Literal(value, literals[0].datatype))


def _number(literal: Literal) -> float | None:
    try:
        return float(literal.value)
    except ValueError:
        return None


def _agrees(value: float, number: float) -> bool:
    """Whether an amount in base units may be the ontology's number, in whatever unit that is.

    The ratio of two units of one kind is a number of this list; the ontology does not say its unit.
    """
    ratios = (1, 12, 60, 3600, 86400, 604800, 10, 100, 1000, 1e6, 1e9, 0.001)
    return any(abs(value - number * ratio) <= 1e-6 * max(1.0, value) for ratio in ratios)
