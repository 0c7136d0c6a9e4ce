"""Which term a name means: `prefix:Name`, an IRI, the end of an IRI, or a label."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from ontopilot.errors import EditError, UnknownTerm
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import every_kind, first_kind
from ontopilot.ontology.rdf.names import local_name, namespace, prefixed
from ontopilot.ontology.rdf.triples import Triples
from ontopilot.ontology.terms import Iri, Literal, TermKind

STANDARD: Mapping[str, str] = {
    "owl": v.OWL,
    "rdf": v.RDF_TYPE.removesuffix("type"),
    "rdfs": v.RDFS_LABEL.removesuffix("label"),
    "xsd": v.XSD,
    "skos": v.SKOS_ALT_LABEL.removesuffix("altLabel"),
    "op": v.OP,
}
"""Prefixes that every file may use."""

_ABSOLUTE = re.compile(r"<?([A-Za-z][\w+.-]*:[^\s<>\"{}|\\^`]*[/:#][^\s<>\"{}|\\^`]*)>?$")
_LOCAL = re.compile(r"[^\s<>\"{}|\\^`:/#?]+$")
_BUILT_IN: dict[Iri, TermKind] = {
    v.OWL_THING: "class",
    v.OWL_NOTHING: "class",
    v.OWL_TOP_OBJECT: "object_property",
    Iri(v.OWL + "bottomObjectProperty"): "object_property",
    v.OWL_TOP_DATA: "data_property",
    Iri(v.OWL + "bottomDataProperty"): "data_property",
    v.RDFS_LITERAL: "datatype",
    v.RDF_PLAIN_LITERAL: "datatype",
    Iri(v.RDF_TYPE.removesuffix("type") + "XMLLiteral"): "datatype",
    v.OWL_DEPRECATED: "annotation_property",
    **{
        Iri(STANDARD["rdfs"] + name): "annotation_property"
        for name in ("label", "comment", "seeAlso", "isDefinedBy")
    },
    **{
        Iri(v.OWL + name): "annotation_property"
        for name in ("versionInfo", "priorVersion", "backwardCompatibleWith", "incompatibleWith")
    },
}
"""Terms of the language that axioms may use, undeclared."""

ANNOTATIONS = {
    *v.SYNONYMS,
    *v.DEFINITIONS,
    v.SKOS_PREF_LABEL,
    v.OP_IDENTIFIER_PATTERN,
    v.OP_UNIT,
} - _BUILT_IN.keys()
"""Annotation properties that are known by their vocabulary and declared where they are used."""


def absolute(name: str) -> Iri | None:
    """The IRI that a name is, with or without angle brackets, if it is an absolute one."""
    import pyoxigraph

    found = _ABSOLUTE.match(name)
    if found is None or "\0" in name:
        return None
    try:
        return Iri(pyoxigraph.NamedNode(found[1]).value)
    except ValueError:
        return None


def candidates(
    name: str, labels: Iterable[tuple[Iri, str]], prefixes: Mapping[str, str]
) -> tuple[Iri, ...]:
    """The terms that a name may mean, by IRI or prefix if it can, else by end of IRI or label."""
    pairs = list(labels)
    terms = {iri for iri, _ in pairs}
    if name in terms:
        return (Iri(name),)
    prefix, colon, local = name.partition(":")
    expanded = Iri(prefixes.get(prefix, "") + local) if colon else Iri("")
    if expanded in terms:
        return (expanded,)
    lowered = name.lower()
    found = [i for i, label in pairs if local_name(i) == name or label.lower() == lowered]
    return tuple(dict.fromkeys(found))


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of the message that a name is unknown."""
    from rapidfuzz import process

    best = process.extractOne(name, list(names), score_cutoff=70)
    return f"; did you mean {best[0]!r}?" if best else "; check the spelling"


