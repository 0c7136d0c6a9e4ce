"""Elements taken out of and put into an RDF/XML text, where Protégé would put them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.splice.document import by_subject
from ontopilot.ontology.splice.patch import (
    Patch,
    indent_at,
    line_end,
    line_start,
    lines_of,
    patched,
)
from ontopilot.ontology.splice.protege import section_of
from ontopilot.ontology.splice.rdfxml_read import DESCRIPTION, Statement, within
from ontopilot.ontology.splice.rdfxml_write import ElementWriter, rank
from ontopilot.ontology.splice.spelling import Prefixes
from ontopilot.ontology.splice.xmltree import Element
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.splice.rdfxml import RdfXml

_REMARKS = re.compile(r"(?:[ \t]*<!--(?:(?!-->)[^\n])*-->)+")
"""Comments on the rest of a line."""

_SPACES = re.compile(r"[ \t]*(?=\r?\n)")
"""White space that ends a line."""


class Splice:
    """One edit of one text: which elements go, which statements come, and where."""

    def __init__(self, document: "RdfXml", removed: set[Triple], added: Sequence[Triple]) -> None:
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
        """The text after the edit."""
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
            return Patch(*lines_of(self._text, element.start, element.end), "")
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
        remarks = _REMARKS.match(self._text, after.end)
        end = line_end(self._text, remarks.end() if remarks else after.end)
        if self._text[end - 1] != "\n":
            return Patch(after.end, after.end, text.strip())
        return Patch(end, end, text + self._layout.newline)

    def _block(self, subject: Iri, triples: Sequence[Triple]) -> Patch:
        body = self._writer.node(subject, self._layout.indent)
        kinds = [value for _, predicate, value in triples if predicate == v.RDF_TYPE]
        if not self._layout.is_used:
            return self._appended(body, kinds)
        title, has_comment = section_of(subject, triples)
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
        spaces = _SPACES.match(self._text, anchor.end)
        end = spaces.end() if spaces else anchor.end
        return Patch(end, end, gap.rstrip(" \t") + body)
