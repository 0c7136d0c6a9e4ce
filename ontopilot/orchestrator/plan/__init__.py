"""Plans: how a turn is answered, and why."""
