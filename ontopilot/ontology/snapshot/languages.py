"""Which of several texts people should read, by their language tags (RFC 4647, lookup)."""

from collections.abc import Iterable, Sequence

from ontopilot.ontology.terms import Literal


def preferred(texts: Iterable[Literal], languages: Sequence[str]) -> list[Literal]:
    """Texts in the order of preference; those of other languages come last, as they stood.

    A language takes its regions as well (`de` takes `de-CH`), the exact tag first; a region falls
    back to its language before the next preference (`pt-BR` to `pt`). "" is a text without a tag.

    Example:
        >>> from ontopilot.ontology.vocabulary import RDF_LANG_STRING
        >>> texts = [Literal(tag, RDF_LANG_STRING, tag) for tag in ("en", "de-CH", "de", "pt")]
        >>> [text.value for text in preferred(texts, ("pt-BR", "de"))]
        ['pt', 'de', 'de-CH', 'en']
    """
    order = [short for language in languages for short in _shortened(language.lower())]
    return sorted(texts, key=lambda text: _rank(text.language.lower(), order))


def _shortened(tag: str) -> list[str]:
    """A tag and what is left of it when its subtags are taken away from the end."""
    parts = tag.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _rank(tag: str, order: Sequence[str]) -> tuple[int, bool]:
    for place, wanted in enumerate(order):
        if tag == wanted:
            return place, False
        if wanted and tag.startswith(f"{wanted}-"):
            return place, True
    return len(order), False
