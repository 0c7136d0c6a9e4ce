"""A file's text opened for edits, by its syntax."""

from ontopilot.errors import EditError
from ontopilot.ontology.files.source import Encoding, Source
from ontopilot.ontology.splice.document import RdfDocument
from ontopilot.ontology.splice.owlxml import OwlXml
from ontopilot.ontology.splice.rdf_store import RdfStore
from ontopilot.ontology.splice.rdfxml import RdfXml
from ontopilot.ontology.splice.store import AxiomStore
from ontopilot.ontology.splice.turtle import Turtle


def open_store(
    source: Source, text: str, encoding: Encoding, *, allow_relayout: bool
) -> AxiomStore:
    """The axioms of a file, to be changed in its text.

    Raises:
        EditError: a syntax that is not edited in place, or a layout whose places are not known.
    """
    base = source.path.resolve().as_uri()

    def rdf_xml(new: str) -> RdfDocument:
        return RdfXml(new, base, source.xml.entities if source.xml else {})

    if source.syntax == "RDF/XML":
        return RdfStore(source, text, encoding, rdf_xml, allow_relayout=allow_relayout)
    if source.syntax == "Turtle":
        return RdfStore(
            source, text, encoding, lambda new: Turtle(new, base), allow_relayout=allow_relayout
        )
    if source.syntax == "OWL/XML":
        return OwlXml(source, text, encoding)
    raise EditError(
        f"{source.path}: it is in {source.syntax} syntax, and ontopilot edits RDF/XML, Turtle and "
        "OWL/XML; save it from Protégé in one of these, or edit it there"
    )
