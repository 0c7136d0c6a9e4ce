"""Checking SPARQL queries: what is not meaningful is told with its repair, the rest passes."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from ontopilot.cli import main
from ontopilot.ontology import Ontology, QueryViolation
from tests.ontology.conftest import PREFIXES, SHARED, Load
from tests.ontology.queried import WORLD

HEAD = "PREFIX : <http://example.org/t#>\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    path = tmp_path_factory.mktemp("query") / "world.ttl"
    path.write_text(PREFIXES + WORLD, encoding="utf-8")
    return Ontology.load(path)


def check(world: Ontology, query: str) -> tuple[QueryViolation, ...]:
    return world.check_query(HEAD + query)


WRONG = [
    # terms
    (
        "SELECT * { ?x a :Kettel }",
        "undeclared-term",
        ":Kettel",
        "nearest declared class is :Kettle",
    ),
    ("SELECT * { ?x :totl ?y }", "undeclared-term", ":totl", "nearest declared property is :total"),
    ("SELECT * { ?x a :Order ; :weightInKilograms ?y }", "undeclared-term", "properties of :Order"),
    ("SELECT * { ?x :status :opn }", "undeclared-term", "nearest declared individual is :open"),
    ("SELECT * { ?x <http://other.org/Order#total> 1 }", "undeclared-term", "correct the PREFIX"),
    ("SELECT * { ?x rdfs:lable ?y }", "undeclared-term", "nearest declared property is rdfs:label"),
    ("SELECT * { ?x a owl:Klass }", "undeclared-term", "owl:Class"),
    ("SELECT * { VALUES ?c { :Kettel } ?x a ?c }", "undeclared-term", ":Kettle"),
    ("SELECT * { ?x ?p ?y FILTER(?p = :totl) }", "undeclared-term", ":total"),
    ("SELECT * { ?x a/rdfs:subClassOf* :Prodct }", "undeclared-term", ":Product"),
    ("SELECT * { ?x (:placedBy|:knos)/:address ?y }", "undeclared-term", ":knows"),
    ("SELECT * { ?x :Order ?y }", "class-as-property", "write `?x a :Order`"),
    ("SELECT * { ?x a :placedBy }", "property-as-class", "write `?x :placedBy ?value`"),
    ("SELECT * { ?x a :anna }", "individual-as-class", "FILTER(?x = :anna)"),
    ("SELECT * { ?x :anna ?y }", "individual-as-property", "as a property"),
    ("SELECT * { ?x a xsd:string }", "datatype-as-class", "as a class"),
    ("SELECT * { ?x :contains :Kettle }", "class-as-individual", "`?kettle a :Kettle`"),
    ("SELECT * { ?x :contains :total }", "property-as-individual", "as an individual"),
    ('SELECT * { ?x a "order" }', "literal-for-class", "write the class :Order"),
    ("SELECT * { ?x a :Nobody }", "empty-class", "nothing be a :Nobody"),
    # classes along a variable
    ("SELECT * { ?x a :Person ; a :Firm }", "disjoint-classes", "keeps :Firm and :Person apart"),
    ("SELECT * { ?x a :Staff ; a :Firm }", "disjoint-classes", "keeps"),
    ("SELECT * { ?x a :Kettle ; a :Router }", "disjoint-classes", "no class or individual"),
    ("SELECT * { ?x a :Gift ; a :Kettle }", "disjoint-classes", ":Kettle and :Order"),
    ("SELECT * { ?x a :Customer ; a :Kettle }", "disjoint-classes", "no class or individual"),
    ("SELECT * { ?x a :Kettle ; :total ?t }", "domain", "the domain of :total", ":hasPart"),
    ("SELECT * { ?x a :Kettle ; :containsSoldOut ?t }", "domain", "domain of :contains through"),
    ("SELECT * { ?x a :Kettle ; :placed ?t }", "domain", "range of :placedBy|domain of :placedBy"),
    ("SELECT * { ?x a :Kettle ; :address ?a }", "domain", ":Order or a :Party"),
    ("SELECT * { ?x :contains ?y . ?y a :Person }", "range", "properties that lead to :Person"),
    ("SELECT * { ?x :knows ?y . ?y a :Order }", "range", "domain of :knows|range of :knows"),
    ("SELECT * { ?x :notFor ?y . ?y a :Staff }", "range", "no :Person"),
    ("SELECT * { ?x :status ?y . ?y a :Address }", "range", ":State"),
    ("SELECT * { ?x :status :anna }", "range", ":anna is a :Person"),
    ("SELECT * { :anna :contains ?y }", "domain", ":anna is a :Person"),
    ("SELECT * { ?x a :Kettle ; :hasPart ?p . ?p a :Chip }", "range", "every :Kettle has only"),
    ("SELECT * { ?x :total ?t ; :hasPart ?p }", "double-domain", "?order :contains ?product"),
    (
        "SELECT * { ?x :contains ?y . ?z :placedBy ?y }",
        "double-range",
        "properties that lead to :Product",
    ),
    ("SELECT * { ?x :contains ?y . ?y :total ?t }", "domain-range", "swap the ends"),
    ("SELECT * { ?p a :Person . ?p :placedBy ?o . ?o a :Order }", "domain", "`?o :placedBy ?p`"),
    ("SELECT * { ?o :contains/:address ?a }", "domain-range", "?step1"),
    ("SELECT * { ?x a :Order . ?x ^:placedBy ?y }", "range", "swap the ends"),
    ("SELECT * { ?x a :Order . ?x :knows+ ?y }", "domain", ":knows"),
    ("SELECT * { ?x a :Order . ?x :knows* ?y . ?y a :Kettle }", "disjoint-classes|domain", "?x"),
    ("SELECT * { ?x a :Kettle . ?x :total|:placedOn ?y }", "domain", "?x"),
    ("SELECT * { VALUES ?c { :Kettle :Lid } ?x a ?c ; :total ?t }", "domain", ":total"),
    ("SELECT * { ?x a ?c ; :total ?t FILTER(?c IN (:Kettle, :Lid)) }", "domain", ":total"),
    ("SELECT * { BIND(:Kettle AS ?c) ?x a ?c ; :total ?t }", "domain", ":total"),
    ("SELECT * { ?x a :Order . ?y a :Person FILTER(?x = ?y) }", "disjoint-classes", ":Person"),
    ("SELECT * { ?x a :Order . ?y a :Person FILTER(sameTerm(?x, ?y)) }", "disjoint-classes", "?"),
    ("SELECT * { ?x a :Kettle OPTIONAL { ?x :total ?t } }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle { ?x a :Product } UNION { ?x :total ?t } }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle FILTER EXISTS { ?x :total ?t } }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle FILTER NOT EXISTS { ?x :total ?t } }", "domain", ":total"),
    (
        "SELECT * { ?x a :Order FILTER(?x = :a || EXISTS { ?x :ttl 5 }) }",
        "undeclared-term",
        ":total",
    ),
    ("SELECT * { ?x a :Kettle FILTER(!(EXISTS { ?x :total 5 })) }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle BIND(IF(EXISTS { ?x :total 5 }, 1, 2) AS ?n) }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle MINUS { ?x :total ?t } }", "domain", ":total"),
    ("SELECT * { ?y a :Order MINUS { ?x a :Kettle ; :total ?t } }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle { SELECT ?x { ?x :total ?t } } }", "domain", ":total"),
    ("SELECT * { ?x a :Kettle GRAPH ?g { ?x :total ?t } }", "domain", ":total"),
    ("SELECT * { SERVICE <urn:a> { ?x a :Kettle ; :total ?t } }", "domain", ":total"),
    ("ASK { ?x a :Kettle ; :total ?t }", "domain", ":total"),
    ("CONSTRUCT WHERE { ?x a :Kettle ; :total ?t }", "domain", ":total"),
    ("DESCRIBE ?x { ?x a :Kettle ; :total ?t }", "domain", ":total"),
    (
        "SELECT * { ?o a :Order OPTIONAL { ?o :contains ?p } OPTIONAL { ?p :total ?t } }",
        "domain-range",
        ":total",
    ),
    # literals and things
    ('SELECT * { ?x :contains "kettle" }', "literal-for-object", '"kettle" is a literal'),
    ('SELECT * { ?x :placedBy "Anna" }', "literal-for-object", "range of :placedBy"),
    ("SELECT * { ?x :total :anna }", "object-for-literal", ":total is a data property|xsd:decimal"),
    ("SELECT * { ?x :name ?n . ?n :total ?t }", "literal-as-thing", "another variable"),
    ("SELECT * { ?x :name ?n . ?y :contains ?n }", "literal-as-thing", "makes ?n a literal"),
    ("SELECT * { ?x a :Order FILTER(regex(?x, 'a')) }", "thing-as-literal", "such as that of :"),
    ("SELECT * { ?x :placedBy ?y FILTER(?y > 5) }", "thing-as-literal", "compares"),
    ("SELECT * { ?x :placedBy ?y FILTER(?y = 'Anna') }", "thing-as-literal", "compares"),
    ("SELECT * { ?x :placedBy ?y FILTER(lang(?y) = 'en') }", "thing-as-literal", "LANG(?y)"),
    ("SELECT * { ?x :name ?y FILTER(isIRI(?y)) }", "thing-as-literal|literal-as-thing", "isIRI"),
    ("SELECT (?x + 1 AS ?n) { ?x a :Order }", "thing-as-literal", "arithmetic"),
    ("SELECT (SUM(?x) AS ?n) { ?x a :Order }", "aggregate", "SUM(?x) needs ?x to be a number"),
    ("SELECT (AVG(?d) AS ?n) { ?x :placedOn ?d }", "aggregate", "AVG(?d)"),
    ("SELECT ?x { ?x a :Order } GROUP BY ?x HAVING(SUM(?x) > 1)", "aggregate", "SUM(?x)"),
    ("SELECT * { ?x :total ?t BIND(STR(?t) AS ?s) ?s a :Order }", "thing-as-literal", "AS ?s"),
    ('SELECT * { ?x :placedOn "soon" }', "datatype", "xsd:dateTime"),
    ("SELECT * { ?x :total 'many' }", "datatype", "xsd:decimal"),
    ('SELECT * { ?x :urgent "maybe"^^xsd:boolean }', "datatype", "xsd:boolean"),
    ("SELECT * { ?x :placedOn ?d FILTER(?d > 5) }", "datatype", "xsd:dateTime"),
    ("SELECT * { ?x :placedOn ?d FILTER(?d > 'soon') }", "datatype", "xsd:dateTime"),
    ("SELECT * { ?x :total ?t . ?y :placedOn ?t }", "datatype", "one datatype"),
    ('SELECT * { ?x :size "XL" }', "datatype", ":size"),
    ('SELECT * { ?x :grade "good" }', "datatype", ":grade"),
    # variables
    ("SELECT ?x ?z { ?x a :Order }", "unbound-head", "?z"),
    ("SELECT ?ordr { ?order a :Order }", "unbound-head", "did you mean ?order"),
    ("SELECT (?z + 1 AS ?n) { ?x a :Order }", "unbound-head", "?z"),
    ("CONSTRUCT { ?x :name ?n } WHERE { ?x a :Order }", "unbound-head", "?n"),
    ("DESCRIBE ?z { ?x a :Order }", "unbound-head", "?z"),
    ("SELECT ?t { { SELECT ?x { ?x :total ?t } } }", "unbound-head", "?t"),
    ("SELECT ?x { { SELECT ?x ?q { ?x :total ?t } } }", "unbound-head", "the subquery"),
    ("SELECT ?t { ?x a :Order MINUS { ?x :total ?t } }", "unbound-head", "?t"),
    ("SELECT ?x { ?x a :Order FILTER(?t > 5) }", "unbound-variable", "?t"),
    ("SELECT ?x { ?x :total ?t { ?x :name ?n FILTER(?t > 5) } }", "unbound-variable", "?t"),
    ("SELECT ?x { BIND(?t + 1 AS ?u) ?x :total ?t }", "unbound-variable", "this BIND"),
    ("SELECT ?x { ?x a :Order } ORDER BY ?t", "unbound-variable", "?t"),
    ("SELECT ?x { ?x :total ?t BIND(1 AS ?t) }", "rebound-variable", "?t2"),
    ("SELECT ?x (1 AS ?t) { ?x :total ?t }", "rebound-variable", "SELECT gives"),
    ("SELECT ?x (COUNT(*) AS ?n) { ?x a :Order }", "not-grouped", "add ?x to GROUP BY"),
    ("SELECT ?x ?t { ?x :total ?t } GROUP BY ?x", "not-grouped", "?t"),
    ("SELECT * { ?x :total ?t } GROUP BY ?x", "not-grouped", "SELECT *"),
    # syntax
    ("SELECT ?x { ?x a :Order", "syntax", "line 2", "1 '{' is not closed"),
    ("SELECT ?x { ?x a :Order }}", "syntax", "1 '}' too many"),
    ("SELECT ?x { ?x a }", "syntax", "line 2, column 13"),
    ("SELECT COUNT(?x) { ?x a :Order }", "syntax", "(COUNT(?x) AS ?number)"),
    ("SELECT ?x, ?y { ?x a ?y }", "syntax", "not commas"),
    ("INSERT DATA { :a :name 'b' }", "syntax", "an update cannot be checked"),
    ("What do we sell?", "syntax", "not valid SPARQL"),
    ("", "syntax", "ends too early"),
    ("SELECT ?x { ?x a shop:Order }", "undeclared-prefix", "shop:"),
    ("SELECT ?x { ?x skos:prefLabel ?l }", "undeclared-prefix", "PREFIX skos: <http://www.w3.org/"),
]


@pytest.mark.parametrize(("query", "rule", "said"), [(q, r, s) for q, r, *s in WRONG])
def test_what_is_not_meaningful_is_told_with_its_repair(
    world: Ontology, query: str, rule: str, said: list[str]
) -> None:
    found = check(world, query)
    assert {one.rule for one in found} & set(rule.split("|")), found
    told = " ".join(one.message for one in found)
    for part in said:
        assert any(words in told for words in part.split("|")), (part, told)
    for one in found:
        assert "\n" not in one.message
        assert one.message.endswith(".")


RIGHT = [
    "SELECT * { ?x a :Order ; :total ?t ; :placedBy ?p . ?p :name ?n }",
    "SELECT ?n { ?x a :Order ; :placedBy/:name ?n }",
    "SELECT * { ?x a :Customer ; a :Person ; :name ?n ; :knows ?y }",
    "SELECT * { ?x a :Party ; a :Staff }",
    "SELECT * { ?x a :Product ; :hasPart ?p . ?p a :Chip }",
    "SELECT * { ?x a :Router ; :hasPart ?p . ?p a :Chip }",
    "SELECT * { ?x a :Gift ; :total ?t }",
    "SELECT * { ?x a :Gift ; a :Order ; :placedBy ?p . ?p a :Firm }",
    "SELECT * { ?x :knows ?y . ?y :knows ?x }",
    "SELECT * { ?x :knows* ?y . ?x a :Kettle }",
    "SELECT * { ?x ^:placedBy ?o . ?o a :Order . ?x :placed ?o }",
    "SELECT * { ?x :address ?a . ?x a :Order }",
    "SELECT * { ?x :address ?a . ?x a :Firm }",
    "SELECT * { ?x :notFor ?y . ?y a :Firm }",
    "SELECT * { ?x :status :open . ?x :status ?s . ?s a :State }",
    "SELECT * { :kettle1 :hasPart ?p } ",
    "SELECT * { <http://data.example.org/9> :total ?t ; :placedBy <http://data.example.org/8> }",
    "SELECT * { ?x :note ?n . ?x :note :anna . :Order :note 'text' }",
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT * { :Order skos:prefLabel ?l }",
    "SELECT ?l { :Order rdfs:label ?l . ?c rdfs:subClassOf+ :Product ; rdfs:label ?m }",
    "SELECT ?p { ?p rdfs:domain :Order ; a owl:ObjectProperty }",
    "SELECT ?c (COUNT(*) AS ?n) { ?x a ?c . ?c rdfs:subClassOf* :Product } GROUP BY ?c",
    "SELECT * { ?x ?p ?o }",
    "SELECT * { VALUES ?p { :total :hasPart } ?x ?p ?o }",
    "SELECT * { VALUES ?c { :Kettle :Order } ?x a ?c ; :total ?t }",
    "SELECT * { VALUES (?x ?t) { (UNDEF 5) (:kettle1 UNDEF) } ?o :total ?t ; :contains ?x }",
    "SELECT * { ?x :total|:size ?y . ?x a :Kettle }",
    "SELECT * { { ?x :total ?t } UNION { ?x :hasPart ?t } }",
    "SELECT * { ?x a :Product OPTIONAL { ?x :name ?n } OPTIONAL { ?x :size ?n } }",
    "SELECT * { ?x a :Kettle FILTER NOT EXISTS { ?x a :Order } MINUS { ?x a :Router } }",
    "SELECT * { ?x a :Order FILTER(!(EXISTS { ?x :total ?t FILTER(?t > 5) })) }",
    "SELECT * { ?x a :Order FILTER(!(isLITERAL(?x) && ?x > 5)) }",
    "SELECT * { ?x a :Order FILTER(EXISTS { ?x :total 5 } || NOT EXISTS { ?x a :Kettle }) }",
    "SELECT * { ?x a :Order BIND(EXISTS { ?x :total 5 } AS ?dear) FILTER(?dear) }",
    "SELECT * { ?x a :Order OPTIONAL { ?x :total ?t } FILTER(!BOUND(?t)) }",
    "SELECT * { ?x a :Order OPTIONAL { ?y :total ?t FILTER(?x != ?y) } }",
    "SELECT * { { SELECT ?x { ?x a :Order ; :contains ?y } } ?y a :Person }",
    "SELECT (SUM(?t) / COUNT(DISTINCT ?x) AS ?n) { ?x :total ?t }",
    "SELECT ?d (MAX(?t) AS ?m) { ?x :total ?t ; :placedOn ?at } GROUP BY (YEAR(?at) AS ?d)",
    "SELECT ?x { ?x :total ?t } GROUP BY ?x HAVING (SUM(?t) > 5) ORDER BY DESC(SUM(?t))",
    "SELECT (COUNT(?x) AS ?n) (?n * 2 AS ?m) { ?x a :Order }",
    "SELECT * { ?x :placedOn ?d FILTER(?d >= '2019-01-01' && YEAR(?d) < 2020) }",
    "SELECT * { ?x :placedOn ?d FILTER(?d >= '2019-01-01'^^xsd:date) }",
    "SELECT * { ?x :total ?t . FILTER(?t > 5 || ?t = 2.5) }",
    "SELECT * { ?x :total 5 ; :grade 7 ; :size 'M' ; :urgent true ; :name 'a', 'b'@en }",
    "SELECT * { ?x a :Order FILTER(regex(STR(?x), 'a')) BIND(IRI(STR(?x)) AS ?y) ?y :total ?t }",
    "SELECT * { ?x a :Order BIND(COALESCE(?x, 1) AS ?y) BIND(<urn:f>(?y) AS ?z) ?z :total ?t }",
    "SELECT * { SERVICE <https://a.org/sparql> { ?x <http://a.org/P31> ?y } ?x a :Order }",
    "SELECT * { GRAPH :anything { ?x :total ?t } }",
    "SELECT * { ?x (:a:b|!(:total|^:name)) ?y }".replace(":a:b", ":knows"),
    "ASK { ( 1 2 ) rdf:rest ?x }",
    "ASK {}",
    "DESCRIBE :Order",
    "CONSTRUCT { ?x <urn:mine> ?t } WHERE { ?x :total ?t }",
    "SELECT ?t { ?x a :Order } VALUES ?t { 1 2 }",
    "select distinct ?x where { ?x a :Order } order by ?x limit 5 offset 2",
    "BASE <http://example.org/u> SELECT ?x { ?x a <t#Order> }",
    "PREFIX o: <http://example.org/t#Or> SELECT ?x { ?x a o:der }",
    "PREFIX e: <http://example.org/> SELECT ?x { ?x a e:t\\#Order }",
    "SELECT ?x { ?x a :Order . # } a comment with { and ' \n }",
    'SELECT ?número { ?número :name \'ключ {\' ; :name """a \' " } b""" }',
    "SELECT ?x { ?x a <http://example.org/t#\\u004frder> }",
]


