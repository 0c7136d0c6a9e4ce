"""A document as a reader gives it."""

from bisect import bisect_right
from dataclasses import dataclass

from ontopilot.retrieval.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document; `title` is "" unless its front matter or markup gives one.

    `metadata` has what it says of itself: from which line of the text on, in ascending order, what
    holds.
    """

    name: str
    text: str
    title: str = ""
    markdown: bool = True
    metadata: tuple[tuple[int, Metadata], ...] = ()

    def metadata_at(self, line: int) -> Metadata:
        """What the document says of itself where a line of its text stands."""
        at = bisect_right(self.metadata, line, key=lambda mark: mark[0])
        return self.metadata[at - 1][1] if at else ()
