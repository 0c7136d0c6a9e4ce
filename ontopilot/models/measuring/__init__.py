"""Measuring: what deployments do, what the machine can do, and how both are told to others."""