@pytest.mark.parametrize("query", RIGHT)
def test_what_is_meaningful_passes(world: Ontology, query: str) -> None:
    assert check(world, query) == ()


ALL_OF_SPARQL = r"""
SELECT REDUCED ?x FROM <urn:g> FROM NAMED <urn:h> WHERE { ?x a :Order FILTER(?x NOT IN (:a, :b)) }

SELECT ?x WHERE { ?x :total 1e6, -5, +2.5, .5 ; :name 'a\'b', "c\"d\n", '''x'y''' ;; a :Order ; .
}

SELECT (GROUP_CONCAT(DISTINCT ?n; SEPARATOR=", ") AS ?all) (COUNT(DISTINCT *) AS ?c) { ?x :name ?n
}

SELECT ?x { ?x :total ?t } ORDER BY ASC(?t) ?x DESC(UCASE(STR(?x))) LIMIT 10 OFFSET 3

SELECT ?x { ?x :total ?t . BIND(IF(?t > 3, "a", "b") AS ?u) BIND(STRDT("a", xsd:string) AS ?s)
BIND(STRLANG("a","en") AS ?l) BIND(NOW() AS ?n) BIND(UUID() AS ?id) BIND(BNODE() AS ?b)
BIND(RAND() AS ?r) BIND(CONCAT("a", STR(?t)) AS ?c2) }

SELECT ?x { [] a :Order ; :placedBy [ :name ?x ] . [ :total ?t ] . _:b :total ?t2 }

SELECT ?x { ?x a :Order MINUS { ?x :total 5 } FILTER (?x != :a && REGEX(STR(?x), "^a", "i")) }
GROUP BY ?x HAVING (COUNT(*) > 1)

SELECT (xsd:integer(?t) AS ?i) (COALESCE(?t, 0) AS ?j) (ABS(?t) AS ?k) (ROUND(?t * 100) / 100 AS
?m) { ?x :total ?t }

SELECT ?x { { ?x a :Order . { ?x :total 5 } UNION { ?x :total 6 } UNION { ?x :total 7 } } }

SELECT ?y (AVG(?t) AS ?a) { ?x :total ?t ; :placedOn ?d . BIND(YEAR(?d) AS ?y) } GROUP BY ?y ORDER
BY DESC(?a)

SELECT ?x { ?x :placedOn ?d FILTER(?d >= "2019-01-01T00:00:00"^^xsd:dateTime && ?d < NOW()) }

SELECT ?x { ?x :placedOn ?d FILTER(xsd:date(?d) >= "2019-01-01"^^xsd:date) }

SELECT ?x (?b - ?a AS ?days) { ?x :placedOn ?a . ?y :placedOn ?b }

SELECT ?s { ?s ?p ?o . FILTER(isLiteral(?o)) FILTER(CONTAINS(LCASE(STR(?o)), "x")) }

SELECT ?x { ?x :name ?n FILTER(LANGMATCHES(LANG(?n), "en") || LANG(?n) = "") }

SELECT DISTINCT ?c { ?x a ?c }

SELECT ?p (COUNT(?o) AS ?n) { ?x a :Order ; ?p ?o } GROUP BY ?p

ASK WHERE { :kettle1 a :Kettle }

SELECT ?x { ?x :name ?n . FILTER(STRLEN(?n) > 3 && SUBSTR(?n, 1, 2) = "ab" && STRBEFORE(?n, "b") =
"a" && REPLACE(?n, "a", "b") != "x") }

SELECT ?x WHERE { GRAPH <urn:g> { ?x a :Order } GRAPH ?g { ?x :total ?t } }

SELECT ?x { SERVICE SILENT <urn:s> { ?x a :Order } }

SELECT ?a ?b { ?a :knows ?b . FILTER(STR(?a) < STR(?b)) }

SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?x { ?x a :Order } } }

SELECT ?x (MAX(?t) AS ?m) { ?x :total ?t } GROUP BY ?x HAVING (MAX(?t) > 5 && COUNT(?t) > 1)

SELECT * WHERE { ?x a :Order OPTIONAL { ?x :placedBy ?p . OPTIONAL { ?p :name ?n } }
FILTER(!BOUND(?n) || ?n = "a") }

SELECT ?x WHERE { ?x a :Order . OPTIONAL { ?x :total ?t } BIND(COALESCE(?t, 0) AS ?v) FILTER(?v >
1) }

SELECT ?x WHERE { ?x a :Order . OPTIONAL { ?x :total ?t FILTER(?t > 3) } } VALUES (?x) { (<urn:a>)
(UNDEF) }

SELECT ?x ?l WHERE { ?x a :Order ; rdfs:label ?l . FILTER EXISTS { ?x :total ?t FILTER(?t > 5 &&
?l = "a") } }

CONSTRUCT { ?x a :Order . [] rdf:value ?t } WHERE { ?x :total ?t } LIMIT 5
""".strip().split("\n\n")


