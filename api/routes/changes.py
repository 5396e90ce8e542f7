"""GET /v1/changes."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth import database_of, grant_of
from api.describe import described, link
from api.documents.changes import BODY
from api.parameters import Given, Parameter, integer, once
from api.query import changes
from api.represent.changes import OLDEST, feed, position
from api.routes.listing import json_response

DEFAULT_LIMIT, MOST_CHANGES = 100, 1000


def _change_id(texts: list[str]) -> tuple[str, tuple[int, int]]:
    text = once(texts).strip()
    return text, position(text)


AFTER = Parameter(
    "after",
    _change_id,
    f"Changes behind this change_id: the `next` of the last answer. {OLDEST}: the oldest kept.",
    "00000000000000000812-0000000000000000042",
)
LIMIT = Parameter(
    "limit",
    integer(1, MOST_CHANGES),
    "At most so many changes.",
    str(DEFAULT_LIMIT),
    {"type": "integer", "minimum": 1, "maximum": MOST_CHANGES, "default": DEFAULT_LIMIT},
)
PARAMETERS: tuple[Parameter[Any], ...] = (AFTER, LIMIT)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/changes",
    **described(
        "Changes",
        "What was published, in order and without holes: a change is never put behind one that was"
        " already given out. Give `next` as `after` to go on; it stays the same while nothing new"
        " has come.",
        PARAMETERS,
        BODY,
        links={"next": link("list_changes", "after", "/next")},
    ),
)
async def list_changes(request: Request) -> Response:
    """Answer changes behind a cursor."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    given.refuse_unknown()
    text, after = given[AFTER] or (OLDEST, position(OLDEST))
    limit = given[LIMIT] or DEFAULT_LIMIT
    async with database_of(request).granted(grant) as session:
        found = await changes.after(session, after, limit)
    return json_response(feed(found, text))
