"""What a check finds: how bad it is, of which terms, in one sentence, and what to do."""

from dataclasses import dataclass
from typing import Literal as OneOf

from ontopilot.ontology.terms import Iri

Severity = OneOf["error", "warning", "note"]
"""An error makes something wrong or useless, a warning is likely a mistake, a note may not be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an editor should look at.

    `rule` names the check, `axioms` are those behind it, in Manchester syntax, `remedy` says what
    to do in Protégé.
    """

    rule: str
    severity: Severity
    terms: tuple[Iri, ...]
    message: str
    remedy: str
    axioms: tuple[str, ...] = ()
