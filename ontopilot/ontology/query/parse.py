"""A SPARQL 1.1 text as the parse tree of rdflib, its names resolved, or why it cannot be read."""

import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Iri, Literal, QueryViolation

MAX_CHARACTERS = 300_000
"""A longer text is not read: the parser takes about a second for 15,000 characters."""

MAX_DEPTH = 300
"""Brackets within brackets that are read."""

STANDARD_PREFIXES: Mapping[str, str] = {
    "rdf": v.RDF,
    "rdfs": v.RDFS,
    "owl": v.OWL,
    "xsd": v.XSD,
}
"""Prefixes that SPARQL stores know without a declaration."""

_DEEP_STACK = 256 * 2**20
_DEEP_RECURSION = 100_000
_DEEPENING = threading.Lock()
_ESCAPED = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_INVISIBLE = re.compile(
    r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*""",
    re.S,
)
"""Texts, IRIs and comments, in which brackets mean nothing."""

_HINTS = (
    (
        re.compile(
            r"^\s*(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b", re.I | re.M
        ),
        "an update cannot be checked; write a SELECT, ASK, CONSTRUCT or DESCRIBE query",
    ),
    (
        re.compile(r"\bSELECT\b[^{}()]*\b(?:COUNT|SUM|AVG|MIN|MAX|SAMPLE|GROUP_CONCAT)\s*\(", re.I),
        "an aggregate in SELECT needs parentheses and a name, as in (COUNT(?x) AS ?number)",
    ),
    (
        re.compile(r"\bSELECT\b[^{}()]*\?\w+\s*,", re.I),
        "variables in SELECT are separated by spaces, not commas",
    ),
)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as a tree of rdflib's `CompValue`.

    In it IRIs are absolute `URIRef`, literals are `Literal` of the ontology layer, and an
    expression of one operand is that operand. `prefixes` are those that the query may use.
    """

    tree: Any
    prefixes: Mapping[str, str]


def parse(text: str, known: Mapping[str, str]) -> Parsed | tuple[QueryViolation, ...]:
    """Read a query (W3C SPARQL 1.1 Query Language); `known` are the prefixes of the ontology.

    Raises:
        RecursionError: the nesting is deeper than the stack; see `on_a_deep_stack`.
    """
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    if len(text) > MAX_CHARACTERS:
        return (_too_large(f"has {len(text):,} characters"),)
    if _depth(text) > MAX_DEPTH:
        return (_too_large("is nested too deeply"),)
    try:
        prologue, tree = parseQuery(text)
    except ParseException as error:
        return (QueryViolation("syntax", _unreadable(text, error.loc)),)
    except ValueError as error:
        return (
            QueryViolation("syntax", f"The query has an escape that is no character: {error}."),
        )
    declared = dict(STANDARD_PREFIXES)
    names = _Names(declared, "")
    for one in prologue:
        names = names.then(one)
    missing = sorted({name for name in _prefixes(tree) if name not in names.prefixes})
    if missing:
        return tuple(_undeclared(name, known) for name in missing)
    return Parsed(names.resolved(tree), names.prefixes)


def on_a_deep_stack(work: Callable[[], _Result]) -> _Result | QueryViolation:
    """Do work whose recursion is as deep as a query is long, which Python's limit is too low for.

    rdflib's grammar recurses for every subject of a pattern. The work runs in a thread with a
    large stack; the limit, which the process shares, is raised only until it has ended.
    """
    found: list[_Result | QueryViolation | BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except RecursionError:
            found.append(_too_large("has too many patterns"))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            found.append(error)

    with _DEEPENING:
        size, limit = threading.stack_size(), sys.getrecursionlimit()
        try:
            threading.stack_size(_DEEP_STACK)
            sys.setrecursionlimit(max(limit, _DEEP_RECURSION))
            thread = threading.Thread(target=run, name="query-check")
            thread.start()
            threading.stack_size(size)
            thread.join()
        finally:
            threading.stack_size(size)
            sys.setrecursionlimit(limit)
    (result,) = found
    if isinstance(result, BaseException):
        raise result
    return result


@dataclass(frozen=True, slots=True)
class _Names:
    """What prefixed and relative names stand for."""

    prefixes: dict[str, str]
    base: str

    def then(self, declaration: Any) -> "_Names":
        """The names after one more PREFIX or BASE."""
        iri = str(self._absolute(declaration.iri))
        if declaration.name == "Base":
            return _Names(self.prefixes, iri)
        return _Names({**self.prefixes, declaration.prefix or "": iri}, self.base)

    def resolved(self, tree: Any) -> Any:
        from rdflib.plugins.sparql.algebra import traverse

        return traverse(tree, visitPost=self._resolve)

    def _absolute(self, iri: Any) -> Any:
        from rdflib import URIRef

        return URIRef(iri, base=self.base) if self.base else URIRef(iri)

    def _resolve(self, node: Any) -> Any:
        from rdflib import Literal as RdfLiteral
        from rdflib import URIRef

        if isinstance(node, URIRef):
            return self._absolute(node)
        if isinstance(node, RdfLiteral):
            return Literal(str(node), Iri(str(node.datatype or v.XSD_STRING)), node.language or "")
        name = getattr(node, "name", "")
        if name == "pname":
            return URIRef(
                self.prefixes[node.prefix or ""] + _ESCAPED.sub(r"\1", node.localname or "")
            )
        if name == "literal":
            return _literal(node)
        if name in _CHAINS and not node.other:
            return node.expr
        return None


_CHAINS = {
    "ConditionalOrExpression",
    "ConditionalAndExpression",
    "RelationalExpression",
    "AdditiveExpression",
    "MultiplicativeExpression",
}


def _literal(node: Any) -> Literal:
    text = node.string.value
    if node.lang:
        return Literal(text, v.RDF_LANG_STRING, str(node.lang).lower())
    return Literal(text, Iri(str(node.datatype or v.XSD_STRING)))


def _prefixes(tree: Any) -> Iterator[str]:
    """The prefixes that a tree uses."""
    from rdflib.plugins.sparql.algebra import traverse

    used: set[str] = set()

    def look(node: Any) -> None:
        if getattr(node, "name", "") == "pname":
            used.add(node.prefix or "")

    traverse(tree, visitPre=look)
    yield from used


def _undeclared(prefix: str, known: Mapping[str, str]) -> QueryViolation:
    if prefix in known:
        repair = f"add the line PREFIX {prefix}: <{known[prefix]}>"
    else:
        named = [f"{name}: <{iri}>" for name, iri in sorted(known.items()) if iri not in _STANDARD]
        others = f", such as PREFIX {', PREFIX '.join(named[:3])}" if named else ""
        repair = f"declare it, or use a prefix of the ontology{others}"
    return QueryViolation(
        "undeclared-prefix", f"The query uses the prefix {prefix}: without declaring it; {repair}."
    )


_STANDARD = frozenset(STANDARD_PREFIXES.values())


def _unreadable(text: str, at: int) -> str:
    """Where a text stops being SPARQL, and what may be wrong with it."""
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    rest = " ".join(text[at : at + 60].split())
    place = f"line {line}, column {column}"
    said = f"cannot be read from {rest!r} on" if rest else "ends too early"
    return f"The query is not valid SPARQL 1.1: at {place} it {said}{_hint(text)}."


def _hint(text: str) -> str:
    visible = _INVISIBLE.sub(" ", text)
    for opening, closing in ("{}", "()", "[]"):
        more = visible.count(opening) - visible.count(closing)
        if more > 0:
            return f"; {more} {opening!r} {'is' if more == 1 else 'are'} not closed"
        if more < 0:
            return f"; {-more} {closing!r} too many"
    if not visible.strip():
        return "; it is empty"
    return next((f"; {said}" for pattern, said in _HINTS if pattern.search(visible)), "")


def _depth(text: str) -> int:
    """How many brackets are open at once."""
    deepest = depth = 0
    for letter in re.findall(r"[\[\](){}]", _INVISIBLE.sub(" ", text)):
        depth = depth + 1 if letter in "[({" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _too_large(how: str) -> QueryViolation:
    return QueryViolation(
        "too-large",
        f"The query {how}, more than can be checked ({MAX_CHARACTERS:,} characters and {MAX_DEPTH} "
        "brackets within brackets at most); ask for less at once.",
    )
