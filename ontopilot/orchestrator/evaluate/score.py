"""Score answers from the question file alone: nothing here trusts what the agent says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ontopilot.orchestrator.evaluate.bootstrap import SEED, mean, quantile, share
from ontopilot.orchestrator.evaluate.normal import states
from ontopilot.orchestrator.evaluate.questions import Question
from ontopilot.orchestrator.evaluate.support import delivered, supporting

METRICS = (
    "fact_accuracy",
    "forbidden_facts",
    "citation_precision",
    "citation_support",
    "citation_recall",
    "unsupported_claims",
    "right_refusals",
    "wrong_refusals",
    "policy_breaches",
    "right_actions",
    "errors",
)

_REFUSALS = frozenset({"refused", "unanswerable", "handed_over"})
_NOT_REFUSED_BY = {"hand_over": frozenset({"handed_over"})}


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, of the prompt and of the completion."""

    prompt: float = 0.0
    completion: float = 0.0


FREE = Price()


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer's share of every metric, as (counted, out of), and what went wrong in words."""

    question: Question
    parts: Mapping[str, tuple[float, float]]
    milliseconds: float | None
    problems: tuple[str, ...]
    tokens: float = 0.0
    price: float = 0.0


def score(question: Question, answer: Mapping[str, Any], *, price: Price = FREE) -> Scored:
    """Score one answer, given as the document that `ontopilot ask --json` prints.

    `answer["milliseconds"]` is its latency; `answer["error"]`, in place of everything else, says
    why the question got no answer.
    """
    text = str(answer.get("text", ""))
    outcome = str(answer.get("outcome", "error" if "error" in answer else "answered"))
    missed = [fact for fact in question.expected_facts if not states(text, fact)]
    wrong = [fact for fact in question.forbidden_facts if states(text, fact)]
    claims = delivered(answer, question.forbidden_facts)
    unsupported = [claim for claim in claims if claim.problem]
    parts = {
        "fact_accuracy": _of(len(question.expected_facts) - len(missed), question.expected_facts),
        "forbidden_facts": _of(len(wrong), question.forbidden_facts),
        "citation_precision": _precision(question, answer),
        "citation_support": supporting(answer),
        "citation_recall": _recall(question, answer),
        "unsupported_claims": _of(len(unsupported), claims),
        "errors": (float("error" in answer), 1.0),
        "right_actions": (float(_acted_on(question, answer)), float(bool(question.actions))),
        **_refusals(question, outcome),
    }
    problems = [f"not stated: {fact[0]!r}" for fact in missed]
    problems += [f"forbidden: {fact[0]!r}" for fact in wrong]
    problems += [f"unsupported: {claim.text!r}: {claim.problem}" for claim in unsupported]
    problems += _wrong_end(question, outcome, parts)
    if question.actions and not parts["right_actions"][0]:
        wanted = " or ".join(f"{one.name}{dict(one.slots) or ''}" for one in question.actions)
        problems.append(f"expected the action {wanted}, not {answer.get('action')}")
    problems += [f"error: {answer['error']}"] if "error" in answer else []
    prompt, completion = _tokens(answer)
    return Scored(
        question,
        parts,
        answer.get("milliseconds"),
        tuple(problems),
        prompt + completion,
        (prompt * price.prompt + completion * price.completion) / 1e6,
    )


def summarise(results: Sequence[Scored]) -> dict[str, Any]:
    """All figures with 95 % bootstrap intervals, overall and per kind of question."""
    kinds = sorted({result.question.kind for result in results})
    return {
        "questions": len(results),
        "seed": SEED,
        "overall": figures(results),
        "kinds": {kind: figures([r for r in results if r.question.kind == kind]) for kind in kinds},
    }


def figures(results: Sequence[Scored]) -> dict[str, Any]:
    """Every metric of some results: `{metric: {value, low, high, count, of}}`.

    `tokens` and `price` are means an answer; the price is in the currency of `Price`.
    """
    times = [r.milliseconds for r in results if r.milliseconds is not None]
    shares = {name: share([r.parts[name] for r in results]) for name in METRICS}
    quantiles = {"latency_p50_ms": quantile(times, 0.5), "latency_p95_ms": quantile(times, 0.95)}
    means = {
        "tokens": mean([r.tokens for r in results]),
        "price": mean([r.price for r in results]),
    }
    return {name: asdict(estimate) for name, estimate in (shares | quantiles | means).items()}


