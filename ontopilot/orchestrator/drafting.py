"""Drafting: engines' text becomes claims, and only verified claims become text."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from ontopilot.models.messages import NEAR_ENOUGH, Chunk, GenerationRequest
from ontopilot.models.pool import Role
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Literal, Mention
from ontopilot.ontology.vocabulary import RDF_TYPE
from ontopilot.orchestrator.ablation import kinds
from ontopilot.orchestrator.answer import Claim, Verdict, VerdictStatus
from ontopilot.orchestrator.cited import CitedStream
from ontopilot.orchestrator.cited_claims import ClaimStream
from ontopilot.orchestrator.dialogue import Dialogue
from ontopilot.orchestrator.events import Released
from ontopilot.orchestrator.past import still_true
from ontopilot.orchestrator.planning import Stopwatch, deployment
from ontopilot.orchestrator.prompts import (
    ANSWER_TOKENS,
    DRAFT,
    NOTHING_SAID,
    REASON,
    STEPS,
    draft_request,
)
from ontopilot.orchestrator.reading import read_together
from ontopilot.orchestrator.state import Workspace
from ontopilot.orchestrator.understand import asks_how, asks_open, describes_trouble, several
from ontopilot.orchestrator.verify import answers, judge
from ontopilot.retrieval.facts import fact_evidence
from ontopilot.retrieval.mismatch import without_mismatches
from ontopilot.retrieval.pack import pack
from ontopilot.retrieval.passage import Context, Evidence, Query
from ontopilot.retrieval.reread import Nearness, any_answers

_PROBLEM = re.compile(r"\b(?:symptom|problem|fault|malfunction|defect|error|issue)\b", re.I)

LISTED = "one of the kind that is asked for"

FACT_NEAR = 0.7
"""The nearness from which a fact answers a question; single facts are not read again."""

MOST_NAMED = 2
"""Things named by an answer of which is told what the question goes on to ask."""

MOST_CLAIMS = 8
"""Claims that one answer shows at most."""


def offer(work: Workspace, claim: Claim) -> bool:
    """Judge a claim; release it when it is supported, else keep it back. True if released."""
    if len(work.claims) >= MOST_CLAIMS or any(c.text == claim.text for c in work.claims):
        return False
    verdict = _judged(work, claim)
    work.verdicts.append(verdict)
    if verdict.status != "supported":
        work.services.store.withhold(work.turn, verdict.claim, verdict)
        return False
    text = work.marked(verdict.claim)
    work.services.store.release(work.turn, len(work.claims), verdict.claim, verdict)
    work.claims.append(verdict.claim)
    work.emit(Released(verdict.claim, text, work.citations()))
    return True


def _judged(work: Workspace, claim: Claim) -> Verdict:
    if "verify" in work.services.ablated:
        cited: VerdictStatus = "supported" if claim.evidence_ids else "unsupported"
        return Verdict(claim, cited, "It was not checked: verification is left out.")
    return read_together(
        work,
        "entailment",
        lambda reader: judge(
            claim,
            evidence=work.evidence,
            ontology=work.services.ontology,
            question=work.question,
            reader=reader,
        ),
        without="claims were checked by rules alone",
    )


def quote_facts(work: Workspace) -> bool:
    """Answer with the ontology's own facts, no model. True if any was released.

    What is of a kind is listed. Else the nearest fact answers, with those that say the same of
    the same thing: all that it supports.
    """
    listed = [item for item in work.evidence if item.why.startswith(LISTED)]
    for item in listed[:MOST_CLAIMS]:
        offer(work, Claim(item.text, (item.id,), item.facts))
    if listed:
        return bool(work.claims)
    facts = [item for item in work.evidence if item.kind == "fact"]
    near = _nearness(work, facts)
    ranked = sorted(zip(near, facts, strict=True), key=lambda pair: -pair[0][0])
    if not ranked or ranked[0][0][0] < FACT_NEAR or _strange(work):
        return False
    best = ranked[0][1].facts[0]
    for _, item in ranked:
        if (item.facts[0].subject, item.facts[0].predicate) == (best.subject, best.predicate):
            offer(work, Claim(item.text, (item.id,), item.facts))
    return addressed(work)


def addressed(work: Workspace) -> bool:
    """Whether the released claims answer the question."""
    return bool(work.claims) and answers(work.question, work.claims, work.services.ontology)


async def generate(work: Workspace, role: Role) -> None:
    """Stream a draft from the pool; every claim is judged as soon as it is complete.

    Then comes what the question goes on to ask of what the claims name.
    """
    context = pack(_usable(work), budget_tokens=work.services.context_tokens)
    request, said = _request(work, role, context)
    before = work.usage.prompt_tokens
    numbered = (said or NOTHING_SAID).numbers(context.evidence)
    async for claim in _claims(work, role, request, numbered):
        offer(work, claim)
    if said is not None and work.services.pool.generates(role):
        now = said.counted(work.usage.prompt_tokens - before, _length(request))
        work.dialogue = now.opening(work.text, context.evidence)
    _go_further(work)


def _request(
    work: Workspace, role: Role, context: Context
) -> tuple[GenerationRequest, Dialogue | None]:
    """What an engine is asked, and the dialogue that it goes on from.

    None is what a reasoner of its own goes on from: its cache has not seen the conversation. Where
    a prompt would become too long it begins anew.
    """
    pool = work.services.pool
    made = partial(
        draft_request,
        work.text,
        context,
        most_claims=MOST_CLAIMS,
        instructions=work.services.instructions,
        withheld=[v for v in work.verdicts if v.status != "supported"],
        relevance=lambda: _relevance(work, context.evidence),
    )
    named = deployment(work, role)
    if role == "generator" or pool.one_for_both:
        closing = STEPS if role == "reasoner" else ""
        said = work.dialogue or work.services.dialogues.of(work.conversation)
        request = made(system=DRAFT, dialogue=said, closing=closing)
        room = pool.context_tokens("generator")
        left = max(1, int(0.95 * room) - ANSWER_TOKENS) if room else 0
        if said.fits(_length(request), room=left):
            return replace(request, deployment=named), said
    if role == "generator":
        return replace(made(system=DRAFT), deployment=named), NOTHING_SAID
    return replace(made(system=REASON), deployment=named), None


def _length(request: GenerationRequest) -> int:
    return sum(len(message.content) for message in request.messages)


def remember(work: Workspace) -> None:
    """Keep what this turn added to the dialogue, from which the next prompt goes on."""
    if work.dialogue is not None:
        now = work.dialogue.answered((claim.text, claim.evidence_ids) for claim in work.claims)
        work.services.dialogues.keep(work.conversation, now)


def _go_further(work: Workspace) -> None:
    """Answer what the question goes on to ask of things that the answer so far has named."""
    named = next(filter(None, (_introduced(work, claim) for claim in work.claims)), [])
    query = Query(work.text, work.mentions)
    found = work.services.index.further(query, list(dict.fromkeys(named))[:MOST_NAMED])
    known = {item.id for item in work.evidence}
    new = tuple(item for item in found if item.id not in known)
    if new:
        work.evidence = (*work.evidence, *new)
        work.services.store.save_evidence(work.turn, work.evidence)
    for item in found:
        offer(work, Claim(item.text, (item.id,), item.facts))


def _nearness(work: Workspace, evidence: Sequence[Evidence]) -> Nearness:
    """How near each statement is to the question; one about something else is not near, nor a fact
    that says only what the question itself says.
    """
    if work.services.pool.small.note:
        work.degrade(work.services.pool.small.note)
    near = work.services.index.relevance(Query(work.text, work.mentions), evidence)
    near = without_mismatches(work.text, evidence, near)
    return tuple(
        tuple(min(value, 0.0) for value in values) if _supposed(work, item) else values
        for item, values in zip(evidence, near, strict=True)
    )


def _introduced(work: Workspace, claim: Claim) -> list[Iri]:
    """The things that a claim brings in: what a fact leads to, or is mentioned anew."""
    ontology = work.services.ontology
    if claim.facts:
        named = [fact.object for fact in claim.facts if not isinstance(fact.object, Literal)]
    else:
        asked_about = {mention.iri for mention in work.mentions}
        named = [m.iri for m in ontology.link(claim.text) if m.iri not in asked_about]
    return [iri for iri in named if ontology.term(iri).kind == "individual"]


def _strange(work: Workspace) -> bool:
    """Whether the question has a name that nothing known has: no single fact answers it."""
    return bool(work.services.index.strangers(Query(work.text, work.mentions)))


def _supposed(work: Workspace, item: Evidence) -> bool:
    """Whether a fact joins two things that an open question names: `how often is it descaled?` is
    not answered by its being descaled.
    """
    if item.kind != "fact" or not asks_open(work.question):
        return False
    named = {mention.iri for mention in work.mentions}
    return all({fact.subject, fact.object} <= named for fact in item.facts)


def _relevance(work: Workspace, evidence: Sequence[Evidence]) -> Nearness:
    """How near each statement is to the question; nothing is near if nothing answers it."""
    near = _nearness(work, evidence)
    tops = [max(values, default=0.0) for values in near]
    told = [top for top, item in zip(tops, evidence, strict=True) if item.kind == "fact"]
    strange = _strange(work)
    if max(told, default=0.0) >= FACT_NEAR and not strange:
        return near
    if max(tops, default=0.0) >= NEAR_ENOUGH and read_together(
        work,
        "answering",
        lambda reader: (
            reader is None or any_answers(work.text, evidence, near, reader, strange=strange)
        ),
        without="whether a statement answers was told by its nearness alone",
    ):
        return near
    return tuple(tuple(min(value, 0.0) for value in values) for values in near)


def _usable(work: Workspace) -> tuple[Evidence, ...]:
    """The evidence for a draft.

    A how-to wants instructions, which single facts are not; that something is of its kind answers
    few questions.
    """
    told = tuple(item for item in work.evidence if item.kind != "fact")
    if told and asks_how(work.question):
        return told
    return tuple(item for item in work.evidence if not _tells_kind(item)) or work.evidence


def _tells_kind(item: Evidence) -> bool:
    return bool(item.facts) and all(fact.predicate == RDF_TYPE for fact in item.facts)


async def _claims(
    work: Workspace, role: Role, request: GenerationRequest, sources: Mapping[int, Evidence]
) -> AsyncIterator[Claim]:
    stream: CitedStream | ClaimStream | None = None
    stopwatch = Stopwatch("reason" if role == "reasoner" else "draft")
    async for chunk in work.services.pool.generate(role, request):
        if chunk.restart:
            stream = None
        _note(work, role, chunk)
        stopwatch.saw(work, chunk)
        if stream is None and chunk.text:
            keeps = request.schema is not None and not chunk.plain
            stream = ClaimStream() if keeps else CitedStream()
        for sentence, markers in stream.feed(chunk.text) if stream else ():
            yield _claim(sentence, markers, sources)
    for sentence, markers in stream.finish() if stream else ():
        yield _claim(sentence, markers, sources)


def _note(work: Workspace, role: Role, chunk: Chunk) -> None:
    if chunk.usage is not None:
        work.usage = work.usage + chunk.usage
    if chunk.degraded:
        work.degrade(chunk.degraded)
    if chunk.engine:
        work.versions = {**work.versions, role: chunk.engine}


def _claim(sentence: str, markers: tuple[int, ...], sources: Mapping[int, Evidence]) -> Claim:
    cited = [sources[n] for n in markers if n in sources]
    facts = tuple(fact for item in cited for fact in item.facts if item.text == sentence)
    return Claim(sentence, tuple(dict.fromkeys(item.id for item in cited)), facts)


def quote_chain(work: Workspace, chain: Sequence[Evidence]) -> bool:
    """Answer a problem with the ontology's own steps. True if they are the whole answer."""
    released = [offer(work, Claim(item.text, (item.id,), item.facts)) for item in chain]
    return any(released) and not several(work.question)


