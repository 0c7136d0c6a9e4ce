"""A term with the words that annotations give it."""

from collections.abc import Iterable, Sequence

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.contradiction import local_name
from ontopilot.ontology.terms import Iri, Literal, Term, TermKind
from ontopilot.ontology.triples import About, Triples


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
        next(iter(_texts(about, v.DEFINITIONS, languages)), ""),
        deprecated=any(
            isinstance(one, Literal) and one.value in ("true", "1")
            for one in about.get(v.OWL_DEPRECATED, ())
        ),
    )


def _texts(about: About, properties: Iterable[Iri], languages: Sequence[str]) -> list[str]:
    """The texts of properties, those in the preferred languages first."""
    found = [values for predicate in properties if (values := about.get(predicate))]
    literals = [one for values in found for one in values if isinstance(one, Literal)]
    if len(literals) > 1:
        order = {language: place for place, language in enumerate(languages)}
        literals.sort(key=lambda one: order.get(one.language.split("-")[0], len(order)))
    return [one.value for one in literals]
