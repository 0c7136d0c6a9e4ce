"""RDF/XML as Protégé and others write it, edited in place."""

from collections.abc import Mapping, Sequence

from ontopilot.errors import EditError
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.splice.patch import (
    Patch,
    line_start,
    newline_of,
    patched,
)
from ontopilot.ontology.splice.protege import ProtegeLayout
from ontopilot.ontology.splice.rdfxml_read import (
    ABOUT,
    BASE,
    DATATYPE,
    ID,
    RESOURCE,
    StatementReader,
    resolved,
    within,
)
from ontopilot.ontology.splice.rdfxml_splice import Splice
from ontopilot.ontology.splice.spelling import LOCAL_NAME, Prefixes, Spelling, escaped_attribute
from ontopilot.ontology.splice.xmltree import Attribute, Element, read_tree
from ontopilot.ontology.terms import Iri


class RdfXml:
    """One RDF/XML text; `base` is the IRI of the file, `entities` those that it declares."""

    def __init__(self, text: str, base: str, entities: Mapping[str, str]) -> None:
        self.text = text
        self.tree = read_tree(text, entities)
        reader = StatementReader(text, base, entities)
        reader.read(self.tree.root)
        self.statements = reader.statements
        self.nodes = reader.nodes
        self._base = resolved(self.tree.root.get(BASE) or "", base)
        self.layout = ProtegeLayout(self.tree)
        self.spelling = Spelling(self._spelled(), self._base)

    @property
    def triples(self) -> list[Triple]:
        """Every triple, in the order of the text."""
        return [statement.triple for statement in self.statements]

    def _spelled(self) -> list[tuple[str, Iri]]:
        found: list[tuple[str, Iri]] = []
        for element in self.tree.root.walk():
            for one in element.attributes:
                if one.name in (ABOUT, RESOURCE, DATATYPE):
                    written = self.text[one.value_start : one.value_end]
                    found.append((written, Iri(resolved(one.value, self._base))))
        return found

    def spliced(self, removed: set[Triple], added: Sequence[Triple]) -> str:
        """The text without some triples and with others.

        Raises:
            EditError: a triple that stands where it cannot be taken out, or cannot be written.
        """
        return Splice(self, removed, added).text()

    def renamed(self, old: Iri, new: Iri) -> str:
        """The text with an IRI written as another one, in comments of Protégé too."""
        prefixes = Prefixes(self.tree.root.namespaces)
        patches: list[Patch] = []
        for element in self.tree.root.walk():
            patches += self._renamed_names(element, old, new, prefixes)
            for one in element.attributes:
                if one.name in (ABOUT, RESOURCE, DATATYPE, ID):
                    patches += self._renamed_value(element, one, old, new)
        for comment in self.tree.comments:
            if comment.text.strip().rpartition(" ")[2] == old:
                at = comment.start + 4 + comment.text.index(old)
                patches.append(Patch(at, at + len(old), new))
        return patched(self.text, [*patches, *self.declared(prefixes)])

    def _renamed_names(
        self, element: Element, old: Iri, new: Iri, prefixes: Prefixes
    ) -> list[Patch]:
        names = [(element.name, element.written, element.start + 1)]
        names += [(one.name, one.written, one.start) for one in element.attributes]
        patches: list[Patch] = []
        for full, written, at in names:
            if full != old:
                continue
            name = prefixes.name(new)
            if name is None:
                raise EditError(
                    f"{str(new)!r} cannot name an element of RDF/XML, and {str(old)!r} does; "
                    "choose an IRI that ends in a letter and letters or digits after it"
                )
            patches.append(Patch(at, at + len(written), name))
            if at == element.start + 1 and not element.is_empty:
                close = element.closing + 2
                patches.append(Patch(close, close + len(written), name))
        return patches

    def _renamed_value(self, element: Element, one: Attribute, old: Iri, new: Iri) -> list[Patch]:
        base = self._base_of(element)
        if one.name == ID:
            if resolved("#" + one.value, base) != old:
                return []
            before, _, local = new.partition("#")
            if before == base.partition("#")[0] and LOCAL_NAME.match(local):
                return [Patch(one.value_start, one.value_end, local)]
            about = one.written.replace("ID", "about")
            value = self.spelling.attribute(new)
            return [Patch(one.start, one.end, f'{about}="{value}"')]
        if resolved(one.value, base) != old:
            return []
        return [Patch(one.value_start, one.value_end, self.spelling.attribute(new))]

    def _base_of(self, element: Element) -> str:
        for one in within(element):
            declared = one.get(BASE)
            if declared is not None and one is not self.tree.root:
                return resolved(declared, self._base)
        return self._base

    def declared(self, prefixes: Prefixes) -> list[Patch]:
        """New prefixes, each on a line of its own before the last attribute of the root."""
        if not prefixes.new:
            return []
        last = self.tree.root.attributes[-1]
        lead = self.text[line_start(self.text, last.start) : last.start]
        between = (newline_of(self.text) + lead) if not lead.strip() and lead else " "
        text = "".join(
            f'xmlns:{name}="{escaped_attribute(iri)}"{between}'
            for name, iri in prefixes.new.items()
        )
        return [Patch(last.start, last.start, text)]
