"""IRIs as people write them: `shop:Kettle`, or only the end, `Kettle`."""

from collections.abc import Mapping

_OUTSIDE_NAMES = frozenset("/#?<>\"'(){}[]|\\^`,;=&!*+$~@ \t\r\n")


def namespace(iri: str) -> str:
    """An IRI up to its last `#`, `/` or `:`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1]


def local_name(iri: str) -> str:
    """The end of an IRI, where no label says how people call it; of a folder the folder's name."""
    named = iri.rstrip("#/")
    return named[len(namespace(named)) :]


def prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    """`prefix:Name` by the longest namespace that fits; "" where none does.

    A name that would have to be escaped in Turtle or SPARQL fits none.
    """
    spaces = sorted(((space, prefix) for prefix, space in prefixes.items()), key=_fit)
    for space, prefix in spaces:
        local = iri.removeprefix(space)
        if space and local != iri and local and not set(local) & _OUTSIDE_NAMES:
            return f"{prefix}:{local}"
    return ""


def _fit(pair: tuple[str, str]) -> tuple[int, bool]:
    """The longest namespace first, and a prefix with a name before the empty one."""
    return -len(pair[0]), not pair[1]
