"""Whether a SPARQL query is meaningful under an ontology.

After the ontology-based query check of Allemang and Sequeda (arXiv 2405.11706, 2024), which checks
the triple patterns of a query against domains and ranges so that a language model can repair it.
Here the whole of SPARQL 1.1 Query is read: a part is meaningful when it could match some data that
the axioms allow, whose things are in no two classes that the ontology keeps apart.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology.query.declared import Declared
from ontopilot.ontology.query.demand import Meaning
from ontopilot.ontology.query.message import Teller
from ontopilot.ontology.query.names import Names
from ontopilot.ontology.query.parse import Parsed, on_a_deep_stack, parse
from ontopilot.ontology.query.repair import Repair
from ontopilot.ontology.query.scope import check_scope
from ontopilot.ontology.query.search import Search
from ontopilot.ontology.query.terms_used import TermsUsed
from ontopilot.ontology.query.translate import Translator
from ontopilot.ontology.terms import QueryViolation

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


class QueryCheck:
    """Checks queries against one ontology, which is read once; safe from many threads."""

    def __init__(self, ontology: "Ontology") -> None:
        self._ontology = ontology
        self._meaning = Meaning.of(ontology)
        self._declared = Declared(ontology)

    def violations(self, sparql: str) -> tuple[QueryViolation, ...]:
        """What keeps a query from being meaningful; nothing for a query that is."""
        try:
            return self._checked(sparql)
        except RecursionError:
            found = on_a_deep_stack(lambda: self._checked(sparql))
            return (found,) if isinstance(found, QueryViolation) else found

    def _checked(self, sparql: str) -> tuple[QueryViolation, ...]:
        parsed = parse(sparql, self._ontology.prefixes)
        if not isinstance(parsed, Parsed):
            return parsed
        return tuple(dict.fromkeys(self._found(parsed)))

    def _found(self, parsed: Parsed) -> Iterator[QueryViolation]:
        names = Names(parsed.prefixes, self._ontology.label)
        query = Translator(names, self._declared.is_own).query(parsed.tree)
        repair = Repair.of(self._meaning, self._declared, names, query)
        yield from TermsUsed(self._declared, names, repair).violations(query)
        yield from check_scope(parsed.tree)
        teller = Teller(names, repair)
        for conflict, demands in Search(self._meaning).conflicts(query):
            yield teller.violation(conflict, demands)