@pytest.mark.parametrize("query", ALL_OF_SPARQL)
def test_every_construct_of_sparql_is_read(world: Ontology, query: str) -> None:
    assert check(world, query) == ()


def test_a_class_that_is_an_individual_as_well_may_be_a_value(load: Load) -> None:
    ontology = load(":p a owl:ObjectProperty . :Meta a owl:Class . :Kind a owl:Class, :Meta .")
    assert check(ontology, "SELECT * { ?x :p :Kind ; a :Kind }") == ()


def test_without_reasoning_definitions_still_count(load: Load) -> None:
    ontology = load(WORLD, reasoner="none")
    assert check(ontology, "SELECT * { ?x :placedBy ?y . ?y a :Staff }") == ()
    assert check(ontology, "SELECT * { ?x :placedBy ?y . ?y a :Kettle }")[0].rule == "range"


def test_an_rdfs_vocabulary_tells_kinds_by_its_ranges(load: Load) -> None:
    ontology = load(
        ":A a rdfs:Class . :B a rdfs:Class . :p a rdf:Property ; rdfs:domain :A ; rdfs:range :B ."
        ":q a rdf:Property ; rdfs:domain :A ; rdfs:range xsd:integer ."
    )
    assert check(ontology, "SELECT * { ?x :p ?y ; :q 5 . ?y a :B }") == ()
    rules = {one.rule for one in check(ontology, "SELECT * { ?x :p 'a' ; :q ?y . ?y :p ?z }")}
    assert rules == {"literal-for-object", "literal-as-thing"}


