"""The card of a model: what it was made from, how, how well it did, and what it may be used for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = "README.md"


def write_card(
    folder: Path, origin: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, title: str
) -> None:
    """Write the card beside a model; `rows` are those of its metrics file."""
    measured = [row for row in rows if "exact" in row]
    losses = [row for row in rows if "loss" in row]
    parts = [
        "---",
        f"license: {origin['licence']}",
        *([f"base_model: {origin['base']}"] if "base" in origin else []),
        "library_name: peft" if "base" in origin else "library_name: transformers",
        "---",
        "",
        f"# {title}",
        "",
        "Drafts answers from numbered sources as cited claims in JSON, for ontopilot. What it "
        "writes is to be verified before anybody sees it.",
        "",
        "## Made from",
        "",
        *_listed(origin),
        "",
        "## Training",
        "",
    ]
    if losses:
        last = losses[-1]
        parts.append(f"- loss of the answers after {last['step']} steps: {last['loss']:.4f}")
        parts.append(f"- tokens a second: {last['tokens_per_second']:.0f}")
    if measured:
        parts.append("- held-out answers that are right to the last token:")
        parts += [f"  - {name}: {share:.3f}" for name, share in measured[-1]["exact"].items()]
    parts += ["", "`metrics.jsonl` has every step, `training.svg` its picture.", ""]
    (folder / FILE).write_text("\n".join(parts), encoding="utf-8")


def _listed(values: Mapping[str, Any], depth: int = 0) -> list[str]:
    found = []
    for name, value in values.items():
        label = f"{'  ' * depth}- {name.replace('_', ' ')}:"
        if isinstance(value, Mapping):
            found += [label, *_listed(value, depth + 1)]
        else:
            found.append(f"{label} {value}")
    return found
