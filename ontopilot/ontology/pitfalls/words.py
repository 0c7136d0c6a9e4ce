"""Terms that people cannot call by a name: labels and definitions that are missing or double."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.pitfalls.finding import Finding, Severity
from ontopilot.ontology.pitfalls.scope import PLURALS, Scope
from ontopilot.ontology.terms import Iri, Literal, Term

_USUAL = 0.5
"""A language in which this share of the terms has a label is one that all should have."""


def _languages(scope: Scope, term: Term, properties: Iterable[Iri]) -> set[str]:
    return {
        one.language.split("-")[0].lower()
        for predicate in properties
        for one in scope.ontology.asserted.values(term.iri, predicate)
        if isinstance(one, Literal) and one.value.strip()
    }


def unlabelled(scope: Scope) -> Iterator[Finding]:
    """Terms without a label, and terms without one in a language that the others have (P08)."""
    spoken = {term.iri: _languages(scope, term, v.LABELS) for term in scope.own}
    if scope.own and not any(spoken.values()):
        yield Finding(
            "no-label",
            "warning",
            tuple(spoken),
            f"no term has a label, so that all {len(spoken)} are known by the ends of their IRIs",
            "select a term and add rdfs:label under Annotations, with its language",
        )
        return
    for kind in PLURALS:
        terms = scope.of_kind(kind)
        none = [term for term in terms if not spoken[term.iri]]
        remedy = "select the term and add rdfs:label under Annotations, with its language"
        yield from _lacking(scope, none, _Lack("no-label", "warning", "label", remedy))
        if kind == "individual":
            continue  # the names of single things are often the same in every language
        counts = Counter(tag for term in terms for tag in spoken[term.iri] if tag)
        labelled = sum(map(bool, spoken.values()))
        for tag in sorted(counts):
            if sum(tag in one for one in spoken.values()) < _USUAL * labelled:
                continue
            lack = [t for t in terms if spoken[t.iri] and not spoken[t.iri] & {tag, ""}]
            what = f"label in the language {tag!r}"
            remedy = f"add an rdfs:label with the language {tag}"
            yield from _lacking(scope, lack, _Lack("no-label-in-language", "note", what, remedy))


def undefined(scope: Scope) -> Iterator[Finding]:
    """Classes and properties without a definition or comment (P08)."""
    for kind in PLURALS:
        if kind == "individual":
            continue
        lack = [t for t in scope.of_kind(kind) if not _languages(scope, t, v.DEFINITIONS)]
        remedy = "add skos:definition under Annotations: one sentence that tells it from others"
        yield from _lacking(scope, lack, _Lack("no-definition", "note", "definition", remedy))


@dataclass(frozen=True, slots=True)
class _Lack:
    """What terms lack, and how that is told."""

    rule: str
    severity: Severity
    what: str
    remedy: str


def _lacking(scope: Scope, terms: list[Term], lack: _Lack) -> Iterator[Finding]:
    """One finding for all terms of a kind that lack something."""
    if terms:
        iris = tuple(term.iri for term in terms)
        kind = terms[0].kind
        have = "has" if len(terms) == 1 else "have"
        message = (
            f"{len(terms)} of {len(scope.of_kind(kind))} {PLURALS[kind]} {have} no {lack.what}: "
            f"{scope.named(iris)}"
        )
        yield Finding(lack.rule, lack.severity, iris, message, lack.remedy)


def called_alike(scope: Scope) -> Iterator[Finding]:
    """Several terms with one label: of one kind, or a class and an individual (P32)."""
    called: dict[tuple[str, str], set[Iri]] = {}
    for term in scope.own:
        for predicate in v.LABELS:
            for one in scope.ontology.asserted.values(term.iri, predicate):
                if isinstance(one, Literal) and one.value.strip():
                    name = " ".join(one.value.split()).casefold()
                    called.setdefault((name, one.language.lower()), set()).add(term.iri)
    for iris in dict.fromkeys(tuple(sorted(found)) for found in called.values()):
        if len(iris) > 1:
            yield from _alike(scope, iris)


def _alike(scope: Scope, iris: tuple[Iri, ...]) -> Iterator[Finding]:
    kinds = Counter(scope.ontology.term(iri).kind for iri in iris)
    name = scope.label(iris[0])
    if kinds["class"] and kinds["individual"]:
        yield Finding(
            "class-and-individual",
            "warning",
            iris,
            f"{name} is the label of a class and of an individual; one of them may be the other",
            "keep the individual where it is a single thing, the class where it has members",
        )
    elif max(kinds.values()) > 1:
        yield Finding(
            "same-label",
            "warning",
            iris,
            f"{len(iris)} terms have the label {name}: {', '.join(iris[:_NAMED])}",
            "give each a label of its own, or merge them where they mean the same",
        )


_NAMED = 4
