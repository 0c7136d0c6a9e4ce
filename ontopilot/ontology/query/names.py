"""How terms are written in a message: as the query itself would write them."""

from collections.abc import Callable, Iterable, Mapping

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.names import local_name, prefixed
from ontopilot.ontology.terms import Iri, Literal


class Names:
    """IRIs and literals with the prefixes of a query; `label` tells what people call a term."""

    def __init__(self, prefixes: Mapping[str, str], label: Callable[[Iri], str]) -> None:
        self._label = label
        self._prefixes = prefixes

    def iri(self, iri: str) -> str:
        """`prefix:Name`, or the whole IRI where no prefix of the query fits."""
        return prefixed(iri, self._prefixes) or f"<{iri}>"

    def told(self, iri: str) -> str:
        """A term with its label, where the label says more than its name."""
        label = " ".join(self._label(Iri(iri)).split())[:60]
        name = local_name(iri)
        said = _letters(label) not in ("", _letters(name))
        return f"{self.iri(iri)} ('{label}')" if said else self.iri(iri)

    def predicate(self, iri: str) -> str:
        """A property, `a` for the type."""
        return "a" if iri == v.RDF_TYPE else self.iri(iri)

    def literal(self, literal: Literal) -> str:
        """A literal, its text shortened."""
        text = literal.value if len(literal.value) <= 40 else literal.value[:39] + "…"
        quoted = '"' + " ".join(text.split()).replace('"', '\\"') + '"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        if literal.datatype == v.XSD_STRING:
            return quoted
        return f"{quoted}^^{self.iri(literal.datatype)}"

    def list(self, iris: Iterable[str], *, word: str = "or", most: int = 4) -> str:
        """Several terms as `x, y or z`, at most so many."""
        named = [self.told(iri) for iri in iris]
        if len(named) > most:
            named = [*named[:most], f"{len(named) - most} more"]
        return f" {word} ".join(filter(None, (", ".join(named[:-1]), named[-1]))) if named else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
