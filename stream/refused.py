"""What the database refuses because of the data in it, whoever sends that again."""

import asyncpg

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


def is_of_data(error: BaseException) -> bool:
    """Tell whether the same data will be refused again."""
    return isinstance(error, _OF_DATA)


def refused_because(error: BaseException) -> str:
    """Return the database's words."""
    return f"the database refuses the message: {str(error)[:_LONGEST_SHOWN]}"