def test_terms_of_an_import_that_is_missing_are_not_called_undeclared(load: Load) -> None:
    ontology = load(
        "<http://example.org/t> owl:imports <http://example.org/other> . :A a owl:Class .",
        allow_missing_imports=True,
    )
    assert check(ontology, "SELECT * { ?x a <http://example.org/other#B> }") == ()
    assert check(ontology, "SELECT * { ?x a :B }")[0].rule == "undeclared-term"


def test_three_demands_that_only_two_by_two_go_together_are_a_conflict(load: Load) -> None:
    ontology = load(
        ":A a owl:Class . :B a owl:Class . :C a owl:Class . :AB rdfs:subClassOf :A, :B ."
        ":BC rdfs:subClassOf :B, :C . :AC rdfs:subClassOf :A, :C . :D a owl:Class ."
        ":p a owl:ObjectProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( :AB :D ) ] ."
        ":q a owl:ObjectProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( :BC :D ) ] ."
        ":r a owl:ObjectProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( :AB :BC ) ] ."
    )
    assert check(ontology, "SELECT * { ?x :p ?y ; :q ?y }") == ()
    (found,) = check(ontology, "SELECT * { ?x :p ?y ; :q ?y ; :r ?y }")
    assert "nothing is all of that" in found.message


