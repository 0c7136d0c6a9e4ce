"""Triples, and what structure the axioms in them have."""
