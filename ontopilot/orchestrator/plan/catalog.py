"""The catalog: what is known of deployments and of classes of turns, corrected by every turn."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ontopilot.orchestrator.plan.cost import Situated
from ontopilot.orchestrator.plan.facts import ClassFacts, DeploymentFacts, Load
from ontopilot.orchestrator.plan.learning import Measure, Ratio
from ontopilot.orchestrator.plan.quality import Evidenced, Quality, Weight
from ontopilot.orchestrator.plan.quantity import Quantity

_SEPARATOR = "\x1f"
_MOST_CLASSES = 64
"""Classes that are kept apart; what comes beyond them counts as the last one."""

OTHER = "other"


@dataclass(slots=True)
class Catalog:
    """The statistics that plans are made with.

    `facts` come from profiles or from the user; `prefill` and `decode` say how actual times
    compare with them. An estimate of an unknown class starts from `typical`.
    """

    facts: dict[str, DeploymentFacts] = field(default_factory=dict)
    quality: Quality = field(default_factory=Quality)
    typical: ClassFacts = field(default_factory=lambda: ClassFacts("typical"))
    prefill: dict[str, Ratio] = field(default_factory=dict)
    decode: dict[str, Ratio] = field(default_factory=dict)
    sizes: dict[str, dict[str, Measure]] = field(default_factory=dict)
    turns: int = 0
    _known: dict[str, ClassFacts] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, deployments: Iterable[DeploymentFacts], priors: Mapping[str, float] | None = None
    ) -> "Catalog":
        """A catalog of deployments, and what is expected of their grades."""
        return cls({facts.name: facts for facts in deployments}, Quality(dict(priors or {})))

    def situated(self, seen: Evidenced, loads: Mapping[str, Load], **more: Any) -> Situated:
        """What an estimate of a turn needs; `more` are further fields of `Situated`."""
        return Situated(
            self.turn(seen.turn_class),
            seen,
            self.facts,
            self.quality,
            loads,
            self.prefill,
            self.decode,
            **more,
        )

    def turn(self, turn_class: str) -> ClassFacts:
        """What turns of a class are like."""
        found = self._known.get(turn_class)
        if found is None:
            learned = self.sizes.get(turn_class, {})
            sizes = {name: measure.quantity for name, measure in learned.items()}
            found = replace(self.typical, name=turn_class, **sizes)
            self._known[turn_class] = found
        return found

    def note_size(self, turn_class: str, what: str, actual: float) -> None:
        """Take in the size of a part of a turn; `what` is a field of `ClassFacts`."""
        if turn_class not in self.sizes and len(self.sizes) >= _MOST_CLASSES:
            turn_class = OTHER
        measures = self.sizes.setdefault(turn_class, {})
        if what not in measures:
            usual: Quantity = getattr(self.typical, what)
            measures[what] = Measure(usual.mean, usual.mean**2)
        measures[what].add(actual)
        self._known.pop(turn_class, None)

    def note_times(
        self, deployment: str, *, prefill: tuple[float, float], decode: tuple[float, float]
    ) -> bool:
        """Take in actual and uncorrected estimated seconds of a generation.

        True when the deployment no longer does what it did, so that its statistics began anew.
        """
        drifted = self.prefill.setdefault(deployment, Ratio()).add(*prefill)
        return self.decode.setdefault(deployment, Ratio()).add(*decode) or drifted

    def forget(self, deployment: str) -> None:
        """Drop what was measured of a deployment: another engine has its name now."""
        self.prefill.pop(deployment, None)
        self.decode.pop(deployment, None)

    def document(self) -> dict[str, Any]:
        """What was learned, as JSON values; the facts of deployments are not part of it."""
        return {
            "version": 1,
            "turns": self.turns,
            "prefill": {name: _ratio_row(ratio) for name, ratio in self.prefill.items()},
            "decode": {name: _ratio_row(ratio) for name, ratio in self.decode.items()},
            "sizes": {
                name: {
                    what: [measure.count, measure.mean, measure.variance]
                    for what, measure in measures.items()
                }
                for name, measures in self.sizes.items()
            },
            "weights": {
                _SEPARATOR.join(key): [weight.mean, weight.precision, weight.seen]
                for key, weight in self.quality.weights.items()
            },
        }

    def restore(self, document: Mapping[str, Any]) -> int:
        """Take up what was learned before; returns how many entries could not be, and are left."""
        refused = 0
        self.turns = int(document.get("turns", 0))
        for target, name in ((self.prefill, "prefill"), (self.decode, "decode")):
            for key, row in document.get(name, {}).items():
                if (ratio := _ratio(row)) is None:
                    refused += 1
                else:
                    target[key] = ratio
        for turn_class, measures in document.get("sizes", {}).items():
            for what, row in measures.items():
                fits = what in _SIZES and _sound(row) and len(row) == 3 and min(row) > 0
                if fits:
                    measure = Measure(row[1], row[2], int(row[0]))
                    self.sizes.setdefault(turn_class, {})[what] = measure
                else:
                    refused += 1
        for key, row in document.get("weights", {}).items():
            if _sound(row) and len(row) == 3 and row[1] > 0 and row[2] >= 0:
                self.quality.weights[tuple(key.split(_SEPARATOR))] = Weight(*row)
            else:
                refused += 1
        self._known.clear()
        return refused

    def resets(self) -> int:
        """How often a drift made the statistics of a deployment begin anew."""
        return sum(ratio.resets for ratio in (*self.prefill.values(), *self.decode.values()))

    def refused(self) -> int:
        """Values that could not be true and were left out."""
        ratios = [*self.prefill.values(), *self.decode.values()]
        sizes = [one.refused for measures in self.sizes.values() for one in measures.values()]
        return sum(ratio.refused for ratio in ratios) + sum(sizes)


_SIZES = frozenset(f.name for f in fields(ClassFacts) if f.type in ("Quantity", Quantity))


def _ratio_row(ratio: Ratio) -> list[float]:
    return [ratio.count, ratio.mean, ratio.variance, ratio.resets, ratio.refused]


def _ratio(row: Sequence[float]) -> Ratio | None:
    if not (_sound(row) and len(row) == 5 and row[0] >= 0 and row[2] >= 0):
        return None
    return Ratio(int(row[0]), row[1], row[2], int(row[3]), int(row[4]))


def _sound(row: Any) -> bool:
    """Whether a row is a list of finite numbers."""
    return isinstance(row, list) and all(
        isinstance(value, int | float) and math.isfinite(value) for value in row
    )
