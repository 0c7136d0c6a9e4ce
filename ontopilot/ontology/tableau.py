"""Classes by rustdl: saturation, which is fast, or the whole tableau, with justifications."""

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.classified import Classified
from ontopilot.ontology.contradiction import Contradiction, local_name
from ontopilot.ontology.normal import rdf_xml
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.triples import Triple, Triples

if TYPE_CHECKING:
    from rustdl import Classification

_IRI = re.compile(r"<([^<>]+)>")
_PAIR_MILLISECONDS, _TOTAL_MILLISECONDS = 50, 60_000


@dataclass(frozen=True, slots=True)
class Tableau:
    """Subclass relations that rustdl finds.

    Saturation looks at existential axioms (OWL 2 EL) and takes milliseconds. Without it cases are
    distinguished too, and whether the ontology is consistent; a pair of classes that takes longer
    than 50 ms then counts as unrelated, and the result as incomplete.
    """

    saturation_only: bool

    def classify(self, triples: Triples) -> Classified:
        """Subclass relations between named classes, and a justified contradiction."""
        import rustdl

        document = rdf_xml(triples)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", rustdl.IncompleteClassificationWarning)
                found = rustdl.classify_bytes(
                    document,
                    format="rdf-xml",
                    saturation_only=self.saturation_only,
                    per_pair_timeout_ms=_PAIR_MILLISECONDS,
                    global_timeout_ms=_TOTAL_MILLISECONDS,
                )
        except rustdl.RustdlError as error:
            return Classified(complete=False, note=f"rustdl could not read it ({_first(error)})")
        if found.inconsistent:
            return Classified(contradiction=_justified(document))
        return Classified(
            triples=tuple(_subsumptions(found)),
            complete=False,
            note=self._note(found),
        )

    def _note(self, found: "Classification") -> str:
        if self.saturation_only:
            return "what follows only by distinguishing cases may be missed"
        if not found.complete:
            return f"{found.timed_out_pairs} pairs of classes undecided"
        return "rustdl calls it complete, and has been seen to miss what follows by complements"


def _subsumptions(found: "Classification") -> list[Triple]:
    empty = {str(cls) for cls in found.unsatisfiable}
    triples: list[Triple] = [(Iri(cls), v.RDFS_SUBCLASS, v.OWL_NOTHING) for cls in sorted(empty)]
    for cls in found.classes:
        if cls not in empty:
            equal = {str(other) for other in found.equivalent_classes(cls)}
            above = {str(other) for other in found.direct_subsumers(cls)}
            triples += [
                (Iri(cls), v.RDFS_SUBCLASS, Iri(other))
                for other in sorted((equal | above) - {cls, v.OWL_THING})
            ]
    return triples


def _justified(document: bytes) -> Contradiction:
    import rustdl

    justification = rustdl.prepare_bytes(document, format="rdf-xml").justify(["inconsistent"])
    axioms = tuple(_IRI.sub(lambda iri: local_name(iri[1]), str(one)) for one in justification)
    return Contradiction("these axioms cannot all be true", axioms)


def _first(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
