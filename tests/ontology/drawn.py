"""Random texts, values and class expressions, each with the triples that OWL 2 maps it to.

The mapping is written here a second time, by the W3C's tables, so that what the editor writes is
compared with something else than the editor's own mapping.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.terms import TermKind

TEXTS = [
    "plain",
    "",
    " spaces at both ends ",
    'with "quotes" & <tags>',
    "Größe · 大きさ",
    "two\nlines",
    "tab\tand\rreturn\r\n",
    "it's 007",
    "]]> \\ end",
    "ends in a backslash \\",
    'ends in a quotation mark "',
    "\"\"\" three ''' marks",
    "&amp; &lt; &#65; &unknown;",
    "<!-- no comment --> <?pi?> <![CDATA[x]]>",
    "\\u0041 \\n \\t",
    "🫖 👩‍🍳 é",
    "\u202eright to left\u202c \u200f\u2067אבג\u2069 \ufeff",
    "\u2028line\u2029 \x85 \xa0 \x9f \u3000",
    "# no comment ; . , [ ] ( ) ^^ @en {{x}} %20 ' ''",
    "a" * 3000,
]
"""Texts that a careless writer would damage; all of them can stand in every syntax."""

UNWRITABLE = ["nul \x00", "bell \x07", "form feed \x0c", "half \ud83e a pair", "none \uffff"]
"""Texts that XML cannot hold, so that an edit with one is refused."""

SKOS = v.SKOS_ALT_LABEL.removesuffix("altLabel")
SYNONYMS = (v.SKOS_ALT_LABEL, v.SKOS_DEFINITION)
LANGUAGES = ["en", "de-CH", "zh-Hant-TW", "x-klingon", "sr-latn", "es-419"]
VALUES = [
    ("integer", "007"),
    ("integer", "-0"),
    ("decimal", "15.0"),
    ("decimal", "+.50"),
    ("double", "1E-3"),
    ("double", "NaN"),
    ("boolean", "1"),
    ("boolean", "true"),
    ("date", "2026-02-29"),
    ("dateTime", "2026-11-30T20:02:30.000+01:00"),
    ("anyURI", "https://example.org/a?b=1&c=2#d"),
    ("hexBinary", "0aFF"),
    ("integer", "no number"),
    ("string", "a text"),
]
"""Values whose letters must stay, those among them that do not belong to their datatype."""


@dataclass
class Said:
    """An expression: its Manchester syntax, its node, and the triples that describe it."""

    text: str
    node: Node
    triples: list[Triple] = field(default_factory=list)


def owl(name: str) -> Iri:
    return Iri(v.OWL + name)


def quoted(text: str) -> str:
    """A text as a string of Manchester syntax."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, Iri(v.XSD + datatype))


def written(value: Literal) -> str:
    """A literal in Manchester syntax."""
    if value.language:
        return f"{quoted(value.value)}@{value.language}"
    return f"{quoted(value.value)}^^<{value.datatype}>"


