"""The nodes of a turn: plain functions from its state to the part that changes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from ontopilot.orchestrator import drafting, planning
from ontopilot.orchestrator.ablation import kinds
from ontopilot.orchestrator.events import Step
from ontopilot.orchestrator.past import still_true
from ontopilot.orchestrator.plan.choose import Situation, choose
from ontopilot.orchestrator.plan.plan import Plan
from ontopilot.orchestrator.respond import finish
from ontopilot.orchestrator.state import TurnState, Workspace
from ontopilot.orchestrator.understand import (
    asks_more,
    carry_over,
    describes_trouble,
    direct_facts,
    members,
    unread,
)
from ontopilot.prose.orders import without_markers
from ontopilot.retrieval.facts import fact_evidence
from ontopilot.retrieval.passage import Evidence, Query

TurnRuntime = Runtime[Workspace]
Update = dict[str, Any]

MOST_UNREAD = 2
"""Words of a question that no term covers, up to which facts alone may be its answer."""

FOUND = 10
"""Pieces of evidence that a first search keeps."""


def timed(work: Workspace, name: str) -> Callable[[], None]:
    """Announce a node and return the function that records how long it took."""
    work.emit(Step(name))
    began = time.perf_counter()

    def done() -> None:
        if work.plan is not None:
            took = (time.perf_counter() - began) * 1000
            work.plan = work.plan.record(name, milliseconds=took)

    return done


def understand(state: TurnState, runtime: TurnRuntime) -> Update:
    """Link the question to terms, fill in what a follow-up leaves out, find the intent."""
    work = runtime.context
    began = time.perf_counter()
    work.emit(Step("understand"))
    read_question(work)
    took = (time.perf_counter() - began) * 1000
    return {"attempt": 0, "reasoned": False, "understand_ms": took}


def read_question(work: Workspace) -> None:
    """Fill a workspace with what the question means; the same question gives the same result."""
    services = work.services
    work.question = without_markers(work.question)
    mentions = services.ontology.link(work.question)
    if "ontology" in services.ablated:
        mentions = tuple(mention for mention in mentions if mention.value)
    earlier = (
        () if work.first else services.store.earlier_mentions(work.conversation, before=work.turn)
    )
    work.text, work.mentions = carry_over(work.question, mentions, earlier, services.ontology)
    if work.intent is None:
        work.intent = services.actions.intent(work.question, work.mentions)
    else:
        work.intent = work.intent.fill(work.question, work.mentions, services.ontology)


async def plan(state: TurnState, runtime: TurnRuntime) -> Update:
    """Choose how the turn is answered and write down why."""
    work = runtime.context
    began = time.perf_counter()
    work.emit(Step("plan"))
    work.plan = _choose(work)
    work.plan = work.plan.record("understand", milliseconds=state.get("understand_ms", 0.0))
    took = (time.perf_counter() - began) * 1000
    work.plan = work.plan.record("plan", milliseconds=took)
    return {"strategy": work.plan.strategy}


def _choose(work: Workspace) -> Plan:
    services = work.services
    situation = Situation(
        intent=work.intent,
        direct_facts=len(direct_facts(work.mentions, services.ontology)),
        members=len(members(work.question, work.mentions, services.ontology)),
        mentions=len(work.mentions),
        asks_more=asks_more(work.question) or unread(work.question, work.mentions) > MOST_UNREAD,
        trouble="reasoner" not in services.ablated and describes_trouble(work.question),
        passages=len(services.index.passages),
    )
    typical_ms = services.store.typical_ms()
    ruled = choose(situation, typical_ms)
    return planning.begin(work, ruled, typical_ms)


def retrieve(state: TurnState, runtime: TurnRuntime) -> Update:
    """Search documents, past interactions and facts; the evidence goes into the store."""
    work = runtime.context
    done = timed(work, "retrieve")
    services = work.services
    found = services.index.search(
        Query(work.text, work.mentions),
        k=planning.pieces(work, FOUND),
        kinds=kinds(services.ablated),
        filter=work.filter,
    )
    found = still_true(found, services.ontology, services.policies)
    if state["strategy"] == "facts":
        found = _facts_first(work, found)
    listed = members(work.question, work.mentions, services.ontology)
    found = _joined(
        [fact_evidence(services.ontology, fact, why=drafting.LISTED) for fact in listed], found
    )
    work.evidence = found
    strategy = planning.retrieved(work)
    services.store.save_evidence(work.turn, work.evidence)
    done()
    return {} if strategy is None else {"strategy": strategy}


def _facts_first(work: Workspace, found: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    wanted = {f.triple for f in direct_facts(work.mentions, work.services.ontology)}
    first = [e for e in found if any(fact.triple in wanted for fact in e.facts)]
    held = {fact.triple for e in first for fact in e.facts}
    ontology = work.services.ontology
    first += [
        fact_evidence(ontology, fact, why="the question names it")
        for fact in direct_facts(work.mentions, ontology)
        if fact.triple not in held
    ]
    return _joined(first, found)


def _joined(first: Sequence[Evidence], then: Sequence[Evidence]) -> tuple[Evidence, ...]:
    keys = {item.id for item in first}
    return (*first, *(item for item in then if item.id not in keys))


async def draft(state: TurnState, runtime: TurnRuntime) -> Update:
    """Draft cited claims; each is released after its own verification."""
    work = runtime.context
    done = timed(work, "draft")
    if state["strategy"] == "facts" and drafting.quote_facts(work):
        done()
        return {"attempt": state["attempt"] + 1}
    await drafting.generate(work, "generator")
    done()
    return {"attempt": state["attempt"] + 1}


async def verify(state: TurnState, runtime: TurnRuntime) -> Update:
    """Judge what was drafted as a whole and decide what is next."""
    work = runtime.context
    done = timed(work, "verify")
    route = _next(state, work)
    done()
    return {"route": route}


def _next(state: TurnState, work: Workspace) -> str:
    answered = drafting.addressed(work)
    planning.verified(work, passed=answered, second=state["reasoned"])
    if answered:
        return "respond"
    repairable = any(v.status != "supported" for v in work.verdicts) and not work.claims
    if repairable and state["attempt"] < 2 and work.services.pool.generates("generator"):
        return "draft"
    able = not state["reasoned"] and "reasoner" not in work.services.ablated
    if able and planning.may_reason(work):
        return "reason"
    return "respond" if state["attempt"] else "draft"


async def reason(state: TurnState, runtime: TurnRuntime) -> Update:
    """Search again from what the first search found, and answer step by step."""
    work = runtime.context
    done = timed(work, "reason")
    steps = drafting.chain(work)
    work.evidence = _joined(steps, drafting.second_hop(work))
    work.services.store.save_evidence(work.turn, work.evidence)
    if work.services.pool.generates("reasoner") or not drafting.quote_chain(work, steps):
        await drafting.generate(work, "reasoner")
    done()
    return {"reasoned": True}


def respond(state: TurnState, runtime: TurnRuntime) -> Update:
    """Write the answer into the store."""
    work = runtime.context
    done = timed(work, "respond")
    done()
    planning.ended(work)
    drafting.remember(work)
    finish(work)
    return {}


def restore(work: Workspace) -> None:
    """Rebuild the working part of an interrupted turn from the store."""
    store = work.services.store
    read_question(work)
    work.evidence = store.evidence(work.turn)
    for claim, verdict in store.released(work.turn):
        work.claims.append(claim)
        work.verdicts.append(verdict)
        work.marked(claim)
    work.plan = replace(_choose(work), reason="resumed after an interruption")
    work.planned = None  # what it took so far is unknown: nothing is to be learned of it
