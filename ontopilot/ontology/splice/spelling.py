"""How a file spells IRIs, so that new ones look like those around them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from ontopilot.ontology.splice.rdfxml_read import resolved
from ontopilot.ontology.terms import Iri

LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*$")
"""A local name that XML allows (NCName)."""

_REFERENCE = re.compile(r"&([\w.:-]+);")


def escaped_attribute(text: str) -> str:
    """A text as it stands between the quotation marks of an XML attribute."""
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def namespace_of(iri: str) -> str:
    """An IRI up to its last `#`, `/` or `:`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1]


class Spelling:
    """Learns from attribute values how a namespace is written: in full, as entity or relative."""

    def __init__(self, values: Iterable[tuple[str, Iri]], base: str) -> None:
        """`values` are attribute values as written, each with the IRI that it means."""
        self._base = base
        counted: dict[str, Counter[str]] = {}
        for written, iri in values:
            namespace = namespace_of(iri)
            local = escape(iri[len(namespace) :])
            if written.endswith(local) and local:
                start = written[: len(written) - len(local)]
                counted.setdefault(namespace, Counter())[start] += 1
        self._starts = {name: starts.most_common(1)[0][0] for name, starts in counted.items()}

    def attribute(self, iri: str) -> str:
        """An IRI as the value of an attribute, escaped."""
        namespace = namespace_of(iri)
        start = self._starts.get(namespace)
        local = iri[len(namespace) :]
        if start is None or (start == "" and ":" in local):
            return escaped_attribute(iri)
        if not _REFERENCE.search(start) and resolved(start + local, self._base) != iri:
            return escaped_attribute(iri)
        return start + escaped_attribute(local)


class Prefixes:
    """Names for elements out of the declared prefixes; new prefixes where none fits."""

    def __init__(self, declared: Mapping[str, str]) -> None:
        self._declared = dict(declared)
        self.new: dict[str, str] = {}

    def name(self, iri: Iri) -> str | None:
        """An IRI as a qualified name; nothing where no prefix could make it one."""
        fitting = [
            (len(namespace), bool(prefix), prefix)
            for prefix, namespace in {**self._declared, **self.new}.items()
            if prefix != "xml" and namespace and iri.startswith(namespace)
            if LOCAL_NAME.match(iri[len(namespace) :])
        ]
        if fitting:
            _, _, prefix = max(fitting)
            local = iri[len({**self._declared, **self.new}[prefix]) :]
            return f"{prefix}:{local}" if prefix else local
        return self._invented(iri)

    def _invented(self, iri: Iri) -> str | None:
        at = max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1
        while at < len(iri) and not LOCAL_NAME.match(iri[at:]):
            at += 1
        if at in (0, len(iri)):
            return None
        namespace = iri[:at]
        wanted = _KNOWN.get(namespace) or _short(namespace)
        prefix, number = wanted, 1
        while prefix in self._declared or prefix in self.new:
            prefix, number = f"{wanted}{number}", number + 1
        self.new[prefix] = namespace
        return f"{prefix}:{iri[at:]}"


_KNOWN = {
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2001/XMLSchema#": "xsd",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.obolibrary.org/obo/": "obo",
    "urn:ontopilot:": "op",
}


def _short(namespace: str) -> str:
    """A prefix out of the last word of a namespace, as Protégé makes them."""
    words = re.findall(r"[A-Za-z][\w-]*", namespace.rpartition("//")[2])
    last = words[-1].partition(".")[0].lower() if words else "ns"
    return "ns" if last.startswith("xml") else last
