"""IRIs as people write them: `shop:Kettle`."""

from collections.abc import Mapping

_OUTSIDE_NAMES = frozenset("/#?<>\"'(){}[]|\\^`,;=&!*+$~@ \t\r\n")


def prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    """`prefix:Name` by the longest namespace that fits; "" where none does.

    A name that would have to be escaped in Turtle or SPARQL fits none.
    """
    spaces = sorted(((namespace, prefix) for prefix, namespace in prefixes.items()), key=_fit)
    for namespace, prefix in spaces:
        local = iri.removeprefix(namespace)
        if namespace and local != iri and local and not set(local) & _OUTSIDE_NAMES:
            return f"{prefix}:{local}"
    return ""


def _fit(pair: tuple[str, str]) -> tuple[int, bool]:
    """The longest namespace first, and a prefix with a name before the empty one."""
    return -len(pair[0]), not pair[1]
