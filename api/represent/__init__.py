"""Database rows to the shapes of the specification; pure."""
