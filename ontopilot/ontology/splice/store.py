"""What the editor asks of a file in any syntax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ontopilot.errors import EditError, OntologySyntaxError
from ontopilot.ontology.files.parse import Parsed, parse
from ontopilot.ontology.files.source import Encoding, recognise
from ontopilot.ontology.owl.constructs import Construct
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.terms import Iri, TermKind


@dataclass(frozen=True, slots=True)
class Placed:
    """An axiom of a file, and where it is: its triples, or the place of its element."""

    axiom: Construct
    triples: frozenset[Triple] = frozenset()
    start: int = -1


class AxiomStore(Protocol):
    """The axioms of a text, which every change replaces as a whole, verified."""

    @property
    def text(self) -> str:
        """The text as it is now."""

    @property
    def relaid(self) -> bool:
        """Whether the layout was lost, because an edit could not be spliced in."""

    def under(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """The axioms that a term is the subject of, or one side of."""

    def mentioning(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """Every axiom, annotation and rule in which a term occurs."""

    def change(self, removed: Sequence[Placed], added: Sequence[Construct]) -> None:
        """Take axioms out and put others in.

        Raises:
            EditError: the new text would say anything but that; nothing has changed.
        """

    def rename(self, old: Iri, new: Iri) -> None:
        """Write an IRI as another one everywhere.

        Raises:
            EditError: the new text would say anything but that; nothing has changed.
        """

    def raw(self) -> bytes:
        """The bytes to save, after an independent parser read in them what the store holds.

        Raises:
            EditError: it reads anything else.
        """


def reread(path: Path, text: str, encoding: Encoding) -> tuple[bytes, Parsed]:
    """The bytes of a text, and what the parser that loads ontologies reads in them.

    Raises:
        EditError: the encoding of the file lacks a letter, or the parser refuses the text.
    """
    try:
        raw = encoding.encode(text)
        return raw, parse(recognise(path, raw))
    except UnicodeEncodeError as error:
        raise EditError(
            f"{path}: the file is in {encoding.name!r}, which has no "
            f"{error.object[error.start]!r}; leave it out or save the file as UTF-8"
        ) from None
    except OntologySyntaxError as error:
        raise EditError(f"{path}: the edited text would be refused: {error}") from None
