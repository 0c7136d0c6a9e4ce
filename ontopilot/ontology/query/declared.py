"""Which terms an ontology has, as what they can be used, and which are near to another name."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import every_kind
from ontopilot.ontology.rdf.names import local_name, namespace
from ontopilot.ontology.rdf.triples import is_named
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

Use = OneOf["property", "class", "individual", "datatype"]
"""What a term can stand for in a query."""

_USES: dict[str, Use] = {
    "class": "class",
    "object_property": "property",
    "data_property": "property",
    "annotation_property": "property",
    "individual": "individual",
    "datatype": "datatype",
}
_BETWEEN_PROPERTIES = (v.RDFS_SUBPROPERTY, v.OWL_EQUIVALENT_PROPERTY, v.OWL_INVERSE)
_NEAR = 70


class Declared:
    """The terms of an ontology and of the vocabularies that come with RDF."""

    def __init__(self, ontology: "Ontology") -> None:
        self._ontology = ontology
        self._triples = ontology.asserted
        self.uses: dict[Iri, set[Use]] = {
            iri: {_USES[kind] for kind in kinds} for iri, kinds in every_kind(self._triples).items()
        }
        for iri in self._properties_by_their_axioms():
            if is_named(iri) and iri not in self.uses and not iri.startswith(v.BUILT_IN):
                self.uses[iri] = {"property"}
        terms = [iri for iri in self.uses if _vocabulary(iri) is None]
        self._namespaces = {namespace(iri) for iri in terms}
        self._peopled = {namespace(iri) for iri in terms if self.uses[iri] == {"individual"}}

    def _properties_by_their_axioms(self) -> Iterable[Iri]:
        for axiom in (v.RDFS_DOMAIN, v.RDFS_RANGE, *_BETWEEN_PROPERTIES):
            yield from (subject for subject, _ in self._triples.pairs(axiom))
        for axiom in (v.OWL_ON_PROPERTY, *_BETWEEN_PROPERTIES):
            yield from (Iri(str(value)) for _, value in self._triples.pairs(axiom))
        for subject, cls in self._triples.pairs(v.RDF_TYPE):
            if cls in (v.RDF_PROPERTY, v.OWL_FUNCTIONAL):
                yield subject

    def uses_of(self, iri: str) -> set[Use]:
        """What a term is declared as; for the words of RDF, what they are there."""
        known = self.uses.get(Iri(iri))
        if known is not None or _vocabulary(iri) is None or not in_vocabulary(iri):
            return known or set()
        local = local_name(iri)
        return (
            {"datatype"}
            if iri.startswith(v.XSD)
            else {"class" if local[:1].isupper() else "property"}
        )

    def is_own(self, iri: str) -> bool:
        """Whether an IRI is in a namespace in which the ontology names terms."""
        return namespace(iri) in self._namespaces

    def is_known(self, iri: str) -> bool:
        """Whether a term is declared, mentioned somewhere, or a word of RDF.

        Where an import could not be read, terms of other namespaces may be declared there.
        """
        if _vocabulary(iri) is not None:
            return in_vocabulary(iri) or iri in self.uses
        if iri in self.uses or iri in self._mentioned:
            return True
        return bool(self._ontology.missing) and not self.is_own(iri)

    def may_be_data(self, iri: str) -> bool:
        """Whether an undeclared IRI may name an individual that only the data have."""
        return namespace(iri) not in self._peopled

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        nodes = (node for triple in self._triples for node in triple)
        return frozenset(node for node in nodes if isinstance(node, str) and is_named(node))

    def nearest(self, iri: str, use: Use, *, most: int = 1) -> list[Iri]:
        """Declared terms of a use whose names are near to that of an IRI, the nearest first."""
        from rapidfuzz import fuzz, process

        vocabulary = _vocabulary(iri)
        if vocabulary is not None:
            local, names = iri.removeprefix(vocabulary), _words(vocabulary)
        else:
            local, names = local_name(iri), self._names[use]
        found = process.extract(
            local.casefold(), names, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=most * 4
        )
        return list(dict.fromkeys(Iri(key[0]) for _, _, key in found))[:most]

    @cached_property
    def _names(self) -> dict[Use, dict[tuple[str, int], str]]:
        """The ends of IRIs, labels and synonyms by what they can stand for."""
        found: dict[Use, dict[tuple[str, int], str]] = {
            use: {} for use in ("property", "class", "individual", "datatype")
        }
        for iri, uses in self.uses.items():
            words = [local_name(iri)]
            if self._ontology.has(iri):
                term = self._ontology.term(iri)
                words += [
                    term.label.replace(" ", ""),
                    *(one.replace(" ", "") for one in term.synonyms),
                ]
            for use in uses:
                found[use].update({(iri, at): word.casefold() for at, word in enumerate(words)})
        return found


def _vocabulary(iri: str) -> str | None:
    """The namespace of a word of RDF, RDFS, OWL, XSD, SKOS or Dublin Core."""
    return next((one for one in VOCABULARIES if iri.startswith(one)), None)


VOCABULARIES = (
    *v.BUILT_IN,
    "http://www.w3.org/2004/02/skos/core#",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
)
"""Namespaces whose words a query may use although the ontology does not declare them."""


def _terms(vocabulary: str) -> Any:
    from rdflib import DC, DCTERMS, OWL, RDF, RDFS, SKOS, XSD

    return next(one for one in (RDF, RDFS, OWL, XSD, SKOS, DC, DCTERMS) if str(one) == vocabulary)


def in_vocabulary(iri: str) -> bool:
    """Whether such a namespace has the word; numbered members (`rdf:_1`) are of RDF."""
    from rdflib import URIRef

    vocabulary = _vocabulary(iri) or ""
    if iri.startswith(v.RDF + "_"):
        return iri.removeprefix(v.RDF + "_").isdigit()
    return bool(vocabulary) and URIRef(iri) in _terms(vocabulary)


def _words(vocabulary: str) -> dict[tuple[str, int], str]:
    words = [str(one) for one in dir(_terms(vocabulary)) if str(one).startswith(vocabulary)]
    return {(word, 0): word.removeprefix(vocabulary).casefold() for word in words}
