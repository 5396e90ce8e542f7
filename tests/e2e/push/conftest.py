"""How large and how long the story of push is."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take its size from the command line, where this folder is named there."""
    group = parser.getgroup("push")
    group.addoption("--push-clients", type=int, default=60)
    group.addoption("--push-seconds", type=float, default=30)
    group.addoption("--push-rate", type=float, default=500)
