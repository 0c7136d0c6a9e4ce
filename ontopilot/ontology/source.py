"""A file on disk: read within limits, its syntax told from its content."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from ontopilot.errors import OntologyNotFound, OntologySyntaxError
from ontopilot.ontology.xmlguard import XmlHead, read_xml

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


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one ontology file: UTF-8 text as bytes, its syntax and its hash."""

    path: Path
    data: bytes
    syntax: Syntax
    digest: str
    xml: XmlHead | None = None


def read(path: Path, *, content: Path | None = None) -> Source:
    """Read a file and recognise its syntax; `content` is a file to read in place of it.

    Raises:
        OntologyNotFound: no file there, or it cannot be opened.
        OntologySyntaxError: empty, binary, too large, or in no syntax that is known.
    """
    raw = _bytes(content or path)
    digest = digest_of(raw)
    text = _decode(path, raw)
    syntax = _sniff(path, text)
    if syntax is not None:
        return Source(path, text.encode(), syntax, digest)
    head, text = read_xml(path, text)
    return Source(path, text.encode(), head.syntax, digest, head)


def digest_of(raw: bytes) -> str:
    """The digest of a file's bytes."""
    return blake2b(raw, digest_size=16).hexdigest()


def _bytes(path: Path) -> bytes:
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


def _decode(path: Path, raw: bytes) -> str:
    encoding = "utf-8-sig"
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    elif declared := re.match(rb"<\?xml[^>]{0,200}?encoding=[\"']([\w.-]{1,40})", raw):
        name = declared[1].decode("ascii")
        encoding = "utf-8-sig" if name.lower() in {"utf-8", "utf8"} else name
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise OntologySyntaxError(
            f"{path}: not text in {encoding.removesuffix('-sig')!r} (byte {at} is "
            f"{raw[at : at + 1]!r}); an ontology is a text file: save it from the editor again"
        ) from None
    if "\0" in text:
        raise OntologySyntaxError(
            f"{path}: a binary file (it begins with {raw[:8]!r}); an ontology is a text file: "
            "unpack it or save it from the editor again"
        )
    return text


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
