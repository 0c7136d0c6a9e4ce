"""Turns: a question in, a verified answer or an action out."""
