"""What a SPARQL query means under an ontology, part by part; `query_check` is the front."""
