"""The gate: better beyond chance, and nowhere worse."""

from collections.abc import Sequence

from ontopilot.models.messages import Source
from ontopilot.tune.example import Example
from ontopilot.tune.gate import compare
from ontopilot.tune.measuring import Drafted

EXAMPLE = Example("answer", "draft", "What?", (Source("1", "It is.", ""),), (), "a", "a")


def results(right: Sequence[bool], **others: float) -> list[Drafted]:
    return [
        Drafted(
            EXAMPLE,
            (),
            {"fact_accuracy": (float(ok), 1.0)}
            | {name: (float(n < share * len(right)), 1.0) for name, share in others.items()},
        )
        for n, ok in enumerate(right)
    ]


def test_a_model_that_is_much_better_passes() -> None:
    verdict = compare(results([True] * 90 + [False] * 10), results([True] * 40 + [False] * 60))
    assert verdict.passed
    assert "fact accuracy 0.40 to 0.90" in verdict.why


def test_a_model_that_is_the_same_does_not_pass() -> None:
    same = results([True, False] * 50)
    verdict = compare(same, same)
    assert not verdict.passed
    assert "not better beyond chance" in verdict.why


def test_one_answer_more_is_chance() -> None:
    assert not compare(
        results([True] * 51 + [False] * 49), results([True] * 50 + [False] * 50)
    ).passed


def test_a_gain_in_one_figure_hides_no_loss_in_another() -> None:
    better = results([True] * 100, right_refusals=0.2)
    verdict = compare(better, results([False] * 100, right_refusals=0.9))
    assert not verdict.passed
    assert verdict.why.startswith("it is worse: right refusals 0.90 to 0.20")


def test_a_metric_that_nothing_was_counted_for_decides_nothing() -> None:
    names = [one.metric for one in compare(results([True]), results([True])).differences]
    assert names == ["fact_accuracy"]
