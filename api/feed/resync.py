"""What a reader is told whose cursor is older than what is kept."""

from typing import Any

from api.web.access.goodbye import RESYNC
from api.web.problems import ProblemError
from gridfeed.domain.published.feed_position import Position, cursor
from gridfeed.storage.feed import GoneError

_STEPS = (
    "Keep `newest`: this is your new cursor.",
    (
        "After that, read the values you follow: GET /cds/v1/usage-segments with your filters, and"
        " with modified_after if you know the time of your last change; follow `next` to the end."
    ),
    (
        "Then read the changes after `newest`. Some may concern values that you have read already."
        " A change names intervals and their state, so nothing counts twice."
    ),
)


def recipe(gone: GoneError, newest: Position) -> dict[str, Any]:
    """Return how to get from a cursor that is too old to a complete state."""
    return {"oldest": cursor(gone.oldest), "newest": cursor(newest), "resynchronise": _STEPS}


def gone_problem(gone: GoneError, newest: Position) -> ProblemError:
    """Return the answer to a cursor that is too old."""
    detail = f"{RESYNC.detail} `oldest` is the oldest cursor from which no change is missing."
    return ProblemError(410, detail, **recipe(gone, newest))
