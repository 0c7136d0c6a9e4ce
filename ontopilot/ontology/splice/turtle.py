"""Turtle and N-Triples, edited in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.splice.document import by_subject
from ontopilot.ontology.splice.patch import Patch, line_end, line_start, newline_of, patched
from ontopilot.ontology.splice.protege import SECTION_OF, SECTIONS
from ontopilot.ontology.splice.rdfxml_write import rank
from ontopilot.ontology.splice.turtle_read import Holder, Phrase, Token, TurtleReader, Value
from ontopilot.ontology.splice.turtle_write import TurtleWriter, style_of
from ontopilot.ontology.terms import Iri
from ontopilot.ontology.triples import Node, Triple, is_blank

_RULER = "#" * 65
_TITLE = re.compile(r"#\s+([A-Z][A-Za-z ]+?)\s*$")
_ENTITY = re.compile(r"###\s+(\S+:\S+)\s*$")


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    start: int
    body: int
    end: int


class Turtle:
    """One Turtle text; `base` is the IRI of the file."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.reader = TurtleReader(text, base)
        self.newline = newline_of(text)
        self.style = style_of(self.reader, self.newline)
        self.is_plain = not self.reader.prefixes and all(map(_is_single, self.reader.statements))

    @property
    def triples(self) -> list[Triple]:
        """Every triple, in the order of the text."""
        return [triple for holder in self.reader.statements for triple in holder.triples()]

    def spliced(self, removed: set[Triple], added: Sequence[Triple]) -> str:
        """The text without some triples and with others.

        Raises:
            EditError: a triple that stands where it cannot be taken out.
        """
        return _Splice(self, removed, added).text()

    def renamed(self, old: Iri, new: Iri) -> str:
        """The text with an IRI written as another one, in comments of Protégé too."""
        writer = TurtleWriter(
            (), prefixes=self.reader.prefixes, style=self.style, labelled=frozenset()
        )
        spelled = f"<{new}>" if self.is_plain else writer.iri(new)
        patches = [
            Patch(token.start, token.end, spelled) for token, iri in self.reader.names if iri == old
        ]
        for comment in self.reader.comments:
            found = _ENTITY.match(comment.text)
            if found and found[1] == old:
                start = comment.start + found.start(1)
                patches.append(Patch(start, start + len(old), new))
        return patched(self.text, patches)


def _is_single(holder: Holder) -> bool:
    phrases = holder.phrases
    return (
        holder.subject is None
        and len(phrases) == 1
        and len(phrases[0].values) == 1
        and not any(phrases[0].values[0].triples())
    )


