"""Expressions of FILTER, BIND and SELECT: what they demand of variables, what they yield."""

from collections.abc import Callable, Iterator
from typing import Any

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.pattern import (
    Atom,
    Compared,
    Group,
    How,
    Kind,
    Needs,
    Node,
    Part,
    Same,
    joined,
)
from ontopilot.ontology.terms import Literal

ToNode = Callable[[Any], Node]
ToGroup = Callable[[Any], Group]

_OF_TEXT = """
REGEX STRSTARTS STRENDS CONTAINS STRBEFORE STRAFTER STRLEN SUBSTR UCASE LCASE ENCODE_FOR_URI
LANG LANGMATCHES DATATYPE REPLACE CONCAT ABS CEIL FLOOR ROUND YEAR MONTH DAY HOURS MINUTES
SECONDS TIMEZONE TZ MD5 SHA1 SHA256 SHA384 SHA512
""".split()
"""Functions that have no value for an IRI or a blank node (SPARQL 1.1, section 17.4)."""

_KIND_TESTS: dict[str, Kind] = {
    "Builtin_isIRI": "thing",
    "Builtin_isURI": "thing",
    "Builtin_isBLANK": "thing",
    "Builtin_isLITERAL": "literal",
    "Builtin_isNUMERIC": "literal",
}
_EXISTENCE: dict[str, How] = {"Builtin_EXISTS": "each", "Builtin_NOTEXISTS": "negated"}
_TO_THINGS = ("Builtin_IRI", "Builtin_URI", "Builtin_BNODE")
_UNDECIDED = ("Builtin_IF", "Builtin_COALESCE", "Function")
_ORDER = ("<", ">", "<=", ">=")
_ARITHMETIC = {"AdditiveExpression", "MultiplicativeExpression", "UnaryMinus", "UnaryPlus"}
_FORGIVING = {
    "ConditionalOrExpression",
    "ConditionalAndExpression",
    "Builtin_IF",
    "Builtin_COALESCE",
    "Builtin_BOUND",
}
"""Expressions that can have a value although an operand has none."""

_ONE_OF_ITS_VALUES = ("Aggregate_Min", "Aggregate_Max", "Aggregate_Sample")


def condition(expression: Any, node: ToNode, group: ToGroup) -> Group:
    """What must hold for a FILTER to let a row through."""
    name = getattr(expression, "name", "")
    if name == "ConditionalAndExpression":
        return joined(*(condition(one, node, group) for one in operands(expression)))
    if name == "RelationalExpression":
        return _relation(expression, node, group)
    if name == "Builtin_sameTerm" and _terms(expression.arg1, expression.arg2):
        return Group((Same(node(expression.arg1), node(expression.arg2), "sameTerm"),))
    if name in _KIND_TESTS and _terms(expression.arg):
        return Group((_needs(expression.arg, _KIND_TESTS[name], name, node),))
    return _pattern(expression, group) or used(expression, node, group)


def used(expression: Any, node: ToNode, group: ToGroup) -> Group:
    """What an expression demands, and the patterns in it, of which either may be meant to fail."""
    patterns = tuple(Part("negated", (group(one),)) for one in patterns_in(expression))
    return Group(tuple(demands(expression, node)), patterns)


def patterns_in(expression: Any) -> Iterator[Any]:
    """The patterns of EXISTS and NOT EXISTS in an expression."""
    name = getattr(expression, "name", "")
    if name in _EXISTENCE:
        yield expression.graph
    for operand in operands(expression) if name and name not in _EXISTENCE else ():
        yield from patterns_in(operand)


def _pattern(expression: Any, group: ToGroup) -> Group | None:
    """The pattern of EXISTS or NOT EXISTS."""
    name, how = getattr(expression, "name", ""), _EXISTENCE
    if name == "UnaryNot" and getattr(expression.expr, "name", "") in how:
        expression = expression.expr
        name = next(one for one in how if one != expression.name)
    if name not in how:
        return None
    return Group(parts=(Part(how[name], (group(expression.graph),)),))


