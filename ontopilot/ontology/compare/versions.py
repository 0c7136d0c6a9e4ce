"""One side of a comparison: a file, a snapshot, or nothing yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ontopilot.errors import OntologyError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.load import Loaded, load
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.names import local_name, prefixed
from ontopilot.ontology.rdf.statements import is_tidy, mentioned, tidied
from ontopilot.ontology.rdf.triples import Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal, TermKind

LANGUAGES = ("en", "")
"""The languages of labels in messages, the preferred one first."""


@dataclass(frozen=True)
class Version:
    """What one version asserts, and its snapshot where it can be reasoned over.

    `problem` says why it cannot.
    """

    loaded: Loaded
    ontology: Ontology | None = None
    problem: str = ""

    @classmethod
    def of(cls, source: "Ontology | Path | str | Version") -> "Version":
        """A version from a file, which is only read, or from a snapshot.

        Raises:
            OntologyNotFound: there is no such file.
            OntologySyntaxError: it is malformed, cut off, empty or binary.
        """
        if isinstance(source, Version):
            return source
        if not isinstance(source, Ontology):
            return cls.read(Path(source))
        return cls(
            Loaded(
                path=source.path,
                iri=source.iri,
                version=source.version,
                sources=source.sources,
                prefixes=source.prefixes,
                triples=source.asserted,
                missing=source.missing,
            ),
            source,
        )

    @classmethod
    def read(cls, path: Path, *, content: Path | None = None) -> "Version":
        """A version from a file; `content` holds it where it lies elsewhere, as in a history."""
        return cls(load(path, allow_missing_imports=True, content=content))

    @classmethod
    def nothing(cls, path: Path) -> "Version":
        """The version of a file before it was added, or after it was removed."""
        return cls(Loaded(path, Iri(""), "", (), {}, Triples(), ()))

    def reasoned(self, reasoner: str) -> "Version":
        """The version with its snapshot, or with the reason why there can be none."""
        if self.ontology is not None:
            return self
        try:
            return replace(self, ontology=Ontology.of(self.loaded, reasoner=reasoner))
        except OntologyError as error:
            return replace(self, problem=str(error))

    @cached_property
    def base(self) -> str:
        """The address of the file, which IRIs that it writes without one are resolved against."""
        return self.loaded.path.resolve().as_uri()

    @cached_property
    def kinds(self) -> Mapping[Iri, TermKind]:
        """The kind of each named term."""
        return kinds_of(self.triples)

    @cached_property
    def triples(self) -> Triples:
        """The triples as they compare: the file itself is the same file in every version."""
        triples = self.loaded.triples
        relative = any(str(one).startswith(self.base) for one in mentioned(triples))
        if not relative and is_tidy(triples):
            return triples
        tidy = tidied(triples, self.loaded.iri)
        return Triples.of(map(self._here, tidy) if relative else tidy)

    def _here(self, triple: Triple) -> Triple:
        subject, predicate, value = triple
        shown = value if isinstance(value, Literal) else self.relative(value)
        return self.relative(subject), self.relative(predicate), shown

    def relative(self, iri: Iri) -> Iri:
        """An IRI, or its end where it was resolved against the address of the file."""
        return Iri(iri.removeprefix(self.base)) if iri.startswith(self.base) else iri

    def label(self, iri: Iri) -> str:
        """What people call a term; the end of its IRI where it has no label."""
        labels = [
            one
            for predicate in v.LABELS
            for one in self.triples.values(iri, predicate)
            if isinstance(one, Literal) and one.value.strip()
        ]
        order = {language: place for place, language in enumerate(LANGUAGES)}
        labels.sort(key=lambda one: order.get(one.language.split("-")[0].lower(), len(order)))
        return labels[0].value if labels else local_name(iri) or iri

    def short(self, iri: Iri) -> str:
        """`prefix:Name`, by the prefixes of the file; the IRI where none fits."""
        return iri if is_blank(iri) else prefixed(iri, self.loaded.prefixes) or iri
