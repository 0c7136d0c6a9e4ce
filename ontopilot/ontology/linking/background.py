"""What linking asks an ontology about its terms."""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.linking.context import Background
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


def background(ontology: "Ontology") -> Background:
    """The facts and the hierarchy of an ontology, as far as they settle what names mean.

    It does not keep the ontology alive, which has it.
    """
    seen = weakref.proxy(ontology)

    def fits(relation: Iri, term: Iri) -> bool:
        ends = seen.domains(relation) | seen.ranges(relation)
        return not ends or any(seen.is_a(term, e) or seen.is_a(e, term) for e in ends)

    return Background(
        _related(ontology),
        lambda cls: seen.instances(cls),  # noqa: PLW0108 - a bound method would keep it alive
        frozenset(term.iri for term in ontology.terms("object_property")),
        frozenset(term.iri for term in ontology.terms("data_property")),
        fits,
    )


_VALUES = 12
"""Values of a thing that its description tells."""


def description(ontology: "Ontology", iri: Iri) -> str:
    """What a term is, in words: its names, kinds, definition and values."""
    term = ontology.term(iri)
    kinds = [ontology.label(kind) for kind in sorted(ontology.types(iri))]
    told = [fact for fact in ontology.facts(iri) if isinstance(fact.object, Literal)]
    values = [ontology.verbalise(fact) for fact in told[:_VALUES]]
    names = ", ".join((term.label, *term.synonyms[:3], *kinds[:3]))
    return " ".join([f"{names}.", term.definition, *values])


def _related(ontology: "Ontology") -> Mapping[Iri, frozenset[Iri]]:
    """The individuals that a fact joins to each individual."""
    found: dict[Iri, set[Iri]] = {}
    for fact in ontology.facts():
        if isinstance(fact.object, Literal) or ontology.is_class(fact.subject):
            continue
        if fact.predicate != v.RDF_TYPE and not ontology.is_class(fact.object):
            found.setdefault(fact.subject, set()).add(fact.object)
            found.setdefault(fact.object, set()).add(fact.subject)
    return {one: frozenset(others) for one, others in found.items()}
