"""Structured generation: what an answer may look like, checked once and kept by every engine."""
