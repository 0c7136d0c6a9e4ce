"""What makes a claim hold or keeps it from holding: one rule for each kind of axiom."""
