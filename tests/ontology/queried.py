"""A small ontology that queries are asked of, with most of what OWL can say of the ends."""

WORLD = """
:Party a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( :Person :Firm ) ] .
:Person a owl:Class ; owl:disjointWith :Firm . :Firm a owl:Class .
:Customer a owl:Class ; rdfs:subClassOf :Party .
:Staff a owl:Class ; rdfs:subClassOf :Person .
:Product a owl:Class . :Kettle a owl:Class ; rdfs:subClassOf :Product ,
  [ a owl:Restriction ; owl:onProperty :hasPart ; owl:allValuesFrom :Lid ] .
:Router a owl:Class ; rdfs:subClassOf :Product .
:Part a owl:Class . :Lid a owl:Class ; rdfs:subClassOf :Part .
:Chip a owl:Class ; rdfs:subClassOf :Part .
:Order a owl:Class ; rdfs:label "order"@en . :Address a owl:Class .
:Gift a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :Order
  [ a owl:Restriction ; owl:onProperty :placedBy ; owl:someValuesFrom :Person ] ) ] .
:Nobody a owl:Class ; rdfs:subClassOf :Person , :Firm .
:placedBy a owl:ObjectProperty ; rdfs:domain :Order ; rdfs:range :Party .
:placed a owl:ObjectProperty ; owl:inverseOf :placedBy .
:contains a owl:ObjectProperty ; rdfs:domain :Order ; rdfs:range :Product .
:containsSoldOut a owl:ObjectProperty ; rdfs:subPropertyOf :contains .
:hasPart a owl:ObjectProperty ; rdfs:domain :Product ; rdfs:range :Part .
:knows a owl:ObjectProperty , owl:SymmetricProperty ; rdfs:domain :Person .
:address a owl:ObjectProperty ; rdfs:range :Address ;
  rdfs:domain [ a owl:Class ; owl:unionOf ( :Party :Order ) ] .
:notFor a owl:ObjectProperty ; rdfs:range [ a owl:Class ; owl:complementOf :Person ] .
:status a owl:ObjectProperty ; rdfs:domain :Order ; rdfs:range [ owl:oneOf ( :open :closed ) ] .
:State a owl:Class . :open a :State . :closed a :State .
:total a owl:DatatypeProperty ; rdfs:domain :Order ; rdfs:range xsd:decimal .
:placedOn a owl:DatatypeProperty ; rdfs:domain :Order ; rdfs:range xsd:dateTime .
:name a owl:DatatypeProperty ; rdfs:range xsd:string .
:urgent a owl:DatatypeProperty ; rdfs:domain :Order ; rdfs:range xsd:boolean .
:size a owl:DatatypeProperty ; rdfs:range [ a rdfs:Datatype ; owl:oneOf ( "S" "M" "L" ) ] .
:grade a owl:DatatypeProperty ; rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ;
  owl:withRestrictions ( [ xsd:maxInclusive 10 ] ) ] .
:note a owl:AnnotationProperty .
:kettle1 a :Kettle . :anna a :Person .
"""
