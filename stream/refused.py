"""What the database refuses because of the data in it, whoever sends that again."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from faust.types import TP

_LONGEST_SHOWN = 300

#: Values out of range, texts that no column holds, entries too large for an index, rows that break
#: a rule of their table.
_OF_DATA = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.CheckViolationError,
    asyncpg.NotNullViolationError,
    asyncpg.CardinalityViolationError,
)


class ValuesRefusedError(Exception):
    """The database refuses computed values. No message alone is at fault: the partition waits."""


def is_of_data(error: BaseException) -> bool:
    """Tell whether the same data will be refused again."""
    return isinstance(error, _OF_DATA)


def refused_because(error: BaseException) -> str:
    """Return the database's words."""
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
            f"database: refuses values of {tp.topic} {tp.partition}; mend what it names ({error})"
        ) from error
