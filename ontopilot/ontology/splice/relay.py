"""The last resort: a graph written anew by rdflib, its layout lost, its content checked."""

from collections.abc import Sequence

from ontopilot.ontology.rdf.triples import Node, Triple, is_blank
from ontopilot.ontology.terms import Iri, Literal
from ontopilot.ontology.vocabulary import XSD

FORMATS = {"RDF/XML": "xml", "Turtle": "nt11"}
"""rdflib's serializers that lose nothing: its Turtle rewrites numbers, so N-Triples, which is
Turtle too, stands for it."""


def relaid(triples: Sequence[Triple], syntax: str) -> str:
    """A graph as RDF/XML, or as N-Triples for a file in Turtle."""
    import rdflib

    graph = rdflib.Graph()

    def node(value: Node) -> rdflib.term.Node:
        if isinstance(value, Literal):
            if value.language:
                return rdflib.Literal(value.value, lang=value.language, normalize=False)
            if value.datatype == XSD + "string":
                return rdflib.Literal(value.value, normalize=False)
            datatype = rdflib.URIRef(value.datatype)
            return rdflib.Literal(value.value, datatype=datatype, normalize=False)
        if is_blank(value):
            return rdflib.BNode("b" + "".join(c if c.isalnum() else "x" for c in value[2:]))
        return rdflib.URIRef(value)

    for subject, predicate, value in triples:
        graph.add((node(subject), rdflib.URIRef(Iri(predicate)), node(value)))
    return graph.serialize(format=FORMATS[syntax])
