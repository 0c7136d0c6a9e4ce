"""How terms are used: not at all, as something else than they are, though they are given up."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.look.profile_dl import undeclared as undeclared_uses
from ontopilot.ontology.owl.axioms import UNKNOWN
from ontopilot.ontology.pitfalls.finding import Finding
from ontopilot.ontology.pitfalls.scope import PLURALS, Scope
from ontopilot.ontology.query.declared import in_vocabulary
from ontopilot.ontology.rdf.names import local_name, namespace
from ontopilot.ontology.rdf.triples import is_named
from ontopilot.ontology.terms import Iri, Literal

_REPLACED = (
    Iri("http://purl.obolibrary.org/obo/IAO_0100001"),
    Iri("http://purl.org/dc/terms/isReplacedBy"),
)
_SHOWN = 5
_PREFIXES = {v.OWL: "owl", v.RDF: "rdf", v.RDFS: "rdfs", v.XSD: "xsd"}


def unconnected(scope: Scope) -> Iterator[Finding]:
    """Classes and properties of which nothing is said and that nothing uses (P04)."""
    joined: set[Iri] = set()
    for axiom in scope.axioms.logical:
        for node, _, _ in scope.operands.each(axiom):
            if isinstance(node, str):
                joined.add(Iri(node))
                inner = scope.operands.constructs.inverted(node)
                joined.update({Iri(str(inner))} if inner is not None else ())
    in_rules = {
        Iri(str(value))
        for predicate in (v.SWRL_CLASS, v.SWRL_PROPERTY)
        for _, value in scope.ontology.asserted.pairs(predicate)
    }
    alone = [
        term.iri
        for term in scope.own
        if term.kind != "individual" and term.iri not in joined | in_rules
    ]
    for kind, plural in PLURALS.items():
        lone = tuple(iri for iri in alone if scope.ontology.term(iri).kind == kind)
        if lone:
            what = f"{kind.replace('_', ' ')} is" if len(lone) == 1 else f"{plural} are"
            yield Finding(
                "unconnected",
                "warning",
                lone,
                f"{len(lone)} {what} declared, and no axiom says or uses anything of "
                f"{'it' if len(lone) == 1 else 'them'}: {scope.named(lone)}",
                "give it a place (SubClass Of, Domains, Ranges), or delete it",
            )


def untyped(scope: Scope) -> Iterator[Finding]:
    """Individuals of no class."""
    silent = {v.OWL_NAMED_INDIVIDUAL, v.OWL_THING}
    lone = [
        term.iri
        for term in scope.of_kind("individual")
        if not set(scope.ontology.asserted.values(term.iri, v.RDF_TYPE)) - silent
        and not scope.ontology.types(term.iri)
    ]
    if lone:
        what = "individual is" if len(lone) == 1 else "individuals are"
        yield Finding(
            "untyped-individual",
            "warning",
            tuple(lone),
            f"{len(lone)} {what} of no class: {scope.named(lone)}",
            "add the class of each under Types",
        )


def given_up(scope: Scope) -> Iterator[Finding]:
    """Deprecated terms that others still use."""
    look = scope.ontology
    for term in look.terms():
        if not term.deprecated:
            continue
        users = [
            axiom
            for axiom in scope.axioms.using(term.iri)
            if axiom.is_logical
            and (subject := axiom.statement.subject) is not None
            and not (look.has(subject) and look.term(subject).deprecated)
        ]
        if users:
            instead = [
                value.value if isinstance(value, Literal) else scope.label(value)
                for predicate in _REPLACED
                for value in look.asserted.values(term.iri, predicate)
            ]
            use = f"{len(users)} axiom{'s' if len(users) > 1 else ''}"
            put = f"put {instead[0]} in its place" if instead else "put another term in its place"
            yield Finding(
                "deprecated-in-use",
                "warning",
                (term.iri,),
                f"{scope.label(term.iri)} is deprecated, and {use} of other terms still use it",
                f"{put} (the axioms are under Usage)",
                tuple(map(scope.axioms.say, users[:_SHOWN])),
            )


def undeclared(scope: Scope) -> Iterator[Finding]:
    """Terms that are used and not declared as what they are used as (P34, P35)."""
    spaces = {namespace(term.iri) for term in scope.own}
    for axiom, name, reason in undeclared_uses(scope.axioms):
        builtin = name.startswith(v.BUILT_IN)
        if scope.ontology.missing and not builtin and namespace(name) not in spaces:
            continue
        if builtin and (in_vocabulary(name) or axiom.kind == "ClassAssertion"):
            continue
        yield Finding(
            "undeclared",
            "error" if builtin else "warning",
            (name,),
            reason,
            "correct the IRI, or import the ontology that declares the term, or create it",
            (scope.axioms.say(axiom),),
        )


def no_words(scope: Scope) -> Iterator[Finding]:
    """Statements with a word of the language that does not exist, which reasoners pass over."""
    told: dict[Iri, list[str]] = {}
    for axiom in scope.axioms.all:
        part = axiom.statement.part
        words = [part.predicate] if axiom.kind == UNKNOWN else []
        if part.predicate == v.RDF_TYPE:
            words += [Iri(one) for one in part.members if isinstance(one, str)]
        for word in words:
            if word.startswith(v.BUILT_IN) and not in_vocabulary(word):
                told.setdefault(word, []).append(scope.axioms.say(axiom))
    for word, axioms in told.items():
        said = (
            "1 statement with it means"
            if len(axioms) == 1
            else f"{len(axioms)} statements with it mean"
        )
        yield Finding(
            "no-such-word",
            "error",
            (word,),
            f"there is no word {_PREFIXES[namespace(word)]}:{local_name(word)}: {said} nothing",
            "replace it by the word that is meant; Protégé shows such statements as annotations",
            tuple(axioms[:_SHOWN]),
        )


def mixed(scope: Scope) -> Iterator[Finding]:
    """Terms that are two things at once: both sorts of property, a class that is a member."""
    look = scope.ontology
    for iri, kinds in scope.axioms.kinds.items():
        if {"object_property", "data_property"} <= kinds:
            yield Finding(
                "two-sorts-of-property",
                "error",
                (iri,),
                f"{scope.label(iri)} is an object property and a data property, which OWL 2 DL "
                "does not allow",
                "delete it and create two properties, or keep the sort that is meant",
            )
        if "class" not in kinds or "individual" not in kinds:
            continue
        types = [
            Iri(str(one))
            for one in look.asserted.values(iri, v.RDF_TYPE)
            if is_named(one) and look.has(Iri(str(one))) and not str(one).startswith(v.BUILT_IN)
        ]
        if iri in types:
            yield Finding(
                "class-as-member",
                "warning",
                (iri,),
                f"the class {scope.label(iri)} is stated to be a member of itself",
                "keep the class or the individual, and delete the other",
            )
        elif types and not iri.startswith(v.BUILT_IN):
            yield Finding(
                "class-as-member",
                "warning",
                (iri, *types),
                f"the class {scope.label(iri)} is itself a member of {scope.named(types)}",
                f"put it under SubClass Of {scope.named(types)}, or make it an individual only",
            )
