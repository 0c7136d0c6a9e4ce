"""Invented worlds: names, values and wordings that no model can have met before."""
