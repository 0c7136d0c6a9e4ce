"""Statements put into a Turtle text, where Protégé or the rest of the file would put them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.splice.document import by_subject
from ontopilot.ontology.splice.patch import Patch, line_end, line_start
from ontopilot.ontology.splice.protege import SECTIONS, section_of
from ontopilot.ontology.splice.rdfxml_write import rank
from ontopilot.ontology.splice.turtle_cut import ENTITY, Cuts
from ontopilot.ontology.splice.turtle_read import Holder, Phrase, Token, TurtleReader
from ontopilot.ontology.splice.turtle_write import TurtleWriter
from ontopilot.ontology.terms import Iri

_RULER = "#" * 65
_TITLE = re.compile(r"#\s+([A-Z][A-Za-z ]+?)\s*$")

_INDENT = "    "
_REMARK = re.compile(r"[ \t]*;[ \t]*#[^\r\n]*")
"""A comment behind a phrase and its separator."""


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    start: int
    body: int
    end: int


class Insertions:
    """The places of added triples; `is_plain` says that the file is N-Triples."""

    def __init__(
        self,
        reader: TurtleReader,
        added: Sequence[Triple],
        cuts: Cuts,
        writer: TurtleWriter,
        *,
        is_plain: bool,
    ) -> None:
        self._text = reader.text
        self._comments = reader.comments
        self._added = added
        self._cuts = cuts
        self._writer = writer
        self._is_plain = is_plain
        self._style = writer.style
        self._patches: list[Patch] = []
        self._alive = [one for one in reader.statements if one not in cuts.dead]
        self._statements = reader.statements
        self._sections = self._find_sections()
        self._entities = [
            (comment, found[1])
            for comment in self._comments
            if (found := ENTITY.match(comment.text))
        ]

    def patches(self) -> list[Patch]:
        """The replacements that put them in."""
        hosts: dict[Iri, Holder] = {}
        for holder in self._alive:
            if holder.subject is not None:
                continue
            is_declared = any(phrase.predicate == v.RDF_TYPE for phrase in holder.phrases)
            if holder.node not in hosts or (is_declared and not self._declares(hosts[holder.node])):
                hosts[holder.node] = holder
        for subject, triples in by_subject(self._added).items():
            if self._is_plain:
                self._put_plain(subject)
            elif subject in hosts:
                self._put_into(hosts[subject], triples)
            else:
                self._put_block(subject, triples)
        return self._patches

    def _declares(self, holder: Holder) -> bool:
        return any(phrase.predicate == v.RDF_TYPE for phrase in holder.phrases)

    def _put_plain(self, subject: Iri) -> None:
        same = [one for one in self._alive if one.node == subject]
        at = line_end(self._text, same[-1].end) if same else len(self._text)
        newline = self._style.newline
        lead = newline if at and not self._text[:at].endswith("\n") else ""
        lines = self._writer.plain(subject)
        self._patches.append(Patch(at, at, lead + newline.join(lines) + newline))

    def _put_into(self, holder: Holder, triples: Sequence[Triple]) -> None:
        cut = self._cuts.values
        left = [p for p in holder.phrases if not all(value in cut for value in p.values)]
        fresh: dict[Iri, list[Node]] = {}
        for _, predicate, value in sorted(triples, key=lambda one: rank(one[1])):
            alike = [phrase for phrase in left if phrase.predicate == predicate]
            if alike:
                self._put_value(alike[-1], value)
            else:
                fresh.setdefault(predicate, []).append(value)
        for predicate, values in fresh.items():
            self._put_phrase(holder, left, predicate, values)

    def _put_value(self, phrase: Phrase, value: Node) -> None:
        values = [one for one in phrase.values if one not in self._cuts.values]
        between = f"{self._style.space}, "
        column = self._column(values[-1].start)
        if len(values) > 1:
            found = self._text[values[-2].end : values[-1].start]
            if "#" not in found:
                between = found
        elif self._style.is_broken and self._style.indent is None:
            lead = self._style.newline + " " * column
            between = f"{self._style.space},{lead}"
        at = values[-1].end
        self._patches.append(Patch(at, at, between + self._writer.value(value, column)))

    def _put_phrase(
        self, holder: Holder, left: list[Phrase], predicate: Iri, values: list[Node]
    ) -> None:
        if not left:
            raise EditError(
                "a statement that loses all it says cannot take new axioms at once; save between"
            )
        before = [phrase for phrase in left if rank(phrase.predicate) <= rank(predicate)]
        kinds = [phrase for phrase in left if phrase.predicate == v.RDF_TYPE]
        after = (before or kinds or left)[-1]
        remark = _REMARK.match(self._text, after.end)
        if remark is not None:
            following = [one for one in holder.phrases if one.start > remark.end()]
            column = self._column(following[0].start) if following else len(_INDENT)
            text = self._writer.phrase(predicate, values, column)
            line = f"{self._style.newline}{' ' * column}{text}{self._style.space};"
            self._patches.append(Patch(remark.end(), remark.end(), line))
            return
        between, column = self._between(holder, left)
        text = self._writer.phrase(predicate, values, column)
        self._patches.append(Patch(after.end, after.end, between + text))

    def _between(self, holder: Holder, left: list[Phrase]) -> tuple[str, int]:
        """What separates the phrases of a statement, and the column where the next one begins."""
        style = self._style
        if len(holder.phrases) > 1:
            one, other = holder.phrases[-2:]
            found = self._text[one.end : other.start]
            if "#" not in found:
                return found, self._column(other.start)
        if not style.is_broken:
            return f"{style.space}; ", 0
        indent = style.indent
        if indent is None:
            indent = " " * self._column(left[0].start)
        return f"{style.space};{style.newline}{indent}", len(indent)

    def _column(self, at: int) -> int:
        return at - self._text.rfind("\n", 0, at) - 1

    def _find_sections(self) -> list[_Section]:
        found: list[tuple[str, Token]] = []
        comments = self._comments
        for before, title, after in zip(comments, comments[1:], comments[2:], strict=False):
            named = _TITLE.match(title.text)
            if before.text == after.text == _RULER and named:
                known = {one.lower(): one for one in SECTIONS}
                found.append((known.get(named[1].lower(), named[1]), before))
        ends = [token.start for _, token in found[1:]] + [len(self._text)]
        return [
            _Section(title, token.start, self._text.find(_RULER, token.end) + len(_RULER), end)
            for (title, token), end in zip(found, ends, strict=bool(found))
        ]

    def _put_block(self, subject: Iri, triples: Sequence[Triple]) -> None:
        newline = self._style.newline
        statement = self._writer.statement(subject) + newline
        kinds = [value for _, predicate, value in triples if predicate == v.RDF_TYPE]
        if not self._sections and not self._entities:
            self._put_loose(statement, kinds)
            return
        title, is_named = section_of(subject, triples)
        block = f"###  {subject}{newline}{statement}" if is_named else statement
        section = next((one for one in self._sections if one.title == title), None)
        if section is not None:
            self._put_in_section(section, subject if is_named else "", block)
            return
        banner = newline.join([_RULER, f"#    {title}", _RULER, "", ""])
        later = SECTIONS[SECTIONS.index(title) + 1 :]
        following = next((one for one in self._sections if one.title in later), None)
        limit = following.start if following else len(self._text)
        self._put_after(limit, banner + block)

    def _put_in_section(self, section: _Section, iri: str, block: str) -> None:
        newline = self._style.newline
        limit = section.end
        for comment, named in self._entities:
            if section.body <= comment.start < section.end and iri and named > iri:
                limit = line_start(self._text, comment.start)
                break
        inside = [one for one in self._statements if section.body <= one.start < limit]
        if inside:
            self._put_after(limit, block)
            return
        at = line_end(self._text, section.body)
        blank = line_end(self._text, at)
        at = blank if not self._text[at:blank].strip() else at
        self._patches.append(Patch(at, at, block + newline * 2))

    def _put_after(self, limit: int, block: str) -> None:
        """A block after the last statement before a place, two empty lines between."""
        before = [one.end for one in self._statements if one.end <= limit]
        newline = self._style.newline
        at = line_end(self._text, before[-1]) if before else limit
        lead = "" if self._text[:at].endswith("\n") or not at else newline
        self._patches.append(Patch(at, at, lead + newline * 2 + block))

    def _put_loose(self, statement: str, kinds: Sequence[object]) -> None:
        """A statement in a file without Protégé's comments: after the last one of its kind."""
        alive = self._alive
        alike = [
            one
            for one in alive
            for phrase in one.phrases
            if phrase.predicate == v.RDF_TYPE and any(o.node in kinds for o in phrase.values)
        ]
        newline = self._style.newline
        if not alive:
            self._patches.append(Patch(len(self._text), len(self._text), newline + statement))
            return
        anchor = (alike or alive)[-1]
        number = alive.index(anchor)
        gap = self._text[alive[number - 1].end : anchor.start] if number else newline * 2
        blank = newline if gap.count("\n") > 1 and not gap.strip() else ""
        at = line_end(self._text, anchor.end)
        lead = "" if self._text[:at].endswith("\n") else newline
        if at == anchor.end and lead and self._text[at:].strip():
            comment = next((c for c in self._comments if c.start >= at), None)
            same_line = comment is not None and "\n" not in self._text[at : comment.start]
            at = line_end(self._text, comment.end) if comment and same_line else at
            lead = "" if self._text[:at].endswith("\n") else newline
        self._patches.append(Patch(at, at, lead + blank + statement))
