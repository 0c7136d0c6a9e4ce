"""Encoders of texts, and the small models that read two texts together."""
