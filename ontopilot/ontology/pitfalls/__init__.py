"""Likely modelling errors, in the spirit of OOPS! (Poveda-Villalón et al. 2014)."""
