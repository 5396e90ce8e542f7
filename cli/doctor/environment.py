"""Checks for environment variables that look like settings but are not."""

from collections.abc import Iterable

from cli.doctor.check import Check
from gridfeed.environment import unknown_variables


def look(names: Iterable[str]) -> list[Check]:
    """Return a problem for each variable GRIDFEED_* that nothing reads. names: all variables."""
    unknown = unknown_variables(names)
    if not unknown:
        return [Check("environment", "every variable GRIDFEED_* is a setting")]
    return [_unknown(name, meant) for name, meant in unknown.items()]


def _unknown(name: str, meant: str | None) -> Check:
    instead = f"Did you mean {meant}? Rename it, or unset it" if meant else "Unset it"
    fix = f"{instead}; docs/configuration.md lists all settings."
    return Check(f"environment {name}", "this variable is not a setting", fix)
