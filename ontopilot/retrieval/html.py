"""HTML to Markdown: headings, paragraphs, lists, tables and code; scripts and navigation go."""

from html.parser import HTMLParser

from ontopilot.retrieval.document import Document
from ontopilot.retrieval.metadata import metadata

_DROPPED = frozenset({"script", "style", "nav", "template", "noscript", "svg", "head", "iframe"})
_BLOCKS = frozenset(
    "address article aside blockquote body dd div dl dt figcaption figure footer form header "
    "main ol p section table ul".split()
)

_DEEPEST = 12
"""Lists in lists, from which on they are not moved further in."""


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.lines: list[str] = []
        self.line: list[str] = []
        self.row: list[str] | None = None
        self.rows = 0
        self.lists: list[int] = []
        self.dropped: list[str] = []
        self.in_title = False
        self.code = 0
        self.said: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self.in_title = True
        elif tag == "meta":
            said = dict(attrs)
            self.said.setdefault(said.get("name") or "", said.get("content"))
        elif self.dropped or tag in _DROPPED:
            if tag in _DROPPED:
                self.dropped.append(tag)
        elif tag == "br":
            self.line.append("\n" if self.code else " ")
        elif self.row is None or tag in ("tr", "td", "th"):
            self._open(tag)

    def _open(self, tag: str) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._end_block()
            self.line.append("#" * int(tag[1]) + " ")
        elif tag in ("ul", "ol"):
            self._end_line() if self.lists else self._end_block()
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._end_block()
            self.lines.append("```")
            self.code += 1
        elif tag in ("tr", "td", "th"):
            self._table(tag)
        elif tag in _BLOCKS:
            self._end_block()
            self.rows = 0

    def _item(self) -> None:
        self._end_line()
        if not self.lists:
            self.lists.append(-1)
        if self.lists[-1] >= 0:
            self.lists[-1] += 1
        sign = "- " if self.lists[-1] < 0 else f"{self.lists[-1]}. "
        self.line.append("   " * (min(len(self.lists), _DEEPEST) - 1) + sign)

    def _table(self, tag: str) -> None:
        if tag == "tr":
            self._end_line()
            self.row = []
        elif self.row is not None:
            self._end_cell()
            self.row.append("")

    def _end_cell(self) -> None:
        text = " ".join("".join(self.line).split())
        self.line = []
        if self.row:
            self.row[-1] = (self.row[-1] + " " + text).strip().replace("|", "\\|")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        elif self.dropped:
            if tag == self.dropped[-1]:
                self.dropped.pop()
        elif tag == "tr" and self.row is not None:
            self._end_row(self.row)
        elif self.row is None:
            self._close(tag)

    def _end_row(self, row: list[str]) -> None:
        self._end_cell()
        self.row = None
        if row:
            self.lines.append("| " + " | ".join(row) + " |")
            self.rows += 1
            if self.rows == 1:
                self.lines.append("|" + " --- |" * len(row))

    def _close(self, tag: str) -> None:
        if tag == "pre" and self.code:
            self.lines.extend("".join(self.line).strip("\n").split("\n"))
            self.line = []
            self.lines.extend(["```", ""])
            self.code -= 1
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self._end_line() if self.lists else self._end_block()
        elif tag in _BLOCKS or tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._end_block()

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
        elif not self.dropped:
            self.line.append(data)

    def _end_line(self) -> None:
        raw = "".join(self.line)
        self.line = []
        indent = raw[: len(raw) - len(raw.lstrip(" "))] if self.lists else ""
        text = " ".join(raw.split())
        if text and text != "-":
            self.lines.append(indent + text)

    def _end_block(self) -> None:
        self._end_line()
        if self.lines and self.lines[-1] and not self.lists:
            self.lines.append("")

    def finish(self) -> None:
        """Write what is still open."""
        self._end_block()


def as_markdown(text: str, name: str) -> Document:
    """The content of an HTML page as Markdown, its title, and what its `meta` elements say."""
    writer = _Writer()
    writer.feed(text)
    writer.close()
    writer.finish()
    said = metadata(pair for pair in writer.said.items() if pair[0])
    body = "\n".join(writer.lines).strip() + "\n"
    return Document(name, body, " ".join(writer.title.split()), metadata=((0, said),))
