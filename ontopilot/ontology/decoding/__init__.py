"""What a model may claim in a turn: names, combinations, and reading back what it said."""
