"""Random edits that take away from a file, replace or rename."""

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.triples import Node, Triple, is_named
from tests.ontology import drawn
from tests.ontology.additions import Additions, Edited
from tests.ontology.removals import Found, mentions, roots, trees_without

NEW_NAMES = [
    "{old}Renamed{number}",
    "http://example.org/new#Größe{number}",
    "http://example.org/new/?a=1&b='2'#x{number}",
    "urn:example:part:{number}x",
    "http://example.org/new#{number}",
]


class Changes(Additions):
    """What else can be done to the terms of a file."""

    def restored(self) -> Edited | None:
        marks = [s for s, _ in self.index.pairs(v.OWL_DEPRECATED) if s in self.kinds]
        if not marks:
            return None
        term = self.rng.choice(marks)
        gone = [
            Found((term, v.OWL_DEPRECATED, o)) for o in self.index.values(term, v.OWL_DEPRECATED)
        ]
        return Edited(
            "restored",
            term,
            lambda e: e.deprecate(term, deprecated=False),
            self._lacks(gone),
            shrinks=True,
        )

    def _an_annotation(self) -> tuple[Iri, Iri, Literal] | None:
        found = [
            (s, p, o)
            for p in (v.RDFS_LABEL, v.RDFS_COMMENT, *drawn.SYNONYMS)
            for s, o in self.index.pairs(p)
            if isinstance(o, Literal) and s in self.kinds
        ]
        return self.rng.choice(found) if found else None

    def unlabel(self) -> Edited | None:
        found = self._an_annotation()
        if found is None:
            return None
        term, prop, value = found
        datatype = "" if value.language else f"<{value.datatype}>"
        return Edited(
            "unlabel",
            term,
            lambda e: e.remove_annotation(
                term, f"<{prop}>", value.value, language=value.language, datatype=datatype
            ),
            self._lacks([Found(found)]),
            shrinks=True,
        )

    def relabel(self) -> Edited | None:
        found = self._an_annotation()
        if found is None or not found[2].language:
            return None
        term, prop, value = found
        new = Literal(self.draw.text(), v.RDF_LANG_STRING, value.language)
        gone = [
            Found((term, prop, one))
            for one in self.index.values(term, prop)
            if isinstance(one, Literal)
            and one.language.lower() == value.language.lower()
            and one.value != new.value
        ]
        return Edited(
            "relabel",
            term,
            lambda e: e.set_annotations(term, f"<{prop}>", [new.value], language=new.language),
            self._lacks(gone, (term, prop, new)),
            shrinks=True,
        )

    def removed(self) -> Edited | None:
        found = roots(self.index, self.kinds, self.in_pairs)
        if not found:
            return None
        root = self.rng.choice(found)
        term = root.triple[0]
        return Edited(
            "removed",
            term,
            lambda e: e.remove(term, root.slot, root.text),
            self._lacks([root, *root.mirrored]),
            shrinks=True,
        )

    def replaced(self) -> Edited | None:
        """Superclasses, or domains, replaced by one."""
        found = roots(self.index, self.kinds, self.in_pairs)
        several = [one for one in found if one.slot in ("subclass_of", "domain", "range")]
        if not several:
            return None
        root = self.rng.choice(several)
        term, predicate, _ = root.triple
        gone = [one for one in found if one.triple[:2] == (term, predicate)]
        value = self._one_of("class")
        is_data = self.kinds[term] == "data_property" and root.slot == "range"
        if value is None or value in self.index.values(term, predicate) or is_data:
            return None
        if len(gone) < len(self.index.values(term, predicate)):
            return None
        return Edited(
            "replaced",
            term,
            lambda e: e.set(term, root.slot, f"<{value}>"),
            self._lacks(gone, (term, predicate, value)),
            shrinks=True,
        )

    def rename(self) -> Edited | None:
        term = self._any()
        if term is None:
            return None
        new = Iri(self.rng.choice(NEW_NAMES).format(old=term, number=self.number))

        def renamed(node: Node) -> Node:
            if isinstance(node, Literal):
                return node if node.datatype != term else Literal(node.value, new, node.language)
            return new if node == term else node

        def check(got: list[Triple]) -> bool:
            wanted = [tuple(map(renamed, triple)) for triple in self.triples]
            return same(wanted, got)  # type: ignore[arg-type]

        return Edited("rename", term, lambda e: e.rename(term, new), check, axioms=0)

    def delete(self) -> Edited | None:
        term = self._any()
        if term is None:
            return None

        def check(new: list[Triple]) -> bool:
            old, pairs = self.triples, self.in_pairs
            plain_old, plain_new = _plain(old), _plain(new)
            return (
                plain_new <= plain_old
                and all(mentions(t, term) or t[1] in pairs for t in plain_old - plain_new)
                and not any(mentions(t, term) for t in new)
                and trees_without(old, term, self.in_pairs)
                <= trees_without(new, term, self.in_pairs)
            )

        return Edited("delete", term, lambda e: e.delete(term), check, shrinks=True)


def _plain(triples: list[Triple]) -> set[Triple]:
    """The triples without blank nodes."""
    return {t for t in triples if is_named(t[0]) and (isinstance(t[2], Literal) or is_named(t[2]))}
