"""The position of a reader in the change feed, and its written form."""

import re
from typing import TypeAlias

#: (transaction id, sequence number) of a change; order of positions is order of the feed.
Position: TypeAlias = tuple[int, int]

#: Before every change. A reader without a position gives it as `after`, to start at the oldest kept
#: change.
START: Position = (0, 0)
OLDEST = "0"

_CHANGE_ID = re.compile(r"(\d{1,20})-(\d{1,19})", re.ASCII)
_MAX_XID, _MAX_SEQ = 2**64 - 1, 2**63 - 1


def change_id(at: Position) -> str:
    """Return a position's change id; text order is feed order (20 and 19 digits hold all)."""
    return f"{at[0]:020d}-{at[1]:019d}"


def cursor(at: Position) -> str:
    """Return the value of `after` with which reading continues after a position."""
    return OLDEST if at == START else change_id(at)


def position(text: str) -> Position:
    """Return the position of a change id or of OLDEST. Raises ValueError for other text."""
    if text == OLDEST:
        return START
    match = _CHANGE_ID.fullmatch(text)
    if match is None or int(match[1]) > _MAX_XID or int(match[2]) > _MAX_SEQ:
        raise ValueError(f"{text!r} is not a change_id; give one of the feed, or {OLDEST}")
    return int(match[1]), int(match[2])
