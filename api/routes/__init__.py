"""Parse, query, represent, return."""