def test_an_empty_ontology_has_nothing_to_suggest(load: Load) -> None:
    (found,) = check(load(""), "SELECT * { ?x a :A }")
    assert "it declares no class at all" in found.message


def test_each_wrong_term_is_told_once(world: Ontology) -> None:
    found = check(world, "SELECT * { ?x a :Kettel . ?y a :Kettel . ?z a :Kettel }")
    assert [one.rule for one in found] == ["undeclared-term"]


def test_a_query_with_every_fault_names_them_all(world: Ontology) -> None:
    found = check(
        world, "SELECT ?q { ?x a :Kettle ; :totl ?a ; :total ?t ; :hasPart 'lid' FILTER(?b > 1) }"
    )
    rules = {"undeclared-term", "unbound-head", "unbound-variable", "domain", "literal-for-object"}
    assert {one.rule for one in found} >= rules


HOSTILE = {
    "many subjects": "SELECT * { " + " ".join(f"?x{i} :total ?t{i} ." for i in range(400)) + " }",
    "deep groups": "SELECT * " + "{ " * 150 + "?x :total ?t" + " }" * 150,
    "deep options": "SELECT * {" + " OPTIONAL { ?x :total ?t" * 60 + "}" * 60 + "}",
    "deep parentheses": "SELECT * { ?x :total ?t FILTER(" + "(" * 80 + "?t" + ")" * 80 + " > 1) }",
    "long path": "SELECT * { ?x " + "/".join([":knows"] * 300) + " ?y }",
    "many rows": "SELECT * { VALUES ?x { " + "<urn:a> " * 3000 + "} ?x :total ?t }",
    "many choices": "SELECT * { "
    + " ".join(f"VALUES ?c{i} {{ :Order :Gift }} ?x a ?c{i} ." for i in range(30))
    + " }",
    "many properties": "SELECT * { ?x " + " ; ".join([":total ?t"] * 1000) + " }",
    "many unions": "SELECT * { " + " UNION ".join(["{ ?x :total ?t }"] * 100) + " }",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_large_or_deep_query_is_read_and_passes(world: Ontology, name: str) -> None:
    assert check(world, HOSTILE[name]) == ()


def test_a_fault_deep_inside_is_found(world: Ontology) -> None:
    deep = "SELECT * " + "{ " * 150 + "?x a :Kettle ; :total ?t" + " }" * 150
    assert [one.rule for one in check(world, deep)] == ["domain"]


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("SELECT * { ?x :total ?t }" + " " * 400_000, "too-large"),
        ("SELECT * " + "{ " * 100_000, "too-large"),
        ("SELECT * { ?x :name 'a\x00b' } \x00", "syntax"),
        ("\ufeff\u202eSELECT", "syntax"),
        ("SELECT * { ?x :name '\\uZZZZ }", "syntax"),
        ("SELECT * { ?x :name '\\uFFFFFFFF' }", "syntax"),
        ("(" * 5000, "too-large"),
        ("SELECT * { ?x :knows " + "[ :knows " * 20_000 + "?y" + "]" * 20_000 + "}", "too-large"),
        ("SELECT * { ?x :name '(((((", "syntax"),
        ("SELECT * { ?x :name '" + "a" * 200_000, "syntax"),
    ],
)
def test_a_hostile_text_is_refused_in_one_sentence(world: Ontology, query: str, rule: str) -> None:
    began = time.monotonic()
    (found,) = check(world, query)
    assert found.rule == rule
    assert "\n" not in found.message
    assert len(found.message) < 600
    assert time.monotonic() - began < 30


