"""One script for each schema number."""
