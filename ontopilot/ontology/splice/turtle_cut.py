"""Statements of a Turtle text taken out, with their separators; remarks beside them stay."""

import re
from collections.abc import Sequence

from ontopilot.errors import EditError
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.splice.patch import Patch, line_end, line_start, lines_of
from ontopilot.ontology.splice.turtle_read import Holder, Phrase, Token, TurtleReader, Value

ENTITY = re.compile(r"###\s+(\S+:\S+)\s*$")
"""The comment of Protégé before each entity."""


class Cuts:
    """What goes with some triples: whole statements, phrases of them, or single objects."""

    def __init__(self, reader: TurtleReader, newline: str, removed: set[Triple]) -> None:
        self._text = reader.text
        self._newline = newline
        self._removed = removed
        self._statements = reader.statements
        self._comments: Sequence[Token] = reader.comments
        self.dead = {one for one in self._statements if self._is_dead(one)}
        self.values: set[Value] = set()
        self._patches: list[Patch] = []
        self._lost: list[Triple] = []
        self._kept: set[Triple] = set()
        for holder in self._statements:
            self._take_from(holder)

    def _is_dead(self, holder: Holder) -> bool:
        """Whether a statement is left with nothing to say."""
        said = [
            (holder.node, phrase.predicate, value.node)
            for phrase in holder.all_phrases()
            for value in phrase.values
        ]
        return bool(said) and all(triple in self._removed for triple in said)

    def _take_from(self, holder: Holder) -> None:
        if holder in self.dead:
            self._lost += holder.triples()
            return
        if holder.subject is not None and holder.subject.inner is None:
            self._keep_cells(holder.subject)
        for phrase in holder.all_phrases():
            for value in phrase.values:
                triple = (holder.node, phrase.predicate, value.node)
                if triple in self._removed:
                    self.values.add(value)
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

    def homeless(self) -> list[Triple]:
        """Triples that must stay, and whose only place goes."""
        lost = dict.fromkeys(self._lost)
        return [one for one in lost if one not in self._removed and one not in self._kept]

    def patches(self) -> list[Patch]:
        """The replacements that take it out."""
        self._patches = [self._without(holder) for holder in self.dead]
        for holder in self._all_holders():
            self._cut_phrases(holder.phrases)
        return self._patches

    def _all_holders(self) -> list[Holder]:
        found: list[Holder] = []
        waiting = [one for one in self._statements if one not in self.dead]
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

    def _cut_phrases(self, phrases: list[Phrase]) -> None:
        dead = [all(value in self.values for value in phrase.values) for phrase in phrases]
        self._cut_run([(p.start, p.end) for p in phrases], dead)
        for phrase, is_dead in zip(phrases, dead, strict=True):
            if not is_dead:
                places = [(value.start, value.end) for value in phrase.values]
                self._cut_run(places, [value in self.values for value in phrase.values])

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
        above = [c for c in self._comments if c.end <= start and ENTITY.match(c.text)]
        if not above or self._text[above[-1].end : start].strip():
            return Patch(*lines_of(self._text, holder.start, holder.end), "")
        start = line_start(self._text, above[-1].start)
        blank = self._newline * 2
        if self._text[:start].endswith(blank + self._newline):
            start -= len(blank)
        elif self._text[end:].startswith(blank):
            end += len(blank)
        return Patch(start, end, "")