def _relation(expression: Any, node: ToNode, group: ToGroup) -> Group:
    one, operator, other = expression.expr, str(expression.op), expression.other
    if operator == "IN":
        if not _terms(one) or not all(map(_terms, other)):
            return Group()
        rows = tuple(Group(tuple(_compared(one, value, "=", node))) for value in other)
        return Group(parts=(Part("either", rows),)) if rows else Group()
    if operator not in ("=", *_ORDER):
        return Group()
    if _terms(one, other):
        return Group(tuple(_compared(one, other, operator, node)))
    return used(expression, node, group)


def _compared(one: Any, other: Any, operator: str, node: ToNode) -> Iterator[Atom]:
    a, b = node(one), node(other)
    if isinstance(a, Literal):
        a, b = b, a
    shown = f"FILTER({_shown(one)} {operator} {_shown(other)})"
    if isinstance(b, Literal):
        if not isinstance(a, Literal):
            yield Compared(a, b, shown)
    elif operator == "=":
        yield Same(a, b, shown)
    else:
        yield Needs(a, "literal", shown)
        yield Needs(b, "literal", shown)


def demands(expression: Any, node: ToNode) -> Iterator[Atom]:
    """What an expression needs of the variables in it, or it has no value."""
    name = getattr(expression, "name", "")
    if not name or name in _FORGIVING or name.endswith("EXISTS"):
        return
    kind = _kind_needed(name, expression)
    for operand in operands(expression):
        if kind and is_variable(operand):
            yield _needs(operand, kind, name, node)
        else:
            yield from demands(operand, node)


def _kind_needed(name: str, expression: Any) -> Kind | None:
    """The kind that the operands of an expression must be of."""
    if name in ("Aggregate_Sum", "Aggregate_Avg"):
        return "number"
    if name == "RelationalExpression":
        return "literal" if str(expression.op) in _ORDER else None
    return "literal" if name.removeprefix("Builtin_") in _OF_TEXT or name in _ARITHMETIC else None


def _needs(operand: Any, kind: Kind, name: str, node: ToNode) -> Needs:
    plain = name.removeprefix("Builtin_")
    if name.startswith("Aggregate_"):
        plain = name.removeprefix("Aggregate_").upper()
    shown = f"{plain}({_shown(operand)})"
    if name in _ARITHMETIC:
        shown = f"the arithmetic with {_shown(operand)}"
    elif name == "RelationalExpression":
        shown = f"the comparison of {_shown(operand)}"
    return Needs(node(operand), kind, shown)


def named(expression: Any, variable: Any, node: ToNode, group: ToGroup) -> Group:
    """What `expression AS variable` says of the variable and demands of the others."""
    inner = used(expression, node, group)
    parts = (Part("each", (inner,)),) if inner != Group() else ()
    shown = f"(… AS ?{variable})"
    name = getattr(expression, "name", "")
    source = expression.vars if name in _ONE_OF_ITS_VALUES else expression
    if _terms(source):
        return Group((Same(node(variable), node(source), shown),), parts)
    kind = _kind_of(name, expression)
    return Group((Needs(node(variable), kind, shown),) if kind else (), parts)


def _kind_of(name: str, expression: Any) -> Kind | None:
    if name in _TO_THINGS:
        return "thing"
    if name == "Function":
        return "literal" if str(expression.iri).startswith(v.XSD) else None
    return None if name in (*_UNDECIDED, *_ONE_OF_ITS_VALUES, "") else "literal"


def operands(expression: Any) -> Iterator[Any]:
    """The direct operands of an expression."""
    if not hasattr(expression, "items"):
        return
    for key, value in expression.items():
        if key in ("op", "iri", "distinct", "separator", "graph"):
            continue
        if isinstance(value, (list, tuple)) or type(value).__name__ == "ParseResults":
            yield from value
        elif value is not None:
            yield value


def is_variable(operand: Any) -> bool:
    """Whether an operand is a variable and nothing more."""
    from rdflib import Variable as RdfVariable

    return isinstance(operand, RdfVariable)


def _terms(*found: Any) -> bool:
    """Whether each is a variable or a constant, not an expression."""
    from rdflib import URIRef

    return all(is_variable(one) or isinstance(one, URIRef | Literal) for one in found)


def _shown(operand: Any) -> str:
    if is_variable(operand):
        return f"?{operand}"
    return f'"{operand.value}"' if isinstance(operand, Literal) else str(operand)
