"""An ontology looked at: its size, profiles, portraits of terms, and what seems doubtful."""
