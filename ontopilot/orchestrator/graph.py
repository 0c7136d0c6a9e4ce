"""The turn as a LangGraph state graph."""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from ontopilot.orchestrator import nodes
from ontopilot.orchestrator.acting import act
from ontopilot.orchestrator.state import TurnState, Workspace

TurnGraph = CompiledStateGraph[TurnState, Workspace, TurnState, TurnState]

AFTER_PLAN = {
    "facts": "retrieve",
    "draft": "retrieve",
    "reason": "retrieve",
    "act": "act",
    "hand_over": "act",
    "decline": "respond",
}


# A plain function would cost a change of threads at every edge.
async def _after_plan(state: TurnState) -> str:
    return AFTER_PLAN[state["strategy"]]


async def _after_retrieve(state: TurnState) -> str:
    return "reason" if state["strategy"] == "reason" else "draft"


async def _after_verify(state: TurnState) -> str:
    return state["route"]


def build(checkpointer: BaseCheckpointSaver[Any] | None) -> TurnGraph:
    """Compile the turn: understand, plan, retrieve, draft, verify, reason, act, respond."""
    graph: StateGraph[TurnState, Workspace, TurnState, TurnState] = StateGraph(
        TurnState, context_schema=Workspace
    )
    graph.add_node("understand", nodes.understand)
    graph.add_node("plan", nodes.plan)
    graph.add_node("retrieve", nodes.retrieve)
    graph.add_node("draft", nodes.draft)
    graph.add_node("verify", nodes.verify)
    graph.add_node("reason", nodes.reason)
    graph.add_node("act", act)
    graph.add_node("respond", nodes.respond)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "plan")
    graph.add_conditional_edges("plan", _after_plan, ["retrieve", "act", "respond"])
    graph.add_conditional_edges("retrieve", _after_retrieve, ["draft", "reason"])
    graph.add_edge("draft", "verify")
    graph.add_edge("reason", "verify")
    graph.add_conditional_edges("verify", _after_verify, ["draft", "reason", "respond"])
    graph.add_edge("act", "respond")
    graph.add_edge("respond", END)
    return graph.compile(checkpointer=checkpointer)
