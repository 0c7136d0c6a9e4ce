"""`ontopilot doctor`: what this machine has, and what would serve what."""