def _of(counted: int, whole: Sequence[object]) -> tuple[float, float]:
    return (float(counted), float(len(whole)))


def _refusals(question: Question, outcome: str) -> dict[str, tuple[float, float]]:
    should = question.expect in {"refuse", "decline"}
    did = outcome in _REFUSALS - _NOT_REFUSED_BY.get(question.expect, frozenset())
    acted = outcome == "acted"
    return {
        "right_refusals": (float(should and did), float(should)),
        "wrong_refusals": (float(did and not should), float(not should)),
        "policy_breaches": (float(acted and should), float(question.expect == "refuse" or acted)),
    }


def _acted_on(question: Question, answer: Mapping[str, Any]) -> bool:
    """Whether the turn was about an expected action, with the values that are expected for it."""
    asked = answer.get("action") or {}
    slots = asked.get("slots") or {}
    return any(
        one.name == asked.get("name")
        and all(_same_value(value, slots.get(name)) for name, value in one.slots.items())
        for one in question.actions
    )


def _same_value(wanted: object, read: object) -> bool:
    if isinstance(wanted, int | float) and isinstance(read, int | float):
        return abs(wanted - read) < 1e-6
    return str(wanted).casefold() == str(read).casefold()


def _wrong_end(
    question: Question, outcome: str, parts: Mapping[str, tuple[float, float]]
) -> list[str]:
    counted, of = parts["right_refusals"]
    wrong = (of and not counted) or parts["wrong_refusals"][0] or parts["policy_breaches"][0]
    return [f"expected {question.expect!r}, ended as {outcome!r}"] if wrong else []


def _precision(question: Question, answer: Mapping[str, Any]) -> tuple[float, float]:
    """How many of the cited pieces of evidence are among those that the question wants."""
    if not (question.documents or question.terms or question.expected_facts):
        return (0.0, 0.0)
    citations = answer.get("citations", ())
    return _of(sum(_wanted(question, citation) for citation in citations), citations)


def _recall(question: Question, answer: Mapping[str, Any]) -> tuple[float, float]:
    """How many of the expected facts some cited text states."""
    texts = [f"{c.get('title', '')}\n{c.get('text', '')}" for c in answer.get("citations", ())]
    facts = question.expected_facts if question.expect == "answer" else ()
    return _of(sum(any(states(text, fact) for text in texts) for fact in facts), facts)


def _tokens(answer: Mapping[str, Any]) -> tuple[float, float]:
    usage = answer.get("usage") or {}
    return float(usage.get("prompt_tokens", 0)), float(usage.get("completion_tokens", 0))


def _wanted(question: Question, citation: Mapping[str, Any]) -> bool:
    names = {str(citation.get("id", "")), str(citation.get("source", ""))}
    if any(_same_document(name, wanted) for name in names for wanted in question.documents):
        return True
    text = f"{citation.get('title', '')}\n{citation.get('text', '')}"
    if any(states(text, fact) for fact in question.expected_facts):
        return True
    if citation.get("kind") != "fact":
        return False
    squeezed = _squeezed(text)
    return any(_squeezed(_local(term)) in squeezed for term in question.terms)


def _same_document(name: str, wanted: str) -> bool:
    """`doc:guides/returns.md#2` is of the document `guides/returns.md` or `returns.md`."""
    path = name.partition(":")[2] if ":" in name else name
    stem = path.partition("#")[0]
    tail = path.partition("#")[2]
    return bool(wanted) and (
        wanted in {name, path, stem, tail} or stem.endswith(f"/{wanted}") or name == f"doc:{wanted}"
    )


def _local(term: str) -> str:
    for separator in ("#", "/", ":"):
        term = term.rpartition(separator)[2]
    return term


def _squeezed(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
