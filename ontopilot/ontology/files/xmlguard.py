"""XML before any other parser sees it: well-formed, nothing external, entities bounded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from ontopilot.errors import OntologySyntaxError

MAX_ENTITY_CHARACTERS = 10_000
"""The longest replacement text of one entity: editors write namespaces, under 200 characters."""

MAX_EXPANSION = 64_000_000
"""The most characters that all entities of a file may add up to."""

_OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl# Ontology"
_RDF_ROOT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# RDF"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_REFERENCE = re.compile(r"&([\w.:-]+);")
_BARE_AMPERSAND = re.compile(r"&(?![\w.:#-]+;)")


@dataclass(frozen=True, slots=True)
class XmlHead:
    """What the first pass over an XML file tells: its syntax, prefixes and entities.

    The values of the entities are XML themselves, without references to other entities.
    """

    syntax: Literal["RDF/XML", "OWL/XML"]
    prefixes: Mapping[str, str]
    entities: Mapping[str, str]


def read_xml(path: Path, text: str) -> tuple[XmlHead, str]:
    """Check XML text; return its head and the text with its entities expanded.

    Lines end with a line feed, as XML 1.0 (2.11) has it and the bulk parser does not.

    Raises:
        OntologySyntaxError: not well-formed, cut off, external or excessive entities, or a
            document that is no ontology.
    """
    text = _DECLARATION.sub("", text, count=1)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    guard = _Guard(path)
    guard.parse(text.encode())
    if guard.root == _RDF_ROOT:
        return XmlHead("RDF/XML", guard.prefixes, guard.values), guard.expand(text)
    if guard.root == _OWL_ONTOLOGY:
        return XmlHead("OWL/XML", guard.prefixes, guard.values), guard.expand(text)
    found = guard.root.rsplit(" ", 1)[-1]
    raise OntologySyntaxError(
        f"{path}: XML whose outermost element is {found!r}, which is neither rdf:RDF nor an OWL "
        "Ontology; save the ontology as RDF/XML or OWL/XML"
    )


class _Guard:
    """One pass of expat that resolves nothing outside the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = ""
        self.prefixes: dict[str, str] = {}
        self.entities: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.body = 0
        parser = expat.ParserCreate("utf-8", " ")
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.EndDoctypeDeclHandler = self._doctype_ends
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        self.parser = parser

    def parse(self, data: bytes) -> None:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages[error.code]
            raise OntologySyntaxError(
                f"{self.path}, line {error.lineno}, column {error.offset + 1}: not well-formed "
                f"XML ({reason}); the file is damaged or cut off: save it from the editor again"
            ) from None

    def expand(self, text: str) -> str:
        """The text with its own entities replaced, so that every parser reads the same."""
        if not self.entities:
            return text
        data = text.encode()
        head, body = data[: self.body].decode(), data[self.body :].decode().removeprefix(">")
        total = sum(body.count(f"&{name};") * len(value) for name, value in self.values.items())
        if total > MAX_EXPANSION:
            raise self._refuse(f"its entities expand to {total:,} characters")
        replaced = _REFERENCE.sub(lambda found: self.values.get(found[1], found[0]), body)
        return "\n" * head.count("\n") + replaced

    def _doctype_ends(self) -> None:
        self.body = self.parser.CurrentByteIndex
        self.values = {
            name: self._value(name, ()).replace("<", "&lt;").replace('"', "&quot;")
            for name in self.entities
        }

    def _value(self, name: str, within: tuple[str, ...]) -> str:
        if name in within or len(within) > 8:
            raise self._refuse(f"entity {name!r} is defined through itself")
        value = self.entities[name]
        for inner in set(_REFERENCE.findall(value)) & self.entities.keys():
            value = value.replace(f"&{inner};", self._value(inner, (*within, name)))
            if len(value) > MAX_ENTITY_CHARACTERS:
                raise self._refuse(f"entity {name!r} expands without bound")
        return _BARE_AMPERSAND.sub("&amp;", value)

    def _refuse(self, what: str) -> OntologySyntaxError:
        return OntologySyntaxError(
            f"{self.path}: {what}, which ontopilot refuses to read; write the text without the "
            "entity"
        )

    def _entity(  # noqa: PLR0917 - expat calls it so
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system: str | None,
        public: str | None,
        notation: str | None,
    ) -> None:
        if is_parameter or value is None:
            raise self._refuse(f"entity {name!r} points outside the file ({system!r})")
        if len(value) > MAX_ENTITY_CHARACTERS:
            raise self._refuse(f"entity {name!r} has {len(value):,} characters")
        self.entities[name] = value

    def _external(
        self, context: str | None, base: str | None, system: str | None, public: str | None
    ) -> int:
        raise self._refuse(f"it refers to the external entity {system!r}")

    def _namespace(self, prefix: str | None, uri: str) -> None:
        self.prefixes.setdefault(prefix or "", uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = name
        self.parser.StartElementHandler = None
        self.parser.StartNamespaceDeclHandler = None
