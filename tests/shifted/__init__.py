"""Processes whose clock is wrong."""

from pathlib import Path


def ahead(seconds: float) -> dict[str, str]:
    """Return the environment of a Python process whose clock is ahead, or behind below 0."""
    return {
        "PYTHONPATH": str(Path(__file__).parent),
        "TEST_CLOCK_AHEAD_SECONDS": str(seconds),
    }
