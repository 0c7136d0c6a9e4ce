"""The ontology as a turn reads it: an immutable snapshot, safe from many threads."""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Self

from ontopilot.errors import InconsistentOntology, UnknownTerm
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.check import check
from ontopilot.ontology.claims.phrase import amount, article, boolean, measure, sentence
from ontopilot.ontology.claims.world import World
from ontopilot.ontology.explain import explain
from ontopilot.ontology.link import Linker
from ontopilot.ontology.linking.background import background, description
from ontopilot.ontology.linking.meaning import Encoder
from ontopilot.ontology.linking.naming import names, patterns
from ontopilot.ontology.load import Loaded, load
from ontopilot.ontology.owl.named import candidates, nearest
from ontopilot.ontology.query_check import QueryCheck
from ontopilot.ontology.rdf.changed import same_logic
from ontopilot.ontology.rdf.kinds import every_kind, first_kind
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.structure import disjoint_pairs, members_of
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.reason import ReasoningReport, infer
from ontopilot.ontology.relink import Relinking
from ontopilot.ontology.snapshot.collection import uncollected
from ontopilot.ontology.snapshot.definitions import class_facts
from ontopilot.ontology.snapshot.described import described
from ontopilot.ontology.snapshot.hierarchy import Hierarchy
from ontopilot.ontology.snapshot.indexes import grouped, inverted
from ontopilot.ontology.terms import (
    Explanation,
    Fact,
    FactCheck,
    Iri,
    Literal,
    Mention,
    QueryViolation,
    Term,
    TermKind,
)

_PROPERTIES: set[TermKind] = {"object_property", "data_property"}


