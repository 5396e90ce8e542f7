"""Statements live in files; a statement's name is its file's."""

from functools import cache
from importlib.resources import files


@cache
def statement(package: str, name: str) -> str:
    """Return the text of `sql/<name>.sql` beside the given package's modules."""
    return (files(package) / "sql" / f"{name}.sql").read_text("utf-8")


def sql(name: str) -> str:
    """Return a statement of the storage."""
    return statement(__package__, name)
