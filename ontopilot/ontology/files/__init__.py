"""Files: every syntax to triples, where imports lie, a file replaced whole or not at all."""
