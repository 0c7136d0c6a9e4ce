"""Two versions of an ontology held against each other."""
