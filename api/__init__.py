"""Database to HTTP: query, represent, answer."""
