"""Ontology files as text with the place of every statement, so that edits leave the rest alone."""
