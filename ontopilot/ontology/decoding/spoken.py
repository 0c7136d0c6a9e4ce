"""Names for what a model reads and writes: short, readable, one for each term or value."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.names import local_name, prefixed
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

LONGEST = 60
"""Characters of a name before what sets it apart; a longer label is cut."""

_SAID: Mapping[Node, str] = {v.RDF_TYPE: "is a", v.RDFS_SUBCLASS: "is a kind of"}


def names_of(ontology: "Ontology", nodes: Iterable[Node]) -> dict[Node, str]:
    """A name for each node: its label, set apart by its prefixed name where others share it.

    Names differ by more than case, hold no line breaks or control characters, and depend on the
    set of nodes alone. A literal is called by its text.

    Example:
        >>> names_of(shop, [kettle, Literal("24", XSD_INTEGER)])  # doctest: +SKIP
        {'http://example.org/shop#AquaBoil2': 'AquaBoil 2', Literal('24', …): '24'}
    """
    words = {node: _word(ontology, node) for node in sorted(set(nodes), key=node_key)}
    shared = Counter(word.casefold() for word in words.values())
    names = {node: word for node, word in words.items() if shared[word.casefold()] == 1}
    used = {name.casefold() for name in names.values()}
    for node, word in words.items():
        if node not in names:
            names[node] = _apart(word, short_name(ontology, node), used)
            used.add(names[node].casefold())
    return names


def node_key(node: Node) -> tuple[str, str, str, str]:
    """What nodes are sorted by: IRIs first, then literals by text, datatype and language."""
    if isinstance(node, Literal):
        return ("literal", node.value, node.datatype, node.language)
    return ("", node, "", "")


def short_name(ontology: "Ontology", node: Node) -> str:
    """`prefix:Name` of a term by the prefixes of its file; a literal's language or datatype."""
    if isinstance(node, Literal):
        return node.language or local_name(node.datatype)
    named = {prefix: space for prefix, space in ontology.prefixes.items() if prefix}
    return prefixed(node, named) or local_name(node)


def _word(ontology: "Ontology", node: Node) -> str:
    if isinstance(node, Literal):
        return _tidy(node.value) or "(empty)"
    label = _SAID.get(node) or ontology.label(node)
    return _tidy(label) or _tidy(short_name(ontology, node)) or "(unnamed)"


def _tidy(text: str) -> str:
    """A text on one line, without what does not print, cut at a word when it is long."""
    line = "".join(letter for letter in " ".join(text.split()) if letter.isprintable()).strip()
    if len(line) <= LONGEST:
        return line
    cut = line.rfind(" ", LONGEST // 2, LONGEST)
    return line[: cut if cut > 0 else LONGEST - 1] + "…"


def _apart(word: str, short: str, used: set[str]) -> str:
    """A word with what sets it apart, and a number where even that is taken."""
    mark = _tidy(short)
    name, number = f"{word} ({mark})", 1
    while name.casefold() in used:
        number += 1
        name = f"{word} ({mark} {number})"
    return name
