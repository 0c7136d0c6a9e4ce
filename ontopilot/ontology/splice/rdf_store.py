"""The axioms of an RDF file, changed in its text and compared as graphs."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from ontopilot.errors import EditError
from ontopilot.ontology.files.parse import parse
from ontopilot.ontology.files.source import Encoding, Source, recognise
from ontopilot.ontology.owl.constructs import Construct
from ontopilot.ontology.owl.to_triples import TripleWriter
from ontopilot.ontology.rdf.isomorphic import ground, same
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.splice.document import RdfDocument, rename
from ontopilot.ontology.splice.graph_axioms import GraphAxioms
from ontopilot.ontology.splice.relay import relaid
from ontopilot.ontology.splice.store import Placed, reread
from ontopilot.ontology.terms import Iri, TermKind

Reader = Callable[[str], RdfDocument]
"""Finds the places of the statements in a text of one syntax."""


class RdfStore:
    """One RDF text, whose places are compared with what the bulk parser reads in it.

    With `allow_relayout`, an edit that cannot be spliced in rewrites the whole text.

    Raises:
        EditError: the places found in the text say another graph than the bulk parser.
    """

    def __init__(
        self, source: Source, text: str, encoding: Encoding, read: Reader, *, allow_relayout: bool
    ) -> None:
        path, parsed = source.path, parse(source).triples
        self._path = path
        self._syntax = source.syntax
        self._encoding = encoding
        self._read = read
        self._allow_relayout = allow_relayout
        self._numbers = count(1)
        self.relaid = False
        self._document: RdfDocument | None = None
        self._axioms: GraphAxioms | None = None
        self._text = text
        self._triples: list[Triple] = list(parsed)
        try:
            document = read(text)
            self._compare(
                document.triples, parsed, "the places of its statements are not all known"
            )
        except EditError:
            if not allow_relayout:
                raise
        else:
            self._take(document)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._text

    def _take(self, document: RdfDocument) -> None:
        self._document = document
        self._text = document.text
        self._triples = list(document.triples)
        self._axioms = None

    def under(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """The axioms that a term is the subject of, or one side of."""
        return self._seen(kinds).under(term)

    def mentioning(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """Every axiom, annotation and rule in which a term occurs."""
        return self._seen(kinds).mentioning(term)

    def _seen(self, kinds: Mapping[Iri, TermKind]) -> GraphAxioms:
        if self._axioms is None:
            self._axioms = GraphAxioms(self._triples, kinds)
        return self._axioms

    def change(self, removed: Sequence[Placed], added: Sequence[Construct]) -> None:
        """Take axioms out and put others in; see `AxiomStore`."""
        gone = {triple for placed in removed for triple in placed.triples}
        new = self._written(added)
        expected = [triple for triple in self._triples if triple not in gone] + new
        if self._document is None:
            self._relay(expected)
            return
        document = self._document
        self._replace(lambda: document.spliced(gone, new), expected)

    def _written(self, added: Sequence[Construct]) -> list[Triple]:
        known = set(self._triples)
        writer = TripleWriter(f"new{next(self._numbers)}")
        for axiom in added:
            writer.axiom(axiom)
        return [triple for triple in dict.fromkeys(writer.triples) if triple not in known]

    def rename(self, old: Iri, new: Iri) -> None:
        """Write an IRI as another one everywhere; see `AxiomStore`."""
        expected = rename(self._triples, old, new)
        if self._document is None:
            self._relay(expected)
            return
        document = self._document
        self._replace(lambda: document.renamed(old, new), expected)

    def _replace(self, write: Callable[[], str], expected: list[Triple]) -> None:
        try:
            document = self._read(write())
            self._compare(document.triples, expected, "the edit cannot be spliced into its layout")
        except EditError:
            if not self._allow_relayout:
                raise
            self._relay(expected)
        else:
            self._take(document)

    def _relay(self, expected: list[Triple]) -> None:
        """Write the whole graph anew, in the syntax of the file."""
        text = relaid(expected, self._syntax)
        found = parse(recognise(self._path, text.encode())).triples
        self._compare(found, expected, "the graph cannot be written anew without loss")
        self._text, self._triples = text, expected
        self._document = self._axioms = None
        self._encoding = Encoding(b"", "utf-8")
        self.relaid = True

    def raw(self) -> bytes:
        """The bytes to save, read once more by the bulk parser; see `AxiomStore`."""
        raw, found = reread(self._path, self._text, self._encoding)
        self._compare(found.triples, self._triples, "the edited text is read as another graph")
        return raw

    def _compare(self, found: Sequence[Triple], wanted: Sequence[Triple], what: str) -> None:
        if same(found, wanted):
            return
        differ = sorted(ground(found) ^ ground(wanted), key=repr)
        near = f" (for example at {_shown(differ[0])})" if differ else ""
        raise EditError(
            f"{self._path}: {what}{near}; nothing was changed: make this edit in Protégé, or allow "
            "a new layout of the file"
        )


def _shown(triple: Triple) -> str:
    return " ".join(str(getattr(node, "value", node))[:80] for node in triple)