def test_a_message_holds_no_more_of_a_literal_than_it_needs(world: Ontology) -> None:
    (found,) = check(world, f"SELECT * {{ ?x :contains '{'long ' * 5000}' }}")
    assert len(found.message) < 600


def test_many_threads_check_at_once(world: Ontology) -> None:
    queries = [query for query, *_ in WRONG[:20]] + [HOSTILE["deep groups"], *RIGHT[:20]]
    alone = [check(world, query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: check(world, query), queries * 2))
    assert together == alone * 2


def test_the_facts_of_the_demo_make_meaningful_queries(shop: Ontology) -> None:
    classes = {term.iri for term in shop.terms("class")}
    for number, fact in enumerate(shop.facts()):
        if fact.subject in classes or not isinstance(fact.object, str) or number % 10:
            continue
        kinds = "".join(f" ; a <{cls}>" for cls in shop.types(fact.subject))
        pattern = f"<{fact.predicate}> <{fact.object}>"
        query = f"SELECT ?x {{ ?x {pattern}{kinds} . <{fact.subject}> {pattern} }}"
        assert shop.check_query(query) == (), query


def test_the_file_of_a_query_is_no_part_of_a_message(world: Ontology) -> None:
    for query, *_ in WRONG:
        for one in check(world, query):
            assert str(Path(world.path).parent) not in one.message


