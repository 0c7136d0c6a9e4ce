"""Evaluation: answers scored from a question file, retrieval scored from its gold passages."""
