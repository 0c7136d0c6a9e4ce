"""Whether what was released addresses the question at all."""

import re
from collections.abc import Sequence

from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.verify.reading import read
from ontopilot.orchestrator.verify.subject import Meanings

_ASKING = frozenset(
    "tell know want wish like help question find long time soon often look think bought".split()
)
_LEAST = 0.25
"""The share of the question's words that the claims must have."""


def answers(question: str, claims: Sequence[Claim], ontology: Ontology) -> bool:
    """Whether the claims speak of what the question asks about.

    It says no only when they share neither a word nor a term with the question that matters.
    """
    text = " ".join(claim.text for claim in claims)
    if not text.strip():
        return False
    asked = read(question)
    wanted = {word.concept for word in asked.words} - _ASKING
    wanted |= {re.sub(r"\W", "", name.spelled) for name in asked.names}
    said = read(text)
    held = wanted & (said.concepts | {re.sub(r"\W", "", name.spelled) for name in said.names})
    if not wanted or len(held) >= _LEAST * len(wanted):
        return True
    meanings = Meanings(ontology)
    ours, theirs = meanings.things(question), meanings.things(text)
    return any(meanings.same(one, other) for one in ours for other in theirs)
