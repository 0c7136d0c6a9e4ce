"""Parts of an agent that can be left out, to measure what each is worth."""

from collections.abc import Collection, Iterable
from typing import Literal, get_args

from ontopilot.errors import ConfigError
from ontopilot.retrieval.passage import EvidenceKind

Part = Literal["ontology", "retrieval", "interactions", "verify", "reasoner"]
"""`ontology`: no terms, facts or expansion, identifiers of records still count; `retrieval`: no
documents and no past interactions; `verify`: every cited claim passes; `reasoner`: one draft."""

PARTS: tuple[Part, ...] = get_args(Part)


def parts(names: Iterable[str]) -> frozenset[Part]:
    """The parts of these names.

    Raises:
        ConfigError: there is no such part.
    """
    named = [name.strip() for name in names if name.strip()]
    unknown = [name for name in named if name not in PARTS]
    if unknown:
        raise ConfigError(f"ablate: there is no part {unknown[0]!r}; use {', '.join(PARTS)}")
    return frozenset(part for part in PARTS if part in named)


def kinds(ablated: Collection[Part]) -> frozenset[EvidenceKind]:
    """The kinds of evidence that are searched for when parts are left out."""
    found: set[EvidenceKind] = {"passage", "interaction", "fact"}
    if "ontology" in ablated:
        found.discard("fact")
    if "interactions" in ablated:
        found.discard("interaction")
    if "retrieval" in ablated:
        found &= {"fact"}
    return frozenset(found)