class Ontology:
    """Terms, hierarchies and facts of an ontology and its imports, asserted and inferred.

    Example:
        >>> shop = Ontology.load("shop.owl")  # doctest: +SKIP
        >>> shop.verbalise(shop.facts(shop.resolve("AquaBoil 2"))[0])  # doctest: +SKIP
        'AquaBoil 2 is a kettle.'
    """

    def __init__(
        self,
        loaded: Loaded,
        inferred: Sequence[Triple],
        reasoning: ReasoningReport,
        languages: tuple[str, ...],
    ) -> None:
        self.loaded = loaded
        self.version = loaded.version
        self.iri = loaded.iri
        self.path = loaded.path
        self.sources = loaded.sources
        self.prefixes: Mapping[str, str] = MappingProxyType(dict(loaded.prefixes))
        self.missing, self.notes = loaded.missing, loaded.notes
        self.reasoning = reasoning
        self._inferred = tuple(inferred)
        self.asserted = loaded.triples
        kinds = every_kind(loaded.triples)
        self._terms = {
            iri: described(iri, first_kind(own), self.asserted, languages)
            for iri, own in kinds.items()
        }
        self._kinds = MappingProxyType(kinds)
        pairs = disjoint_pairs(loaded.triples)
        self.disjoint = MappingProxyType({one: frozenset(others) for one, others in pairs.items()})
        self._classes = Hierarchy(self._edges())
        self._properties = Hierarchy(self._links(v.RDFS_SUBPROPERTY))
        self._types = self._memberships()
        self._members = inverted(self._types)
        self._facts = self._collect(loaded.triples, inferred)
        self._by_subject = grouped(self._facts, lambda fact: fact.subject)
        self._by_predicate = grouped(self._facts, lambda fact: fact.predicate)
        identifiers = dict(patterns(self.asserted, self.label, self.path))
        self._identified = frozenset(identifiers)
        known = names(
            self._terms.values(),
            self.asserted,
            lambda one, other: other in self._classes.ancestors(one),
        )
        seen = weakref.proxy(self)
        self.linker = Linker(
            known, identifiers, background(self), lambda iri: description(seen, iri), languages[0]
        )
        self.world = World(self)
        self._sealed = True

    def __setattr__(self, name: str, value: object) -> None:
        if getattr(self, "_sealed", False):
            raise AttributeError(f"{name!r}: an ontology is a snapshot; load it again to change it")
        super().__setattr__(name, value)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        reasoner: str = "auto",
        reasoning_seconds: float | None = None,
        languages: tuple[str, ...] = ("en", ""),
        allow_missing_imports: bool = False,
        like: "Ontology | None" = None,
    ) -> Self:
        """Read a file in any syntax that Protégé saves, with its imports, and reason over it.

        `reasoning_seconds` limits how long classes are compared, by default 10, for "rustdl" 60,
        for "hermit" 600; if it is passed, `reasoning` says so and what rules find is there. What
        `like`, an earlier snapshot, infers stays if it was not and only annotations changed.

        Raises:
            OntologyNotFound: there is no such file.
            OntologySyntaxError: it is malformed, cut off, empty or binary.
            OntologyImportError: an import is not on this disk.
            InconsistentOntology: its axioms contradict one another.
        """
        with uncollected():
            loaded = load(Path(path), allow_missing_imports=allow_missing_imports)
            if like is not None and like._implies_as_much(loaded, reasoner):
                return cls(loaded, like._inferred, like.reasoning, languages)
            return cls.of(
                loaded, reasoner=reasoner, reasoning_seconds=reasoning_seconds, languages=languages
            )

    @classmethod
    def of(
        cls,
        loaded: Loaded,
        *,
        reasoner: str,
        reasoning_seconds: float | None = None,
        languages: tuple[str, ...] = ("en", ""),
    ) -> Self:
        """Reason over what was loaded.

        Raises:
            InconsistentOntology: its axioms contradict one another.
        """
        inference = infer(loaded.triples, reasoner=reasoner, seconds=reasoning_seconds)
        wrong = inference.contradiction
        if wrong is not None:
            axioms = "; ".join(wrong.axioms[:8]) or "no axioms"
            raise InconsistentOntology(
                f"{loaded.path}: the ontology contradicts itself: {wrong.text} ({axioms}); "
                "correct one of these axioms in Protégé"
            )
        return cls(loaded, inference.triples, inference.report, languages)

    def _implies_as_much(self, loaded: Loaded, reasoner: str) -> bool:
        ended = self.reasoning.engine == reasoner and not self.reasoning.stopped
        return ended and same_logic(self.asserted, loaded.triples)

    def terms(self, kind: TermKind | None = None) -> tuple[Term, ...]:
        """Every named term, or those of a kind."""
        return tuple(t for t in self._terms.values() if kind is None or t.kind == kind)

    def has(self, iri: Iri) -> bool:
        """Whether the ontology names a term."""
        return iri in self._terms

    def term(self, iri: Iri) -> Term:
        """A term with its label, synonyms and definition.

        Raises:
            UnknownTerm: the ontology does not have it.
        """
        if iri not in self._terms:
            raise UnknownTerm(f"{self.path}: no term {str(iri)!r}; check the spelling of its IRI")
        return self._terms[iri]

    def label(self, iri: Iri) -> str:
        """What people call a term; the end of its IRI where it has no label."""
        return self._terms[iri].label if iri in self._terms else local_name(iri)

    def resolve(self, name: str) -> Iri:
        """The term that `prefix:Name`, an IRI, the end of an IRI or a label names.

        Raises:
            UnknownTerm: none does; the message names the nearest.
        """
        labels = [(term.iri, term.label) for term in self._terms.values()]
        if found := candidates(name, labels, self.prefixes):
            return found[0]
        names = [local_name(iri) for iri in self._terms]
        local = name.partition(":")[2] or name
        raise UnknownTerm(f"{self.path}: no term {name!r}{nearest(local, names)}")

    def parents(self, iri: Iri) -> frozenset[Iri]:
        """The classes or properties directly above."""
        return self._classes.parents(iri) | self._properties.parents(iri)

    def children(self, iri: Iri) -> frozenset[Iri]:
        """The classes or properties directly below."""
        return self._classes.children(iri) | self._properties.children(iri)

    def ancestors(self, iri: Iri) -> frozenset[Iri]:
        """All classes or properties above, without the term itself."""
        return self._classes.ancestors(iri) | self._properties.ancestors(iri)

    def descendants(self, iri: Iri) -> frozenset[Iri]:
        """All classes or properties below, without the term itself."""
        return self._classes.descendants(iri) | self._properties.descendants(iri)

    def types(self, individual: Iri) -> frozenset[Iri]:
        """All classes of an individual, asserted and inferred."""
        return self._types.get(individual, frozenset())

    def instances(self, cls: Iri) -> frozenset[Iri]:
        """All individuals of a class, asserted and inferred."""
        return self._members.get(cls, frozenset())

    def is_a(self, iri: Iri, cls: Iri) -> bool:
        """Whether a term is a class, one of its subclasses or one of its members."""
        return iri == cls or cls in self.ancestors(iri) or cls in self.types(iri)

    def domains(self, iri: Iri) -> frozenset[Iri]:
        """The named classes that a property may start from, as declared."""
        return self._ends(iri, v.RDFS_DOMAIN)

    def ranges(self, iri: Iri) -> frozenset[Iri]:
        """The named classes or datatypes that a property may lead to, as declared."""
        return self._ends(iri, v.RDFS_RANGE)

    def _ends(self, iri: Iri, axiom: Iri) -> frozenset[Iri]:
        return frozenset(
            Iri(value)
            for value in self.asserted.values(iri, axiom)
            if isinstance(value, str) and not value.startswith("_:")
        )

    def facts(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Iri | Literal | None = None,  # noqa: A002 - the word of RDF
    ) -> tuple[Fact, ...]:
        """Facts that match, asserted and inferred, those about whole classes among them."""
        if subject is not None:
            found: Sequence[Fact] = self._by_subject.get(subject, ())
        elif predicate is not None:
            found = self._by_predicate.get(predicate, ())
        else:
            found = self._facts
        return tuple(
            fact
            for fact in found
            if (predicate is None or fact.predicate == predicate)
            and (object is None or fact.object == object)
        )

    def link(self, text: str, *, encoder: Encoder | None = None) -> tuple[Mention, ...]:
        """The terms that a text mentions, with their places in it.

        An encoder settles what names leave open by what the text means; without one they stay so.
        """
        return self.linker.link(text, encoder)

    def relinked(self, before: "Ontology") -> Callable[[str], bool]:
        """Whether a text may mention other terms here than in an earlier snapshot."""
        return Relinking(before, self).touches

    def has_identifiers(self, cls: Iri) -> bool:
        """Whether a class declares what the identifiers of its members look like."""
        return cls in self._identified

    def check(self, facts: Sequence[Fact], *, closed_world: bool = True) -> tuple[FactCheck, ...]:
        """What the ontology says of claimed facts: supported, contradicted or unknown.

        In a closed world different names are different things, and the ends of a property are
        what they are known to be; without it the answer is that of OWL.
        """
        return tuple(check(self, fact, closed_world=closed_world) for fact in facts)

    def check_query(self, sparql: str) -> tuple[QueryViolation, ...]:
        """What keeps a SPARQL query from being meaningful here; nothing when it is."""
        return self._query_check.violations(sparql)

    @cached_property
    def _query_check(self) -> QueryCheck:
        return QueryCheck(self)

    def justify(self, fact: Fact, *, closed_world: bool = True) -> tuple[str, ...]:
        """A minimal set of axioms by which `check` finds a claim supported or contradicted.

        They are in Manchester syntax; an unknown claim has none. Takes up to some seconds.
        """
        from ontopilot.ontology.justify import as_checked

        (checked,) = self.check([fact], closed_world=closed_world)
        return as_checked(self, checked, closed_world=closed_world).axioms

    def explain(self, fact: Fact) -> Explanation:
        """Why a fact holds, in a sentence, with the axioms behind it."""
        return explain(self, fact)

    def verbalise(self, fact: Fact) -> str:
        """A fact as an English sentence."""
        subject = self.label(fact.subject)
        every = self.is_class(fact.subject) and not fact.of_itself
        if fact.predicate in (v.RDF_TYPE, v.RDFS_SUBCLASS) and not isinstance(fact.object, Literal):
            return sentence(subject, "is", article(self.label(fact.object)), every=every)
        label = self.label(fact.predicate)
        if isinstance(fact.object, Literal):
            if fact.object.datatype.endswith("#boolean"):
                return boolean(subject, label, fact.object, every=every)
            return measure(subject, label, self._amount(fact), every=every)
        value = self.label(fact.object)
        if self.is_class(fact.object):
            value = article(value)
        return sentence(subject, label, value, every=every)

    def _amount(self, fact: Fact) -> str:
        assert isinstance(fact.object, Literal)  # noqa: S101 - the caller has checked it
        unit = self.asserted.one(fact.predicate, v.OP_UNIT)
        return amount(fact.object, unit.value if isinstance(unit, Literal) else "")

    def is_class(self, iri: Iri) -> bool:
        """Whether a term is a class."""
        return iri in self._terms and self._terms[iri].kind == "class"

    def _pairs(self, predicate: Iri) -> Iterator[tuple[Iri, Node]]:
        """Subjects and objects of a predicate, asserted and inferred."""
        yield from self.asserted.pairs(predicate)
        for subject, one, value in self._inferred:
            if one == predicate:
                yield subject, value

    def _edges(self) -> Iterator[tuple[Iri, Iri]]:
        for predicate in (v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS):
            for subject, value in self._pairs(predicate):
                if not is_blank(subject) and isinstance(value, str):
                    yield from self._above(subject, predicate, Iri(value))

    def _above(self, subject: Iri, predicate: Iri, value: Iri) -> Iterator[tuple[Iri, Iri]]:
        """A named class, or those that a class expression is the intersection of."""
        if predicate == v.RDFS_SUBCLASS and not is_blank(value):
            if subject in self._terms and value in self._terms:
                yield subject, value
            return
        for part in members_of(self.asserted, self.asserted.one(value, v.OWL_INTERSECTION)):
            if isinstance(part, str) and part in self._terms:
                yield subject, Iri(part)

    def _links(self, axiom: Iri) -> Iterator[tuple[Iri, Iri]]:
        for subject, value in self._pairs(axiom):
            if subject in self._terms and value in self._terms:
                yield subject, Iri(str(value))

    def _memberships(self) -> dict[Iri, frozenset[Iri]]:
        found: dict[Iri, set[Iri]] = {}
        for subject, value in self._pairs(v.RDF_TYPE):
            if isinstance(value, Literal) or not self.is_class(value):
                continue
            if "individual" in self._kinds.get(subject, ()):
                found.setdefault(subject, set()).update({value}, self._classes.ancestors(value))
        return {one: frozenset(classes) for one, classes in found.items()}

    def _collect(self, asserted: Triples, inferred: Sequence[Triple]) -> tuple[Fact, ...]:
        given = [
            self._fact((subject, predicate, value))
            for subject in asserted.by_subject
            if "individual" in self._kinds.get(subject, ())
            for predicate, values in asserted.about(subject).items()
            for value in values
            if self._is_fact((subject, predicate, value))
        ]
        more = [self._fact(triple, inferred=True) for triple in inferred if self._is_fact(triple)]
        of_classes = class_facts(asserted, self.terms("class"), self._classes, self._terms)
        return tuple(dict.fromkeys((*given, *more, *of_classes)))

    def _fact(self, triple: Triple, *, inferred: bool = False) -> Fact:
        return Fact(*triple, inferred=inferred, of_itself=self.is_class(triple[0]))

    def _is_fact(self, triple: Triple) -> bool:
        subject, predicate, value = triple
        if "individual" not in self._kinds.get(subject, ()):
            return False
        if predicate == v.RDF_TYPE:
            return not isinstance(value, Literal) and self.is_class(value)
        named = isinstance(value, Literal) or value in self._terms
        return named and bool(_PROPERTIES & self._kinds.get(predicate, set()))
