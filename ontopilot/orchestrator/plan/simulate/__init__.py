"""Simulation: the planner, the controllers and rivals on traces of requests."""