class _Splice:
    """One edit of one text."""

    def __init__(self, document: Turtle, removed: set[Triple], added: Sequence[Triple]) -> None:
        self._document = document
        self._text = document.text
        self._removed = removed
        self._statements = document.reader.statements
        self._comments = document.reader.comments
        self._dead = [one for one in self._statements if self._is_dead(one)]
        self._cut: list[Value] = []
        self._patches: list[Patch] = []
        self._lost: list[Triple] = []
        self._kept: set[Triple] = set()
        for holder in self._statements:
            self._take_from(holder)
        self._added = [*added, *self._homeless()]
        self._writer = self._make_writer()
        self._sections = self._find_sections()
        self._entities = [
            (comment, found[1])
            for comment in self._comments
            if (found := _ENTITY.match(comment.text))
        ]

    def text(self) -> str:
        self._remove()
        self._insert()
        return patched(self._text, self._patches)

    def _is_dead(self, holder: Holder) -> bool:
        """Whether a statement is left with nothing to say."""
        said = [
            (holder.node, phrase.predicate, value.node)
            for phrase in holder.all_phrases()
            for value in phrase.values
        ]
        return bool(said) and all(triple in self._removed for triple in said)

    def _take_from(self, holder: Holder) -> None:
        if holder in self._dead:
            self._lost += holder.triples()
            return
        if holder.subject is not None and holder.subject.inner is None:
            self._keep_cells(holder.subject)
        for phrase in holder.all_phrases():
            for value in phrase.values:
                triple = (holder.node, phrase.predicate, value.node)
                if triple in self._removed:
                    self._cut.append(value)
                    self._lost += [triple, *value.triples()]
                else:
                    self._kept.add(triple)
                    self._look_into(value)

    def _look_into(self, value: Value) -> None:
        self._keep_cells(value)
        if value.inner is not None:
            self._take_from(value.inner)

    def _keep_cells(self, value: Value) -> None:
        if any(cell in self._removed for cell in value.cells):
            raise EditError(
                "a list cannot lose a single member; remove the axiom as a whole and add it anew"
            )
        self._kept.update(value.cells)
        for item in value.items:
            self._look_into(item)

    def _homeless(self) -> list[Triple]:
        """Triples that must stay, and whose only place goes."""
        lost = dict.fromkeys(self._lost)
        return [one for one in lost if one not in self._removed and one not in self._kept]

    def _make_writer(self) -> TurtleWriter:
        labelled = {
            Iri(node)
            for triple in self._document.triples
            for node in triple
            if isinstance(node, str) and node.startswith("_:id.")
        }
        return TurtleWriter(
            self._added,
            prefixes=self._document.reader.prefixes,
            style=self._document.style,
            labelled=frozenset(labelled),
        )

    def _remove(self) -> None:
        for holder in self._dead:
            self._patches.append(self._without(holder))
        cut = set(self._cut)
        for holder in self._all_holders():
            self._cut_phrases(holder.phrases, cut)

    def _all_holders(self) -> list[Holder]:
        found: list[Holder] = []
        waiting = [one for one in self._statements if one not in self._dead]
        while waiting:
            holder = waiting.pop()
            found.append(holder)
            values = [value for phrase in holder.phrases for value in phrase.values]
            values += [holder.subject] if holder.subject else []
            while values:
                value = values.pop()
                values += value.items
                waiting += [value.inner] if value.inner else []
        return found

    def _cut_phrases(self, phrases: list[Phrase], cut: set[Value]) -> None:
        dead = [all(value in cut for value in phrase.values) for phrase in phrases]
        self._cut_run([(p.start, p.end) for p in phrases], dead)
        for phrase, is_dead in zip(phrases, dead, strict=True):
            if not is_dead:
                places = [(value.start, value.end) for value in phrase.values]
                self._cut_run(places, [value in cut for value in phrase.values])

    def _cut_run(self, places: list[tuple[int, int]], dead: list[bool]) -> None:
        """Cut some of a run of things that `;` or `,` separates, with their separators."""
        if not any(dead):
            return
        if all(dead):
            self._patches.append(Patch(places[0][0], places[-1][1], ""))
            return
        last_kept = max(number for number, is_dead in enumerate(dead) if not is_dead)
        for number in range(last_kept):
            if dead[number]:
                self._cut_forward(places[number], places[number + 1])
        if last_kept < len(places) - 1:
            self._cut_tail(places[last_kept][1], places[last_kept + 1 :])

    def _cut_forward(self, place: tuple[int, int], following: tuple[int, int]) -> None:
        start, end = place
        if not self._has_comment(end, following[0]):
            self._patches.append(Patch(start, following[0], ""))
            return
        self._patches.append(Patch(start, end, ""))
        self._patches.append(self._separator(end, following[0]))

    def _cut_tail(self, kept_end: int, places: list[tuple[int, int]]) -> None:
        if not self._has_comment(kept_end, places[-1][1]):
            self._patches.append(Patch(kept_end, places[-1][1], ""))
            return
        at = kept_end
        for start, end in places:
            self._patches += [self._separator(at, start), Patch(start, end, "")]
            at = end

    def _separator(self, start: int, end: int) -> Patch:
        """The `;` or `,` between two things, which comments may surround."""
        at = start
        for comment in (c for c in self._comments if start <= c.start < end):
            found = re.search(r"[;,]", self._text[at : comment.start])
            if found:
                return Patch(at + found.start(), at + found.end(), "")
            at = comment.end
        found = re.search(r"[;,]", self._text[at:end])
        return Patch(at + found.start(), at + found.end(), "") if found else Patch(at, at, "")

    def _has_comment(self, start: int, end: int) -> bool:
        return any(start <= comment.start < end for comment in self._comments)

    def _without(self, holder: Holder) -> Patch:
        """A statement taken out, with the comment of Protégé that stands before it."""
        start, end = line_start(self._text, holder.start), line_end(self._text, holder.end)
        above = [c for c in self._comments if c.end <= start and _ENTITY.match(c.text)]
        if above and not self._text[above[-1].end : start].strip():
            start = line_start(self._text, above[-1].start)
            blank = self._document.newline * 2
            if self._text[:start].endswith(blank + self._document.newline):
                start -= len(blank)
            elif self._text[end:].startswith(blank):
                end += len(blank)
        elif start == holder.start and (start and self._text[start - 1] != "\n"):
            end = holder.end
        return Patch(start, end, "")

    def _insert(self) -> None:
        hosts: dict[Iri, Holder] = {}
        for holder in self._statements:
            if holder in self._dead or holder.subject is not None:
                continue
            is_declared = any(phrase.predicate == v.RDF_TYPE for phrase in holder.phrases)
            if holder.node not in hosts or (is_declared and not self._declares(hosts[holder.node])):
                hosts[holder.node] = holder
        for subject, triples in by_subject(self._added).items():
            if self._document.is_plain:
                self._put_plain(subject)
            elif subject in hosts:
                self._put_into(hosts[subject], triples)
            else:
                self._put_block(subject, triples)

    def _declares(self, holder: Holder) -> bool:
        return any(phrase.predicate == v.RDF_TYPE for phrase in holder.phrases)

    def _put_plain(self, subject: Iri) -> None:
        same = [one for one in self._statements if one.node == subject and one not in self._dead]
        at = line_end(self._text, same[-1].end) if same else len(self._text)
        newline = self._document.newline
        lead = newline if at and not self._text[:at].endswith("\n") else ""
        lines = self._writer.plain(subject)
        self._patches.append(Patch(at, at, lead + newline.join(lines) + newline))

    def _put_into(self, holder: Holder, triples: Sequence[Triple]) -> None:
        cut = set(self._cut)
        left = [p for p in holder.phrases if not all(value in cut for value in p.values)]
        fresh: dict[Iri, list[Node]] = {}
        for _, predicate, value in sorted(triples, key=lambda one: rank(one[1])):
            alike = [phrase for phrase in left if phrase.predicate == predicate]
            if alike:
                self._put_value(alike[-1], value, cut)
            else:
                fresh.setdefault(predicate, []).append(value)
        for predicate, values in fresh.items():
            self._put_phrase(holder, left, predicate, values)

    def _put_value(self, phrase: Phrase, value: Node, cut: set[Value]) -> None:
        values = [one for one in phrase.values if one not in cut]
        between = f"{self._document.style.space}, "
        column = self._column(values[-1].start)
        if len(values) > 1:
            found = self._text[values[-2].end : values[-1].start]
            if "#" not in found:
                between = found
        elif self._document.style.is_broken and self._document.style.indent is None:
            lead = self._document.newline + " " * column
            between = f"{self._document.style.space},{lead}"
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
        between, column = self._between(holder, left)
        text = self._writer.phrase(predicate, values, column)
        self._patches.append(Patch(after.end, after.end, between + text))

    def _between(self, holder: Holder, left: list[Phrase]) -> tuple[str, int]:
        """What separates the phrases of a statement, and the column where the next one begins."""
        style = self._document.style
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
        newline = self._document.newline
        statement = self._writer.statement(subject) + newline
        kinds = [value for _, predicate, value in triples if predicate == v.RDF_TYPE]
        if not self._sections and not self._entities:
            self._put_loose(statement, kinds)
            return
        title = next((SECTION_OF[Iri(str(k))] for k in kinds if k in SECTION_OF), "")
        if not title:
            title = "General axioms" if is_blank(subject) else "Annotations"
        is_named = not is_blank(subject) and title in SECTION_OF.values()
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
        newline = self._document.newline
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
        newline = self._document.newline
        at = line_end(self._text, before[-1]) if before else limit
        lead = "" if self._text[:at].endswith("\n") or not at else newline
        self._patches.append(Patch(at, at, lead + newline * 2 + block))

    def _put_loose(self, statement: str, kinds: Sequence[object]) -> None:
        """A statement in a file without Protégé's comments: after the last one of its kind."""
        alive = [one for one in self._statements if one not in self._dead]
        alike = [
            one
            for one in alive
            for phrase in one.phrases
            if phrase.predicate == v.RDF_TYPE and any(o.node in kinds for o in phrase.values)
        ]
        newline = self._document.newline
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
