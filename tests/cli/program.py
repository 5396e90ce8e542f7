"""Runs the `gridfeed` program in this process, with settings of its own."""

import logging

import structlog
from typer.testing import CliRunner, Result

from cli.main import app


def run(*arguments: str, stdin: str | bytes | None = None, **settings: object) -> Result:
    """Run it with GRIDFEED_<NAME> for each setting; leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    variables = {f"GRIDFEED_{name.upper()}": str(value) for name, value in settings.items()}
    try:
        return CliRunner().invoke(app, [*arguments], input=stdin, env=variables)
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()


def succeed(*arguments: str, stdin: str | bytes | None = None, **settings: object) -> str:
    """Run it and return what it printed; it must exit with 0."""
    result = run(*arguments, stdin=stdin, **settings)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout
