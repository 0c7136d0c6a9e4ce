"""The customer's chat page and what it asks of the server."""
