"""GET /v1/changes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.feed.audience import Audience
from api.feed.changes.answer import EXAMPLE, feed
from api.feed.parameters import FeedParameters
from api.feed.push import push_of
from api.web.access.bearer import Bearer, bearer_of_request
from api.web.answers import json_response
from api.web.describe import described, link
from api.web.parameters import integer, told
from api.web.shapes import answer
from gridfeed.domain.published.feed_position import START, cursor

MOST_CHANGES = 1000
MOST_SECONDS = 60


class ChangesParameters(FeedParameters):
    """What is asked."""

    limit: Annotated[int, integer(1, MOST_CHANGES)] = told("Most changes in the answer.", 100, 100)
    wait: Annotated[int, integer(0, MOST_SECONDS)] = told(
        "If there are no changes, wait up to this many seconds for the first.",
        30,
        0,
    )


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/changes",
    **described(
        "Changes",
        "Every change of a published value, in order and without gaps: a later answer never has a"
        " change that belongs before one already sent. Send `next` as `after` to continue. `next`"
        " stays the same while there is no new change, and also moves past changes that the filters"
        " exclude. If an answer has no changes but a new `next`, the filters excluded many: ask"
        " again.",
        answer(EXAMPLE),
        404,
        410,
        links={"next": link("list_changes", "after", "/next")},
    ),
)
async def list_changes(
    request: Request,
    bearer: Annotated[Bearer, Depends(bearer_of_request)],
    asked: Annotated[ChangesParameters, Query()],
) -> Response:
    """Answer changes behind a cursor."""
    wanted, push = asked.request, push_of(request)
    await push.projects.refuse_unknown(bearer.grant, wanted.projects)
    audience = Audience.of(bearer.grant, wanted)
    after = asked.after or START
    end, changes = await push.poll(bearer, audience, after, asked.limit, asked.wait)
    return json_response(feed(changes, cursor(end)))
