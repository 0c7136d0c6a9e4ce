"""Profiles: how fast a model is on this machine, by engine, precision, streams and speculation."""