def chain(work: Workspace) -> tuple[Evidence, ...]:
    """The ontology's steps from what is mentioned to what follows: symptom, cause, fix.

    Starts at the mentioned problem with the longest name from which two steps lead on.
    """
    ontology = work.services.ontology
    starts = sorted(work.mentions, key=lambda m: m.start - m.end)
    for mention in starts:
        if not is_trouble(ontology, mention.iri):
            continue
        steps = _steps(ontology, mention.iri)
        if any(fact.subject != mention.iri for fact in steps):
            return tuple(
                fact_evidence(ontology, fact, why="a step from the symptom") for fact in steps
            )
    return ()


def is_trouble(ontology: Ontology, iri: Iri) -> bool:
    """Whether an individual is a problem, by its own names or by those of its classes."""
    if not ontology.has(iri) or ontology.term(iri).kind != "individual":
        return False
    own = ontology.term(iri)
    if any(describes_trouble(name) for name in (own.label, *own.synonyms)):
        return True
    kinds = [ontology.term(cls) for cls in ontology.types(iri)]
    return any(_PROBLEM.search(name) for kind in kinds for name in (kind.label, *kind.synonyms))


def _steps(ontology: Ontology, start: Iri) -> list[Fact]:
    steps: list[Fact] = []
    for first in _links(ontology, start):
        steps.append(first)
        steps += _links(ontology, Iri(str(first.object)))[:2]
    return steps[:MOST_CLAIMS]


