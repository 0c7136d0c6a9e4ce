"""A file on disk: read within limits, its syntax told from its content."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from ontopilot.errors import OntologyNotFound, OntologySyntaxError
from ontopilot.ontology.files.xmlguard import XmlHead, read_xml

Syntax = Literal["RDF/XML", "OWL/XML", "Turtle", "JSON-LD", "functional", "Manchester", "OBO"]

MAX_BYTES = 300_000_000
"""A larger file is refused: it would not fit the memory that a snapshot may take."""

_COMMENTS = re.compile(r"(?:\s+|#[^\n]*\n|#[^\n]*$)+")
_IRI_LINE = re.compile(r"<[^\s<>\"]*>\s+<?[\w:]")
_TURTLE = re.compile(r"@(?:prefix|base)\b|(?:PREFIX|BASE)\s+[^\n]*<|_:|[\w.-]*:[\w.%-]*\s", re.I)
_SYNTAXES: tuple[tuple[re.Pattern[str], Syntax | None], ...] = (
    (_IRI_LINE, "Turtle"),
    (re.compile("<"), None),
    (re.compile(r"(?:Prefix|Ontology|Document)\s*\("), "functional"),
    (re.compile(r"(?:Prefix|Ontology|Import|Class|Namespace)\s*:"), "Manchester"),
    (re.compile("format-version:"), "OBO"),
    (re.compile(r"\{|\[\s*[\[{\]]"), "JSON-LD"),
    (_TURTLE, "Turtle"),
    (re.compile(r"\["), "Turtle"),
)
"""How each syntax begins, after comments; none of them is XML."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte order marks, and what they say."""


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one ontology file: UTF-8 text as bytes, its syntax and its hash."""

    path: Path
    data: bytes
    syntax: Syntax
    digest: str
    xml: XmlHead | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the text of a file is written as bytes: its byte order mark, and the codec."""

    mark: bytes
    name: str

    def encode(self, text: str) -> bytes:
        """The bytes of a text; a `UnicodeEncodeError` where it has letters that do not fit."""
        return self.mark + text.encode(self.name)


def read(path: Path, *, content: Path | None = None) -> Source:
    """Read a file and recognise its syntax; `content` is a file to read in place of it.

    Raises:
        OntologyNotFound: no file there, or it cannot be opened.
        OntologySyntaxError: empty, binary, too large, or in no syntax that is known.
    """
    return recognise(path, read_bytes(content or path))


def recognise(path: Path, raw: bytes) -> Source:
    """The source that the content of a file is.

    Raises:
        OntologySyntaxError: binary, or in no syntax that is known.
    """
    digest = digest_of(raw)
    text, _ = decode(path, raw)
    syntax = _sniff(path, text)
    if syntax is not None:
        return Source(path, text.encode(), syntax, digest)
    head, text = read_xml(path, text)
    return Source(path, text.encode(), head.syntax, digest, head)


def digest_of(raw: bytes) -> str:
    """The hash by which the content of a file is known."""
    return blake2b(raw, digest_size=16).hexdigest()


def version_of(digests: Iterable[str]) -> str:
    """The version of a snapshot by the digests of its sources, in their order."""
    digest = blake2b(digest_size=8)
    for one in digests:
        digest.update(one.encode())
    return digest.hexdigest()


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        OntologyNotFound: no file there, or it cannot be opened.
        OntologySyntaxError: empty or too large.
    """
    if not path.exists():
        raise OntologyNotFound(f"no ontology file at {str(path)!r}; check the path")
    if not path.is_file():
        raise OntologyNotFound(
            f"{str(path)!r} is not a file; give the path of the ontology file itself"
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise OntologySyntaxError(
                f"{path}: {size / 1e6:,.0f} MB is more than the {MAX_BYTES / 1e6:,.0f} MB that "
                "ontopilot reads; split the ontology or extract the module that you need"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise OntologyNotFound(
            f"{str(path)!r} cannot be opened ({error.strerror}); check its permissions"
        ) from error
    if not raw.strip():
        raise OntologySyntaxError(
            f"{path}: the file is empty ({len(raw)} bytes); save the ontology again"
        )
    return raw


def decode(path: Path, raw: bytes) -> tuple[str, Encoding]:
    """The text of a file, without a byte order mark, and its encoding.

    Raises:
        OntologySyntaxError: it is no text in the encoding that it declares.
    """
    encoding = _encoding(raw)
    try:
        text = raw[len(encoding.mark) :].decode(encoding.name)
    except (UnicodeDecodeError, LookupError) as error:
        at = error.start + len(encoding.mark) if isinstance(error, UnicodeDecodeError) else 0
        raise OntologySyntaxError(
            f"{path}: not text in {encoding.name!r} (byte {at} is "
            f"{raw[at : at + 1]!r}); an ontology is a text file: save it from the editor again"
        ) from None
    if "\0" in text:
        raise OntologySyntaxError(
            f"{path}: a binary file (it begins with {raw[:8]!r}); an ontology is a text file: "
            "unpack it or save it from the editor again"
        )
    return text, encoding


def _encoding(raw: bytes) -> Encoding:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return Encoding(mark, name)
    declared = re.match(rb"<\?xml[^>]{0,200}?encoding=[\"']([\w.-]{1,40})", raw)
    return Encoding(b"", declared[1].decode("ascii").lower() if declared else "utf-8")


def _sniff(path: Path, text: str) -> Syntax | None:
    """The syntax of a text, or nothing when it is XML."""
    skipped = _COMMENTS.match(text)
    start = skipped.end() if skipped else 0
    head = text[start : start + 4096]
    for pattern, syntax in _SYNTAXES:
        if pattern.match(head):
            return syntax
    raise OntologySyntaxError(
        f"{path}: begins with {head[:40]!r}, which is none of RDF/XML, OWL/XML, Turtle, N-Triples, "
        "JSON-LD, functional, Manchester or OBO syntax; save the ontology in one of them"
    )
