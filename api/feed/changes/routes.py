"""GET /v1/changes."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.feed.audience import Audience
from api.feed.changes.answer import feed
from api.feed.changes.document import BODY
from api.feed.parameters import AFTER, FILTERS, feed_request
from api.feed.push import push_of
from api.web.access.bearer import bearer_of_request
from api.web.answers import json_response
from api.web.describe import described, link
from api.web.parameters import Given, Parameter, integer
from gridfeed.domain.published.feed_position import START, cursor

DEFAULT_LIMIT, MOST_CHANGES = 100, 1000
MOST_SECONDS = 60

LIMIT = Parameter(
    "limit",
    integer(1, MOST_CHANGES),
    "At most so many changes.",
    str(DEFAULT_LIMIT),
    {"type": "integer", "minimum": 1, "maximum": MOST_CHANGES, "default": DEFAULT_LIMIT},
)
WAIT = Parameter(
    "wait",
    integer(0, MOST_SECONDS),
    "When there are none, wait so many seconds for the first, then answer with what has come.",
    "30",
    {"type": "integer", "minimum": 0, "maximum": MOST_SECONDS, "default": 0},
)
PARAMETERS: tuple[Parameter[Any], ...] = (AFTER, LIMIT, WAIT, *FILTERS)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/changes",
    **described(
        "Changes",
        "What was published, in order and without holes: a change is never put behind one that was"
        " already given out. Give `next` as `after` to go on; it stays the same while nothing new"
        " has come, and moves on past what the filters leave out. An answer without changes and"
        " with another `next` says that there was much to leave out: ask again.",
        PARAMETERS,
        BODY,
        404,
        410,
        links={"next": link("list_changes", "after", "/next")},
    ),
)
async def list_changes(request: Request) -> Response:
    """Answer changes behind a cursor."""
    bearer = await bearer_of_request(request)
    given = Given(request.query_params, PARAMETERS)
    given.refuse_unknown()
    after = given[AFTER] or START
    asked, push = feed_request(given), push_of(request)
    await push.projects.refuse_unknown(bearer.grant, asked.projects)
    audience = Audience.of(bearer.grant, asked)
    limit, seconds = given[LIMIT] or DEFAULT_LIMIT, given[WAIT] or 0
    end, changes = await push.poll(bearer, audience, after, limit, seconds)
    return json_response(feed(changes, cursor(end)))