def _links(ontology: Ontology, subject: Iri) -> list[Fact]:
    """Stated facts that lead from one individual to another."""
    return [
        fact
        for fact in ontology.facts(subject)
        if not fact.inferred
        and not isinstance(fact.object, Literal)
        and ontology.has(fact.object)
        and ontology.term(fact.object).kind == "individual"
    ]


def second_hop(work: Workspace) -> tuple[Evidence, ...]:
    """Search again with the terms that the best evidence names; what was found stays first."""
    ontology = work.services.ontology
    known = {mention.iri for mention in work.mentions}
    added: list[Mention] = []
    for item in work.evidence[:4]:
        for term in item.terms:
            if term not in known and ontology.has(term):
                known.add(term)
                added.append(Mention(0, 0, ontology.label(term), term, 0.5))
    text = f"{work.text} {work.evidence[0].text}" if work.evidence else work.text
    found = work.services.index.search(
        Query(text, (*work.mentions, *added[:6])),
        k=8,
        kinds=kinds(work.services.ablated),
        filter=work.filter,
    )
    found = still_true(found, ontology, work.services.policies)
    held = {item.id for item in work.evidence}
    hop = tuple(replace(e, why=f"second step: {e.why}") for e in found if e.id not in held)
    return (*work.evidence, *hop)