class TermNames:
    """The names of a file and its imports, kept up with the edits; some imports may be missing."""

    def __init__(
        self,
        path: Path,
        ontology: Iri,
        triples: Triples,
        prefixes: Mapping[str, str],
        missing: Sequence[Iri],
    ) -> None:
        self._path = path
        self._missing = missing
        self._ontology = ontology
        self._prefixes = {**STANDARD, **prefixes}
        self._every = every_kind(triples)
        self._kinds = {iri: first_kind(kinds) for iri, kinds in self._every.items()}
        self._labels = [
            (iri, value.value)
            for predicate in (*v.LABELS, *v.SYNONYMS)
            for iri, value in triples.pairs(predicate)
            if isinstance(value, Literal) and iri in self._kinds
        ]

    @property
    def kinds(self) -> Mapping[Iri, TermKind]:
        """The kind of every term."""
        return self._kinds

    def kind(self, iri: Iri) -> TermKind | None:
        """The kind of a term, those of the language included."""
        if iri.startswith(v.XSD):
            return "datatype"
        known = self._kinds.get(iri) or _BUILT_IN.get(iri)
        return known or ("annotation_property" if iri in ANNOTATIONS else None)

    def kind_among(self, iri: Iri, wanted: Collection[TermKind]) -> TermKind | None:
        """The kind of a term; of one that is several things (punning), the one that is wanted."""
        known = self._every.get(iri, set()) & set(wanted)
        return first_kind(known) if known else self.kind(iri)

    def resolve(self, name: str) -> Iri:
        """The one term that a name means.

        Raises:
            UnknownTerm: there is none.
            EditError: there are several.
        """
        plain = name[1:-1] if name.startswith("<") and name.endswith(">") else name
        known = self._built_in(plain)
        if known is not None:
            return known
        pairs = [(iri, "") for iri in self._kinds] + self._labels
        found = candidates(plain, pairs, self._prefixes)
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(map(str, found[:3]))
            raise EditError(
                f"{self._path}: {name!r} may mean {listed}; write the IRI or prefix:Name"
            )
        raise UnknownTerm(f"{self._path}: no term {name!r}{self._advice(plain)}")

    def _advice(self, name: str) -> str:
        names = [local_name(iri) for iri in self._kinds]
        near = nearest(local_name(name.partition(":")[2]) or name, names)
        if not self._missing:
            return near
        return f"{near} (its import {str(self._missing[0])!r} is not on this disk, and may have it)"

    def _built_in(self, name: str) -> Iri | None:
        prefix, colon, local = name.partition(":")
        expanded = Iri(self._prefixes.get(prefix, prefix + ":") + local) if colon else Iri(name)
        if expanded in self._kinds:
            return None
        is_known = expanded in _BUILT_IN or expanded in ANNOTATIONS
        return expanded if is_known or expanded.startswith(v.XSD) else None

    def mint(self, name: str) -> Iri:
        """The IRI of a new term: an IRI, `prefix:Name`, or a name in the ontology's namespace.

        Raises:
            EditError: the name cannot be made an IRI, or belongs to the language.
        """
        whole = absolute(name)
        prefix, colon, local = name.partition(":")
        if colon and prefix in self._prefixes and _LOCAL.match(local):
            iri = Iri(self._prefixes[prefix] + local)
        elif whole is not None:
            iri = whole
        elif not colon and _LOCAL.match(name):
            iri = Iri(self._namespace() + name)
        else:
            raise EditError(
                f"{name!r} cannot name a term; write an IRI, prefix:Name with a prefix of the "
                "file, or a name without spaces"
            )
        if iri.startswith(v.BUILT_IN):
            raise EditError(f"{name!r} belongs to the language OWL; choose a name of your own")
        return iri

    def _namespace(self) -> str:
        counted = Counter(
            namespace(iri) for iri in self._kinds if iri.startswith(self._ontology.rstrip("#/"))
        )
        if counted:
            return counted.most_common(1)[0][0]
        default = self._prefixes.get("", "")
        is_own = default.endswith(("#", "/")) and not default.startswith(v.BUILT_IN)
        return default if is_own else self._ontology.rstrip("#/") + "#"

    def declare(self, iri: Iri, kind: TermKind) -> None:
        """Note a new term."""
        self._kinds.setdefault(iri, kind)
        self._every.setdefault(iri, {kind})

    def forget(self, iri: Iri) -> None:
        """Note that a term is gone."""
        self._kinds.pop(iri, None)
        self._every.pop(iri, None)
        self._labels = [pair for pair in self._labels if pair[0] != iri]

    def rename(self, old: Iri, new: Iri) -> None:
        """Note that a term has another IRI."""
        if old in self._kinds:
            self._kinds[new] = self._kinds.pop(old)
            self._every[new] = self._every.pop(old)
        self._labels = [(new if iri == old else iri, label) for iri, label in self._labels]

    def short(self, iri: Iri) -> str:
        """What people read of an IRI: its end, with the prefix where one is declared."""
        written = prefixed(iri, self._prefixes)
        return written.removeprefix(":") or f"<{iri}>"
