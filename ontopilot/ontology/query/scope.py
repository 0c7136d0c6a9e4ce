"""Variables of a query: bound where they are used, grouped where they are counted.

Follows SPARQL 1.1, sections 18.2.1 (scope), 18.2.4 (aggregates) and 19.8 (notes on the grammar).
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from ontopilot.ontology.query.expression import is_variable, operands, patterns_in
from ontopilot.ontology.terms import QueryViolation

_TESTS_BOUND = {"Builtin_BOUND", "Builtin_COALESCE"}
_NESTED = {"Builtin_EXISTS", "Builtin_NOTEXISTS"}


def check_scope(tree: Any) -> Iterator[QueryViolation]:
    """The variables that are used where nothing binds them, and those left out of a GROUP BY."""
    yield from _in_query(tree, "the query")


def _in_query(tree: Any, where: str) -> Iterator[QueryViolation]:
    inside = bound(tree.where) if tree.where else set()
    inside |= {str(one) for one in _rows(tree.valuesClause)}
    yield from _in_group(tree.where, set(), inside) if tree.where else ()
    known = inside | {str(one) for one in _aliases(tree)}
    yield from _in_head(tree, inside, known, where)
    yield from _ungrouped(tree)
    for one in tree.projection or ():
        if one.evar and str(one.evar) in inside:
            yield _rebound(str(one.evar), "SELECT")
    for clause in (tree.groupby, tree.having, tree.orderby):
        for expression in clause.condition or () if clause else ():
            yield from _unbound(expression, known, where, "unbound-variable")


def _in_head(tree: Any, inside: set[str], known: set[str], where: str) -> Iterator[QueryViolation]:
    aliases: set[str] = {str(one) for one in _group_aliases(tree)}
    for one in tree.projection or ():
        yield from _unbound(one.var or one.expr, inside | aliases, where, "unbound-head")
        aliases |= {str(one.evar)} if one.evar else set()
    for one in tree.var or ():
        yield from _unbound(one, known, where, "unbound-head")
    for block in tree.template or ():
        for one in block:
            yield from _unbound(one, known, where, "unbound-head")


def bound(group: Any) -> set[str]:
    """The variables in scope of a group graph pattern."""
    if group.name == "SubSelect":
        if not group.projection:
            return bound(group.where) | {str(one) for one in _rows(group.valuesClause)}
        return {str(one.var or one.evar) for one in group.projection}
    return {name for part in group.part or () for name in _of_part(part)}


def _of_part(part: Any) -> set[str]:
    if part.name == "TriplesBlock":
        return {str(one) for block in part.triples or () for one in block if is_variable(one)}
    if part.name == "Bind":
        return {str(part.var)}
    if part.name == "InlineData":
        return {str(one) for one in _rows(part)}
    if part.name in ("Filter", "MinusGraphPattern"):
        return set()
    if part.name == "GroupOrUnionGraphPattern":
        return {name for one in part.graph for name in bound(one)}
    named = {str(part.term)} if is_variable(part.term) else set()
    return named | bound(part.graph)


def _in_group(group: Any, around: set[str], everywhere: set[str]) -> Iterator[QueryViolation]:
    """`around` is what an OPTIONAL or EXISTS sees beside its own variables."""
    if group.name == "SubSelect":
        yield from _in_query(group, "the subquery")
        return
    inside = bound(group) | around
    before: set[str] = set()
    for part in group.part or ():
        if part.name == "Filter":
            where = "this FILTER" if inside >= everywhere else "the group of this FILTER"
            yield from _unbound(part.expr, inside, where, "unbound-variable")
            for pattern in patterns_in(part.expr):
                yield from _in_group(pattern, inside, everywhere)
        elif part.name == "Bind":
            yield from _unbound(part.expr, before | around, "this BIND", "unbound-variable")
            if str(part.var) in before:
                yield _rebound(str(part.var), "BIND")
        else:
            sees = inside if part.name == "OptionalGraphPattern" else set()
            for inner in _groups(part):
                yield from _in_group(inner, sees, everywhere)
        before |= _of_part(part)


def _groups(part: Any) -> list[Any]:
    """The groups inside a part that is no triples and no expression."""
    if part.name in ("TriplesBlock", "InlineData"):
        return []
    return list(part.graph) if part.name == "GroupOrUnionGraphPattern" else [part.graph]


def _unbound(expression: Any, known: set[str], where: str, rule: str) -> Iterator[QueryViolation]:
    for name in dict.fromkeys(_used(expression)):
        if name not in known:
            yield QueryViolation(rule, _message(name, known, where, rule))


def _message(name: str, known: set[str], where: str, rule: str) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    names = ", ".join(f"?{one}" for one in sorted(known)[:6])
    repair = f"did you mean ?{near[0]}" if near else f"the variables there are {names or 'none'}"
    if rule == "unbound-head":
        return f"The head uses ?{name}, which no pattern of {where} binds; {repair}."
    return f"?{name} is used in {where}, where no pattern binds it; {repair}."


def _used(expression: Any) -> Iterator[str]:
    """The variables that an expression reads, but for those it only asks whether they are bound."""
    if is_variable(expression):
        yield str(expression)
        return
    name = getattr(expression, "name", "")
    if name in _TESTS_BOUND or name in _NESTED:
        return
    for operand in operands(expression) if name else ():
        if name == "GroupAs" and operand is expression.var:
            continue
        yield from _used(operand)


def _ungrouped(tree: Any) -> Iterator[QueryViolation]:
    heads = tree.projection or ()
    counted = any(_aggregates(one.expr) for one in heads if one.evar)
    if not tree.groupby and not counted:
        return
    if not heads:
        if tree.name in ("SelectQuery", "SubSelect"):
            yield QueryViolation(
                "not-grouped", "SELECT * cannot stand with GROUP BY; name the variables to select."
            )
        return
    keys = {
        str(one) for one in (tree.groupby.condition if tree.groupby else ()) if is_variable(one)
    }
    keys |= {str(one) for one in _group_aliases(tree)}
    for one in heads:
        for name in dict.fromkeys(_outside_aggregates(one.var or one.expr)):
            if name not in keys:
                yield QueryViolation(
                    "not-grouped",
                    f"SELECT uses ?{name} beside an aggregate or GROUP BY, which groups by "
                    f"{', '.join('?' + key for key in sorted(keys)) or 'nothing'}; add ?{name} to "
                    f"GROUP BY or put it in an aggregate, as in (SAMPLE(?{name}) AS ?a{name}).",
                )
        keys |= {str(one.evar)} if one.evar else set()


def _aggregates(expression: Any) -> bool:
    name = getattr(expression, "name", "")
    if name.startswith("Aggregate_"):
        return True
    return any(map(_aggregates, operands(expression))) if name else False


def _outside_aggregates(expression: Any) -> Iterator[str]:
    if is_variable(expression):
        yield str(expression)
    name = getattr(expression, "name", "")
    if name and not name.startswith("Aggregate_") and name not in _NESTED:
        for operand in operands(expression):
            yield from _outside_aggregates(operand)


def _rebound(name: str, by: str) -> QueryViolation:
    return QueryViolation(
        "rebound-variable",
        f"{by} gives a value to ?{name}, which the pattern before it already binds; give the new "
        f"value another name, such as ?{name}2.",
    )


def _rows(values: Any) -> Iterable[Any]:
    return (values.var or ()) if values else ()


def _aliases(tree: Any) -> Iterator[Any]:
    yield from (one.evar for one in tree.projection or () if one.evar)
    yield from _group_aliases(tree)


def _group_aliases(tree: Any) -> Iterator[Any]:
    for one in (tree.groupby.condition or ()) if tree.groupby else ():
        if getattr(one, "name", "") == "GroupAs" and one.var:
            yield one.var
