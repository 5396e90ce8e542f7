"""Recognises data that the database refuses every time, whoever sends it."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from faust.types import TP

_LONGEST_SHOWN = 300

#: Values out of range, texts that no column can hold, entries too large for an index, and rows that
#: break a rule of their table.
_OF_DATA = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.CheckViolationError,
    asyncpg.NotNullViolationError,
    asyncpg.CardinalityViolationError,
)


class ValuesRefusedError(Exception):
    """The database refuses computed values. No single message is at fault: the partition waits."""


def is_of_data(error: BaseException) -> bool:
    """Tell whether the database will refuse the same data again."""
    return isinstance(error, _OF_DATA)


def refused_because(error: BaseException) -> str:
    """Return the detail of a dead letter, with the database's own words."""
    return f"the database refuses the message: {str(error)[:_LONGEST_SHOWN]}"


@contextmanager
def values_of(tp: TP) -> Iterator[None]:
    """Say which partition's computed values are refused; they are kept and tried again."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if not is_of_data(error):
            raise
        raise ValuesRefusedError(
            f"database: refuses values of {tp.topic} {tp.partition}; correct the cause ({error})"
        ) from error