# --- on the command line ------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The ontology and a file of queries to fill."""
    (tmp_path / "world.ttl").write_text(PREFIXES + WORLD, encoding="utf-8")
    return tmp_path / "world.ttl", tmp_path / "queries.jsonl"


def rows(path: Path, *found: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in found), encoding="utf-8")
    return path


def run(*arguments: object) -> int:
    return main(["ontology", "query-check", *map(str, arguments)])


def test_the_command_prints_one_document_and_fails_when_a_query_does(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ontology, queries = files
    right = {"id": "right", "sparql": HEAD + "SELECT ?x { ?x a :Order }"}
    wrong = {"id": 2, "sparql": HEAD + "SELECT ?x { ?x a :Ordre }"}
    assert run(ontology, "--queries", rows(queries, right, wrong), "--json") == 1
    out, err = capfd.readouterr()
    (first, second) = json.loads(out)["results"]
    assert first == {"id": "right", "ok": True, "violations": []}
    assert (second["id"], second["ok"]) == (2, False)
    assert set(second["violations"][0]) == {"rule", "message"}
    assert err == ""
    assert run(ontology, "--queries", rows(queries, right), "--json") == 0


def test_the_command_prints_a_table_for_people(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ontology, queries = files
    text = HEAD + "SELECT ?x { ?x a :Ordre ; :total :anna }"
    listed = {"id": "q", "sparql": [text, HEAD + "ASK { ?x a :Order }"]}
    assert run(ontology, "--queries", rows(queries, listed)) == 1
    out, err = capfd.readouterr()
    assert "2 queries, 1 not meaningful" in out
    assert "undeclared-term" in out
    assert "q#2" in out
    assert err == ""


def test_many_queries_tell_on_stderr_how_far_they_are(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ontology, queries = files
    many = [{"id": n, "sparql": "ASK { ?x ?y ?z }"} for n in range(60)]
    assert run(ontology, "--queries", rows(queries, *many), "--json") == 0
    out, err = capfd.readouterr()
    assert len(json.loads(out)["results"]) == 60
    assert "50 of 60 queries checked" in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 1}', "line 1: the field 'sparql' is None"),
        ('\n{"id": 1, "sparql": 5}', "line 2: the field 'sparql' is 5"),
        ('{"id": 1, "sparql": []}', "the field 'sparql' is []"),
        ("not json", "line 1: 'not json' is not JSON"),
        ("[1]", "is not a JSON object"),
        ("", "there is no query in it"),
    ],
)
def test_a_bad_row_is_one_sentence(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    ontology, queries = files
    queries.write_text(content, encoding="utf-8")
    assert run(ontology, "--queries", queries, "--json") == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_missing_file_is_one_sentence_and_a_missing_option_is_wrong_usage(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ontology, queries = files
    assert run(ontology, "--queries", queries) == 1
    assert "cannot be read" in capfd.readouterr().err
    assert run(ontology) == 2
    assert "--queries" in capfd.readouterr().err


# --- on the insurance benchmark -----------------------------------------------------------------

BENCHMARK = "query_check"
ACME = SHARED.parent / "acme"


@pytest.mark.shared
def test_every_gold_query_of_the_insurance_benchmark_passes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    code = run(ACME / "ontology/insurance.ttl", "--queries", ACME / "inquiries.jsonl", "--json")
    results = json.loads(capfd.readouterr().out)["results"]
    assert [one["violations"] for one in results if not one["ok"]] == []
    assert (code, len(results)) == (0, 30)


@pytest.mark.shared
@pytest.mark.slow
def test_of_broken_insurance_queries_nearly_all_are_caught(benchmark: ModuleType) -> None:
    figures = benchmark.measure(ACME)
    assert figures["gold_passed"] == figures["gold_checked"] == 60
    assert figures["mutants"] > 300
    for kind, one in figures["kinds"].items():
        assert one["mutants"] > 30, kind
        assert one["caught"] >= 0.95, kind
        assert one["named"] >= 0.95, kind


@pytest.mark.shared
def test_mutants_are_the_same_for_a_seed_and_each_differs_from_its_query(
    benchmark: ModuleType,
) -> None:
    from rdflib import Graph

    axioms = benchmark.Axioms(Graph().parse(ACME / "ontology/insurance.ttl"))
    row = json.loads((ACME / "inquiries.jsonl").read_text(encoding="utf-8").splitlines()[1])
    query = benchmark.Split.of(row["sparql"][0])
    first, second = (list(benchmark.mutations(query, axioms, Random(3))) for _ in range(2))
    assert first == second
    assert all(one.text != query.text() for one in first)
    assert len({one.text for one in first}) == len(first)
