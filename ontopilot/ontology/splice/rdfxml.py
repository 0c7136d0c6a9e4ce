"""RDF/XML as Protégé and others write it, edited in place."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.splice.document import by_subject
from ontopilot.ontology.splice.patch import (
    Patch,
    indent_at,
    line_end,
    line_start,
    newline_of,
    patched,
)
from ontopilot.ontology.splice.protege import SECTION_OF, ProtegeLayout
from ontopilot.ontology.splice.rdfxml_read import (
    ABOUT,
    BASE,
    DATATYPE,
    DESCRIPTION,
    ID,
    RESOURCE,
    Statement,
    StatementReader,
    resolved,
    within,
)
from ontopilot.ontology.splice.rdfxml_write import ElementWriter, rank
from ontopilot.ontology.splice.spelling import LOCAL_NAME, Prefixes, Spelling
from ontopilot.ontology.splice.xmltree import Attribute, Element, read_tree
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.triples import Triple, is_blank


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
        return _Splice(self, removed, added).text()

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
        text = "".join(f'xmlns:{name}="{iri}"{between}' for name, iri in prefixes.new.items())
        return [Patch(last.start, last.start, text)]


class _Splice:
    """One edit of one text: which elements go, which statements come, and where."""

    def __init__(self, document: RdfXml, removed: set[Triple], added: Sequence[Triple]) -> None:
        self._document = document
        self._text = document.text
        self._layout = document.layout
        self._root = document.tree.root
        self._statements = document.statements
        self._nodes = document.nodes
        self._removed = removed
        self._gone = self._vanishing()
        self._prefixes = Prefixes(self._root.namespaces)
        self._added = [*added, *self._homeless()]
        self._writer = self._make_writer()

    def text(self) -> str:
        patches = self._cuts()
        patches += self._insertions()
        patches += self._document.declared(self._prefixes)
        return patched(self._text, patches)

    def _vanishing(self) -> set[Element]:
        """Property elements that say a removed triple, and top nodes that are left with nothing."""
        gone = {
            one.element
            for one in self._statements
            if one.kind == "property" and one.triple in self._removed
        }
        said: dict[Element, list[Statement]] = defaultdict(list)
        for one in self._statements:
            owner = one.element if one.kind in ("type", "attribute") else one.element.parent
            if owner is not None and owner.parent is self._root:
                said[owner].append(one)
        for element, statements in said.items():
            if all(one.triple in self._removed for one in statements):
                gone.add(element)
        return gone

    def _is_gone(self, element: Element) -> bool:
        return any(one in self._gone for one in within(element))

    def _homeless(self) -> list[Triple]:
        """Triples that must stay, and whose only place goes."""
        if not self._gone:
            return []
        lost: dict[Triple, None] = {}
        kept: set[Triple] = set()
        for one in self._statements:
            if self._is_gone(one.element):
                lost[one.triple] = None
            else:
                kept.add(one.triple)
        return [one for one in lost if one not in self._removed and one not in kept]

    def _make_writer(self) -> ElementWriter:
        labels = {
            node: node.removeprefix("_:id.")
            for one in self._statements
            for node in one.triple
            if isinstance(node, str) and node.startswith("_:id.")
        }
        return ElementWriter(
            self._added,
            spelling=self._document.spelling,
            prefixes=self._prefixes,
            labels=labels,
            unit=self._unit(),
            newline=self._layout.newline,
        )

    def _unit(self) -> str:
        for top in self._root.children:
            for inner in top.children:
                deep = indent_at(self._text, inner.start)
                shallow = indent_at(self._text, top.start)
                if deep.startswith(shallow) and len(deep) > len(shallow):
                    return deep[len(shallow) :]
        return self._layout.indent or "    "

    def _cuts(self) -> list[Patch]:
        patches = [
            self._cut(element)
            for element in self._gone
            if element.parent is not None and not self._is_gone(element.parent)
        ]
        tops = {element for element in self._gone if element.parent is self._root}
        if tops:
            patches += [
                Patch(start, end, "")
                for start, end in self._layout.empty_after(tops)
                if not self._added
            ]
        for one in self._statements:
            if one.triple in self._removed and not self._is_gone(one.element):
                patches += self._taken(one)
        return patches

    def _cut(self, element: Element) -> Patch:
        banner = self._layout.banners.get(element) if element.parent is self._root else None
        if banner is None:
            start, end = line_start(self._text, element.start), line_end(self._text, element.end)
            if start == element.start and start and self._text[start - 1] != "\n":
                end = element.end
            elif end == element.end:
                start = element.start
            return Patch(start, end, "")
        return Patch(self._layout.start_of(banner), line_end(self._text, element.end), "")

    def _taken(self, one: Statement) -> list[Patch]:
        """A statement without an element of its own taken out."""
        element = one.element
        if one.kind == "attribute" and one.attribute is not None:
            start = one.attribute.start
            while self._text[start - 1].isspace():
                start -= 1
            return [Patch(start, one.attribute.end, "")]
        if one.kind != "type":
            raise EditError(
                f"a list within {element.written!r} cannot lose a single member; remove the axiom "
                "as a whole and add it anew"
            )
        name = self._prefixes.name(Iri(DESCRIPTION)) or "rdf:Description"
        patches = [Patch(element.start + 1, element.start + 1 + len(element.written), name)]
        if not element.is_empty:
            at = element.closing + 2
            patches.append(Patch(at, at + len(element.written), name))
        return patches

    def _insertions(self) -> list[Patch]:
        patches: list[Patch] = []
        hosts = self._hosts()
        for subject, triples in by_subject(self._added).items():
            host = hosts.get(subject)
            if host is None:
                patches.append(self._block(subject, triples))
            else:
                patches += self._into(host, triples)
        filled = {hosts[one] for one in by_subject(self._added) if one in hosts}
        emptied = {one.parent for one in self._gone if one.parent is not None}
        for element in emptied - filled:
            if element is not self._root and not self._is_gone(element):
                patches += self._closed(element)
        return patches

    def _hosts(self) -> dict[Iri, Element]:
        """The top element about each subject that stays."""
        found: dict[Iri, Element] = {}
        for element in self._root.children:
            subject = self._nodes.get(id(element))
            if subject is not None and element not in self._gone:
                is_better = element in self._layout.banners
                if subject not in found or (
                    is_better and found[subject] not in self._layout.banners
                ):
                    found[subject] = element
        return found

    def _closed(self, element: Element) -> list[Patch]:
        """An element that lost its last child, as one tag."""
        if any(child not in self._gone for child in element.children):
            return []
        at = element.inside
        for child in element.children:
            if self._text[at : child.start].strip():
                return []
            at = child.end
        if self._text[at : element.closing].strip():
            return []
        return [Patch(element.inside - 1, element.end, "/>")]

    def _into(self, host: Element, triples: Sequence[Triple]) -> list[Patch]:
        """Statements put into an element, each where Protégé orders it."""
        stays = [child for child in host.children if child not in self._gone]
        own = indent_at(self._text, host.start)
        indent = indent_at(self._text, stays[0].start) if stays else own + self._unit()
        if not host.children and (
            host.is_empty or not self._text[host.inside : host.closing].strip()
        ):
            return [self._opened(host, triples, own, indent)]
        return [
            self._beside(host, stays, triple, indent)
            for triple in sorted(triples, key=lambda one: rank(one[1]))
        ]

    def _opened(self, host: Element, triples: Sequence[Triple], own: str, indent: str) -> Patch:
        newline = self._layout.newline
        lines = [
            self._writer.statement(predicate, value, indent)
            for _, predicate, value in sorted(triples, key=lambda one: rank(one[1]))
        ]
        body = newline.join([">", *lines, f"{own}</{host.written}>"])
        start = host.inside - 1
        if host.is_empty:
            start = self._text.rindex("/", host.start, host.end)
            while self._text[start - 1].isspace():
                start -= 1
        return Patch(start, host.end, body)

    def _beside(self, host: Element, stays: list[Element], triple: Triple, indent: str) -> Patch:
        _, predicate, value = triple
        text = self._writer.statement(predicate, value, indent)
        alike = [child for child in stays if child.name == predicate]
        after = alike[-1] if alike else None
        if after is None:
            later = [child for child in stays if rank(child.name) > rank(predicate)]
            if later:
                start = line_start(self._text, later[0].start)
                if start != later[0].start or self._text[start - 1 : start] == "\n":
                    return Patch(start, start, text + self._layout.newline)
                return Patch(start, start, text.strip())
            after = stays[-1] if stays else host.children[-1]
        end = line_end(self._text, after.end)
        if end == after.end:
            return Patch(end, end, text.strip())
        return Patch(end, end, text + self._layout.newline)

    def _block(self, subject: Iri, triples: Sequence[Triple]) -> Patch:
        body = self._writer.node(subject, self._layout.indent)
        kinds = [value for _, predicate, value in triples if predicate == v.RDF_TYPE]
        title = next((SECTION_OF[Iri(str(k))] for k in kinds if k in SECTION_OF), "")
        if not title:
            title = "General axioms" if is_blank(subject) else "Annotations"
            if not is_blank(subject) and any(not str(k).startswith(v.OWL) for k in kinds):
                title = "Individuals"
        if not self._layout.is_used:
            return self._appended(body, kinds)
        has_comment = not is_blank(subject) and title != "Annotations"
        at, banner = self._layout.place(title, subject if has_comment else "")
        text = self._layout.block(subject if has_comment else "", body)
        return Patch(at, at, banner + text)

    def _appended(self, body: str, kinds: Sequence[object]) -> Patch:
        """A block in a file without Protégé's comments: after the last one of its kind."""
        tops = [child for child in self._root.children if child not in self._gone]
        alike = [child for child in tops if child.name in kinds]
        newline = self._layout.newline
        if not tops:
            at = line_start(self._text, self._root.closing)
            return Patch(at, at, body + newline)
        anchor = (alike or tops)[-1]
        at = tops.index(anchor)
        gap = self._text[tops[at - 1].end : anchor.start] if at else ""
        if gap.strip() or "\n" not in gap:
            gap = newline + self._layout.indent
        return Patch(anchor.end, anchor.end, gap.rstrip(" \t") + body)
