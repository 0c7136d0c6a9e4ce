"""Text of an ontology file with the place of every statement, so that edits leave the rest alone."""
