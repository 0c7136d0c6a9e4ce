"""IRIs as people write them: `shop:Kettle`."""

from collections.abc import Mapping

_OUTSIDE_NAMES = frozenset("/#?<>\"'(){}[]|\\^`,;=&!*+$~@ \t\r\n")


def prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    """`prefix:Name` by the longest namespace that fits; "" where none does.

    A name that would have to be escaped in Turtle or SPARQL fits none.
    """
    for prefix, namespace in sorted(prefixes.items(), key=lambda pair: -len(pair[1])):
        local = iri.removeprefix(namespace)
        if namespace and local != iri and local and not set(local) & _OUTSIDE_NAMES:
            return f"{prefix}:{local}"
    return ""
