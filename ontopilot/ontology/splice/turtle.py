"""Turtle and N-Triples, edited in place."""

from collections.abc import Sequence

from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.splice.patch import Patch, newline_of, patched
from ontopilot.ontology.splice.turtle_cut import ENTITY, Cuts
from ontopilot.ontology.splice.turtle_put import Insertions
from ontopilot.ontology.splice.turtle_read import Holder, TurtleReader
from ontopilot.ontology.splice.turtle_write import TurtleWriter, style_of
from ontopilot.ontology.terms import Iri


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
        cuts = Cuts(self.reader, self.newline, removed)
        new = [*added, *cuts.homeless()]
        writer = self._writer(new)
        puts = Insertions(self.reader, new, cuts, writer, is_plain=self.is_plain)
        return patched(self.text, [*cuts.patches(), *puts.patches()])

    def _writer(self, added: Sequence[Triple]) -> TurtleWriter:
        labelled = {
            Iri(node)
            for triple in self.triples
            for node in triple
            if isinstance(node, str) and node.startswith("_:id.")
        }
        last = self.reader.prefixes
        prefixes = {name: iri for name, iri in self.reader.head.items() if last[name] == iri}
        return TurtleWriter(
            added, prefixes=prefixes, style=self.style, labelled=frozenset(labelled)
        )

    def renamed(self, old: Iri, new: Iri) -> str:
        """The text with an IRI written as another one, in comments of Protégé too."""
        spelled = f"<{new}>" if self.is_plain else self._writer(()).iri(new)
        patches = [
            Patch(token.start, token.end, spelled) for token, iri in self.reader.names if iri == old
        ]
        for comment in self.reader.comments:
            found = ENTITY.match(comment.text)
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
