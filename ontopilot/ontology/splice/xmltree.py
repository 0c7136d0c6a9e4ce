"""XML as a tree that knows where each element, attribute and comment stands in the text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ontopilot.errors import EditError

_TOKEN = re.compile(
    r"""<!--(?P<comment>.*?)-->|<\?.*?\?>|<!\[CDATA\[(?P<cdata>.*?)\]\]>
      |</(?P<close>[^\s>]+)\s*>
      |<(?P<open>[^\s/>!?]+)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*?)(?P<empty>/?)>""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL)
_DOCTYPE = re.compile(
    r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*"
    r"(?:\[(?:[^\]\"'<]|\"[^\"]*\"|'[^']*'|<!--.*?-->|<(?!!--))*\]\s*)?>",
    re.DOTALL,
)
_REFERENCE = re.compile(r"&(#x[0-9a-fA-F]+|#\d+|[\w.:-]+);")
_STANDARD = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its name as written and in full, its value, and where it stands."""

    written: str
    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(slots=True, eq=False)
class Element:
    """An element; `start:inside` is its start tag, `closing:end` its end tag."""

    written: str
    name: str
    start: int
    inside: int
    attributes: list[Attribute]
    parent: "Element | None"
    namespaces: Mapping[str, str]
    closing: int = 0
    end: int = 0
    children: list["Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it is written as one tag, `<a/>`."""
        return self.closing == self.end

    def get(self, name: str) -> str | None:
        """The value of an attribute, by its full name."""
        return next((one.value for one in self.attributes if one.name == name), None)

    def walk(self) -> Iterator["Element"]:
        """The element and all within it, in the order of the text."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.children))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and its place."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class XmlText:
    """The tree of a text, and its comments in order."""

    text: str
    root: Element
    comments: tuple[Comment, ...]


class _Builder:
    def __init__(self, text: str, entities: Mapping[str, str]) -> None:
        self.text = text
        self.entities = entities
        self.comments: list[Comment] = []
        self.root: Element | None = None
        self.open: Element | None = None

    def build(self, start: int) -> None:
        at = start
        for token in _TOKEN.finditer(self.text, start):
            if self.open is not None and token.start() > at:
                self.open.text.append(self.resolved(self.text[at : token.start()]))
            at = token.end()
            if token["open"]:
                self._open(token)
            elif token["close"]:
                self._close(token.start(), token.end())
            elif token["comment"] is not None:
                self.comments.append(Comment(token["comment"], token.start(), token.end()))
            elif token["cdata"] is not None and self.open is not None:
                self.open.text.append(token["cdata"].replace("\r\n", "\n"))

    def _open(self, token: re.Match[str]) -> None:
        parent = self.open
        offset = token.start("attributes")
        raw = [(m[1], m, offset) for m in _ATTRIBUTE.finditer(token["attributes"])]
        namespaces = dict(parent.namespaces) if parent is not None else {"xml": _XML}
        declared = {
            name.partition(":")[2]: self.resolved(m[2] if m[2] is not None else m[3])
            for name, m, _ in raw
            if name == "xmlns" or name.startswith("xmlns:")
        }
        if declared or parent is None:
            namespaces |= declared
        else:
            namespaces = parent.namespaces  # type: ignore[assignment]
        attributes = [self._attribute(*one, namespaces) for one in raw]
        name = _expanded(token["open"], namespaces, default=True)
        found = Element(
            token["open"], name, token.start(), token.end(), attributes, parent, namespaces
        )
        if parent is not None:
            parent.children.append(found)
        elif self.root is None:
            self.root = found
        if token["empty"]:
            found.closing = found.end = token.end()
        else:
            self.open = found

    def _attribute(
        self, name: str, found: re.Match[str], offset: int, namespaces: Mapping[str, str]
    ) -> Attribute:
        group = 2 if found[2] is not None else 3
        value = " ".join(re.split(r"\r\n|[\n\r\t]", found[group]))
        return Attribute(
            name,
            _expanded(name, namespaces, default=False),
            self.resolved(value),
            offset + found.start(),
            offset + found.end(),
            offset + found.start(group),
            offset + found.end(group),
        )

    def _close(self, start: int, end: int) -> None:
        assert self.open is not None  # noqa: S101 - the text is well-formed
        self.open.closing, self.open.end = start, end
        self.open = self.open.parent

    def resolved(self, text: str) -> str:
        """A text with its references replaced and its lines ended by line feeds."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "&" not in text:
            return text
        if self.entities:
            text = _REFERENCE.sub(lambda m: self.entities.get(m[1], m[0]), text)
        return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#x"):
        return chr(int(name[2:], 16))
    if name.startswith("#"):
        return chr(int(name[1:]))
    return _STANDARD.get(name, found[0])


def _expanded(written: str, namespaces: Mapping[str, str], *, default: bool) -> str:
    prefix, colon, local = written.partition(":")
    if colon:
        return namespaces.get(prefix, "") + local
    return namespaces.get("", "") + written if default else written


def read_tree(text: str, entities: Mapping[str, str]) -> XmlText:
    """The tree of a text that is known to be well-formed; `entities` are its own.

    Raises:
        EditError: the text is XML in a form that cannot be told apart safely.
    """
    start = 0
    declared = _DOCTYPE.search(text)
    opened = re.search(r"<[^!?\s]", text)
    if declared and (opened is None or declared.start() < opened.start() or entities):
        start = declared.end()
    builder = _Builder(text, entities)
    builder.build(start)
    if builder.root is None or builder.open is not None:
        raise EditError("the layout of the XML is not understood; save it from Protégé again")
    return XmlText(text, builder.root, tuple(builder.comments))
