"""A term with the words that annotations give it."""

from collections.abc import Iterable, Sequence

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import is_deprecated
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.triples import About, Triples
from ontopilot.ontology.snapshot.languages import preferred
from ontopilot.ontology.terms import Iri, Literal, Term, TermKind


def described(iri: Iri, kind: TermKind, asserted: Triples, languages: Sequence[str]) -> Term:
    """A term with its label, synonyms and definition, in the first of the languages there is."""
    about = asserted.about(iri)
    labels = _texts(about, v.LABELS, languages)
    synonyms = _texts(about, v.SYNONYMS, languages)
    others = _texts(about, (*v.LABELS, *v.SYNONYMS), languages) if synonyms else labels
    label = labels[0] if labels else local_name(iri)
    return Term(
        iri,
        kind,
        label,
        tuple(dict.fromkeys(text for text in others if text != label)),
        next((text for one in v.DEFINITIONS for text in _texts(about, (one,), languages)), ""),
        deprecated=is_deprecated(asserted, iri),
    )


def _texts(about: About, properties: Iterable[Iri], languages: Sequence[str]) -> list[str]:
    """The texts of properties, those in the preferred languages first."""
    found = [values for predicate in properties if (values := about.get(predicate))]
    literals = [one for values in found for one in values if isinstance(one, Literal)]
    return [one.value for one in (preferred(literals, languages) if literals else ())]
