"""Minimal justifications: the axioms one by one, what is needed of them, and cases."""
