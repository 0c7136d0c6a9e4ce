"""What a description logic engine says of an ontology."""

from dataclasses import dataclass
from typing import Protocol

from ontopilot.ontology.claims.contradiction import Contradiction
from ontopilot.ontology.rdf.triples import Triple, Triples


@dataclass(frozen=True, slots=True)
class Classified:
    """Consequences as triples: subclasses, types, values.

    Only direct relations need be there. A class without possible members is a subclass of
    owl:Nothing, one that everything is in a superclass of owl:Thing. `note` says what keeps the
    result from being complete, `stopped` whether that is the limit of seconds.
    """

    triples: tuple[Triple, ...] = ()
    contradiction: Contradiction | None = None
    complete: bool = True
    note: str = ""
    stopped: bool = False


class Classifier(Protocol):
    """Finds how classes are related, and whether an ontology contradicts itself."""

    def classify(self, triples: Triples) -> Classified:
        """The consequences that this engine finds; every one of them must follow (soundness)."""
        ...
