"""The console of operators and ontology editors."""