class Drawing:
    """Draws from a seeded generator; `terms` are the terms of each kind that it may use."""

    def __init__(self, rng: random.Random, terms: dict[TermKind, list[Iri]], number: int) -> None:
        self.rng = rng
        self.terms = terms
        self._blanks = (Iri(f"_:drawn{number}.{place}") for place in count())

    def term(self, kind: TermKind) -> Iri | None:
        found = self.terms.get(kind)
        return self.rng.choice(found) if found else None

    def text(self) -> str:
        return self.rng.choice(TEXTS)

    def worded(self) -> Literal:
        """A text in a language."""
        return Literal(self.text(), v.RDF_LANG_STRING, self.rng.choice(LANGUAGES))

    def value(self) -> Literal:
        """A typed value, or a text in a language or none."""
        if self.rng.random() < 0.3:
            return self.worded() if self.rng.random() < 0.5 else typed(self.text(), "string")
        datatype, value = self.rng.choice(VALUES)
        return typed(value, datatype)

    def expression(self, depth: int = 3) -> Said | None:
        """A class expression that is no mere name; nothing where the terms for it are missing."""
        forms: Sequence[Callable[[int], Said | None]] = (
            self._quantified,
            self._counted,
            self._joined,
            self._negated,
            self._enumerated,
            self._valued,
            self._of_data,
            self._looped,
        )
        for form in self.rng.sample(forms, len(forms)):
            found = form(depth)
            if found is not None:
                return found
        return None

    def _class(self, depth: int) -> Said | None:
        if depth and self.rng.random() < 0.5:
            return self.expression(depth - 1)
        name = self.term("class")
        return Said(f"<{name}>", name) if name else None

    def _property(self) -> Said | None:
        name = self.term("object_property")
        if name is None:
            return None
        if self.rng.random() < 0.7:
            return Said(f"<{name}>", name)
        return self._node(f"inverse <{name}>", None, (v.OWL_INVERSE, Said("", name)))

    def _node(self, text: str, kind: Iri | None, *about: tuple[Iri, Said]) -> Said:
        """A blank node of a type with what is said of it."""
        node = next(self._blanks)
        made = Said(text, node, [(node, v.RDF_TYPE, kind)] if kind else [])
        for predicate, part in about:
            made.triples += [(node, predicate, part.node), *part.triples]
        return made

    def _list(self, parts: Sequence[Said]) -> Said:
        head = Said("", v.RDF_NIL)
        for part in reversed(parts):
            cell = next(self._blanks)
            here = [(cell, v.RDF_FIRST, part.node), (cell, v.RDF_REST, head.node)]
            head = Said("", cell, [*here, *part.triples, *head.triples])
        return head

    def _quantified(self, depth: int) -> Said | None:
        prop, filler = self._property(), self._class(depth)
        if prop is None or filler is None:
            return None
        word, name = self.rng.choice((("some", "someValuesFrom"), ("only", "allValuesFrom")))
        return self._restriction(f"{word} ({filler.text})", prop, (owl(name), filler))

    def _restriction(self, text: str, prop: Said, *about: tuple[Iri, Said]) -> Said:
        on = (owl("onProperty"), prop)
        return self._node(f"{prop.text} {text}", owl("Restriction"), on, *about)

    def _counted(self, depth: int) -> Said | None:
        prop, filler = self._property(), self._class(depth)
        if prop is None or filler is None:
            return None
        number = self.rng.randrange(1000)
        word, plain, qualified = self.rng.choice(
            (
                ("min", "minCardinality", "minQualifiedCardinality"),
                ("max", "maxCardinality", "maxQualifiedCardinality"),
                ("exactly", "cardinality", "qualifiedCardinality"),
            )
        )
        said = Said("", typed(str(number), "nonNegativeInteger"))
        if self.rng.random() < 0.4:
            return self._restriction(f"{word} {number}", prop, (owl(plain), said))
        text = f"{word} {number} ({filler.text})"
        return self._restriction(text, prop, (owl(qualified), said), (owl("onClass"), filler))

    def _joined(self, depth: int) -> Said | None:
        parts = [self._class(depth) for _ in range(self.rng.randint(2, 3))]
        found = [one for one in parts if one is not None]
        if len(found) < 2 or len({one.text for one in found}) < len(found):
            return None
        word, name = self.rng.choice((("and", "intersectionOf"), ("or", "unionOf")))
        text = f" {word} ".join(f"({one.text})" for one in found)
        return self._node(text, owl("Class"), (owl(name), self._list(found)))

    def _negated(self, depth: int) -> Said | None:
        inner = self._class(depth)
        if inner is None:
            return None
        return self._node(f"not ({inner.text})", owl("Class"), (owl("complementOf"), inner))

    def _enumerated(self, depth: int) -> Said | None:
        names = self.terms.get("individual", [])
        if not names:
            return None
        chosen = self.rng.sample(names, min(len(names), 2))
        text = "{" + ", ".join(f"<{one}>" for one in chosen) + "}"
        parts = self._list([Said("", one) for one in chosen])
        return self._node(text, owl("Class"), (owl("oneOf"), parts))

    def _valued(self, depth: int) -> Said | None:
        prop, name = self._property(), self.term("individual")
        if prop is None or name is None:
            return None
        return self._restriction(f"value <{name}>", prop, (owl("hasValue"), Said("", name)))

    def _looped(self, depth: int) -> Said | None:
        prop = self._property()
        if prop is None:
            return None
        return self._restriction("Self", prop, (owl("hasSelf"), Said("", typed("true", "boolean"))))

    def _of_data(self, depth: int) -> Said | None:
        name = self.term("data_property")
        if name is None:
            return None
        prop = Said(f"<{name}>", name)
        if self.rng.random() < 0.4:
            value = self.value()
            return self._restriction(
                f"value {written(value)}", prop, (owl("hasValue"), Said("", value))
            )
        span = self.range()
        return self._restriction(f"some {span.text}", prop, (owl("someValuesFrom"), span))

    def range(self) -> Said:
        """A datatype, or one with facets."""
        datatype = Iri(v.XSD + self.rng.choice(("decimal", "integer", "string", "dateTime")))
        if self.rng.random() < 0.4:
            return Said(f"<{datatype}>", datatype)
        low, high = typed(str(self.rng.randrange(99)), "integer"), typed("100.50", "decimal")
        facets = [
            self._node("", None, (Iri(v.XSD + name), Said("", value)))
            for name, value in (("minInclusive", low), ("maxExclusive", high))
        ]
        text = f"<{datatype}>[>= {low.value}, < {high.value}]"
        return self._node(
            text,
            v.RDFS_DATATYPE,
            (owl("onDatatype"), Said("", datatype)),
            (owl("withRestrictions"), self._list(facets)),
        )

    def chain(self) -> Said | None:
        """A chain of two properties or more."""
        steps = [self._property() for _ in range(self.rng.randint(2, 3))]
        found = [one for one in steps if one is not None]
        if len(found) < 2:
            return None
        head = self._list(found)
        return Said(" o ".join(one.text for one in found), head.node, head.triples)
