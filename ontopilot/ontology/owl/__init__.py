"""Axioms and class expressions: as values, as triples, in Manchester syntax, one by one."""
