"""How a word in a text relates to a word of a name: the same, a plural, a form of a verb."""

from typing import Literal as OneOf

Relation = OneOf["same", "plural", "verb", "tense", "derived"]
"""A tense is another form of the same verb: `wiped` of `wiping`."""

_NO_UMLAUT = str.maketrans("äöü", "aou")

_VERB_ENDINGS = ("ed", "ing", "d", "er", "ers")


_GERMAN_ENDINGS = ("", "e", "em", "en", "er", "es", "n", "s")


def relation(said: str, named: str, language: str = "english") -> Relation:
    """The relation of two lower-case words that share their stem in a language."""
    if said == named:
        return "same"
    return _german(said, named) if language == "german" else _english(said, named)


def _german(said: str, named: str) -> Relation:
    if not _bare(said) & _bare(named):
        return "verb"
    return "derived" if named == said + "er" else "plural"


def _english(said: str, named: str) -> Relation:
    one, other = _singulars(said), _singulars(named)
    if one & other:
        return "plural"
    if any(_is_form(a, b) or _is_form(b, a) for a in one for b in other):
        doer = any(b in (a + "er", a + "r") for a in one for b in other)
        return "derived" if doer else "verb"
    if any(_roots(a) & _roots(b) for a in one for b in other):
        return "tense"
    return "derived"


def _singulars(word: str) -> set[str]:
    """The word and what it may be the plural of."""
    found = {word}
    bare = word.removesuffix("'s").removesuffix("'")
    found.add(bare)
    if len(bare) > 3 and bare.endswith("ies"):
        found |= {bare[:-3] + "y", bare[:-1]}
    elif len(bare) > 3 and bare.endswith("es"):
        found |= {bare[:-2], bare[:-1]}
    elif len(bare) > 2 and bare.endswith("s") and not bare.endswith(("ss", "us")):
        found.add(bare[:-1])
    return found


def _bare(word: str) -> set[str]:
    """What a German word may be the plural or a case of, umlauts left out."""
    plain = word.translate(_NO_UMLAUT)
    return {plain.removesuffix(ending) for ending in _GERMAN_ENDINGS}


def _is_form(form: str, base: str) -> bool:
    """Whether `form` is `base` with a verb's ending: returned, refunding, stopped, tries."""
    return base in _roots(form)


def _roots(form: str) -> set[str]:
    """What a word may be a form of, as a verb."""
    found: set[str] = set()
    for ending in _VERB_ENDINGS:
        if form.endswith(ending):
            root = form[: -len(ending)]
            doubled = len(root) > 2 and root[-1] == root[-2]
            found |= {root, root + "e", root[:-1] if doubled else root}
            if root.endswith("i"):
                found.add(root[:-1] + "y")
    return found
