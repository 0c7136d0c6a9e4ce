"""Ask an agent every question of a file and score what it delivers."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.answer_json import answer_document
from ontopilot.orchestrator.evaluate.questions import Question
from ontopilot.orchestrator.evaluate.score import FREE, Price, score, summarise

Progress = Callable[[str, int, int], None]


def evaluate_answers(
    agent: Agent,
    questions: Sequence[Question],
    *,
    ablate: Sequence[str] = (),
    price: Price = FREE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Figures overall and per kind, and for each question what was said and what was wrong.

    `ablate` names parts of the agent to leave out (see `Agent.ablate`).
    Actions that the agent takes are real: give it a seed that may be changed.
    """
    agent.ablate(*ablate)
    scored, rows = [], []
    for done, (question, answer) in enumerate(ask_all(agent, questions), start=1):
        result = score(question, answer, price=price)
        scored.append(result)
        rows.append(
            {
                "id": question.id,
                "kind": question.kind,
                "question": question.question,
                "expect": question.expect,
                "outcome": answer.get("outcome", "error"),
                "text": answer.get("text", ""),
                "milliseconds": answer.get("milliseconds"),
                "problems": list(result.problems),
            }
        )
        if progress is not None:
            progress("asking", done, len(questions))
    agent.ablate()
    return {
        "agent": agent.name,
        "ablated": sorted(ablate),
        "price_per_million_tokens": asdict(price),
        **summarise(scored),
        "results": rows,
    }


def ask_all(
    agent: Agent, questions: Sequence[Question]
) -> Iterator[tuple[Question, dict[str, Any]]]:
    """Each question with its answer document; one conversation's questions share its history."""
    begun: dict[str, str] = {}
    for question in questions:
        document = ask_one(agent, question, begun.get(question.conversation))
        if question.conversation and "conversation" in document:
            begun[question.conversation] = document["conversation"]
        yield question, document


def ask_one(agent: Agent, question: Question, conversation: str | None) -> dict[str, Any]:
    """One answer as a document with its latency, or `{"error": …}` where asking failed."""
    began = time.perf_counter()
    try:
        answer = agent.ask(question.question, conversation=conversation, customer=question.customer)
    except OntopilotError as error:
        return {"error": str(error)}
    took = (time.perf_counter() - began) * 1000
    return {**answer_document(answer), "milliseconds": took}
