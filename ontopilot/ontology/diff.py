"""Two versions of an ontology compared by what they mean: changes, consequences, terms touched."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ontopilot.ontology.compare.changes import changes
from ontopilot.ontology.compare.compared import Compared, compared
from ontopilot.ontology.compare.consequences import gained, touched
from ontopilot.ontology.compare.difference import Diff, Side, TermDiff
from ontopilot.ontology.compare.versions import Version
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Iri

Source = Ontology | Path | str | Version


def diff(old: Source, new: Source, *, reasoner: str = "auto") -> Diff:
    """The semantic difference of two files, snapshots or versions.

    Prefixes, order, comments, the names of blank nodes and the syntax mean nothing. A file that
    contradicts itself is compared by what it asserts alone, and the difference says so; so are all
    with `reasoner="none"`. Terms under a new IRI are found as `renames` describes.

    Raises:
        OntologyNotFound: there is no such file.
        OntologySyntaxError: a file is malformed, cut off, empty or binary.
        ConfigError: there is no such reasoner.

    Example:
        >>> found = diff("shop.old.owl", "shop.owl")  # doctest: +SKIP
        >>> print(found.summary())  # doctest: +SKIP
        1 term added, 2 terms changed, 1 consequence gained, 5 terms touched
    """
    before, after = Version.of(old), Version.of(new)
    ours, theirs, pairs = compared(before, after)
    terms, axioms = changes(ours, theirs, pairs)
    asserted = Diff(
        old=_side(before),
        new=_side(after),
        terms=terms,
        axioms=axioms,
        reasoned=False,
        gained=(),
        lost=(),
        touched=tuple(sorted(_subjects(terms))),
        notes=_missing(before, after),
    )
    if reasoner == "none":
        return asserted
    if asserted.empty:
        return replace(asserted, reasoned=True)
    return _with_consequences(asserted, ours, theirs, reasoner)


def _with_consequences(asserted: Diff, ours: Compared, theirs: Compared, reasoner: str) -> Diff:
    before, after = ours.version.reasoned(reasoner), theirs.version.reasoned(reasoner)
    asserted = replace(asserted, old=_side(before), new=_side(after))
    old, new = before.ontology, after.ontology
    why_not = _unreasoned(before, after)
    if why_not or old is None or new is None:
        return replace(asserted, notes=tuple(sorted({*asserted.notes, *why_not})))
    in_old, in_new = _canonical(ours), _canonical(theirs)
    found = touched(old, new, before.relative, after.relative) | set(asserted.touched)
    return replace(
        asserted,
        reasoned=True,
        gained=gained(old, new, in_old, in_new),
        lost=gained(new, old, in_new, in_old),
        touched=tuple(sorted(found)),
        notes=tuple(sorted({*asserted.notes, *_incomplete(old, new)})),
    )


def _canonical(version: Compared) -> Callable[[Iri], Iri]:
    return lambda iri: version.name(version.version.relative(iri))


def _side(version: Version) -> Side:
    loaded = version.loaded
    return Side(str(loaded.path), loaded.iri, loaded.version, version.problem)


def _subjects(terms: tuple[TermDiff, ...]) -> set[Iri]:
    return {
        named.iri
        for term in terms
        for named in (term.old, term.new)
        if named is not None and named.kind != "ontology"
    }


def _missing(*versions: Version) -> tuple[str, ...]:
    found = {
        f"{version.loaded.path}: compared without the import {str(iri)!r}, which is not on disk"
        for version in versions
        for iri in version.loaded.missing
    }
    return tuple(sorted(found))


def _unreasoned(*versions: Version) -> set[str]:
    """Why conclusions cannot be compared."""
    problems = {
        f"only asserted axioms are compared: {version.problem}"
        for version in versions
        if version.problem
    }
    engines = {one.ontology.reasoning.engine for one in versions if one.ontology is not None}
    if not problems and (len(engines) > 1 or "none" in engines):
        named = " and ".join(map(repr, sorted(engines)))
        return {f"only asserted axioms are compared: the snapshots come from reasoner {named}"}
    return problems


def _incomplete(*ontologies: Ontology) -> set[str]:
    return {
        f"what follows is found by reasoner {one.reasoning.engine!r}: {one.reasoning.note}"
        for one in ontologies
        if not one.reasoning.complete
    }
