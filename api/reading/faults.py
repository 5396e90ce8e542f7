"""Faults of the database, in the words of the readiness answer and the log."""


def refused(error: Exception) -> str:
    """Say that the server answers but has no such database, password, role or schema."""
    return f"database: {error}; check GRIDFEED_DATABASE_URL, or run `gridfeed migrate`"


def unreachable(error: Exception) -> str:
    """Say that the server does not answer."""
    reason = str(error) or type(error).__name__
    return f"database: unreachable ({reason}); check GRIDFEED_DATABASE_URL"
