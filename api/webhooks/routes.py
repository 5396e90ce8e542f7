"""/v1/webhooks: a client's subscriptions."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.feed.parameters import EXAMPLE_ID
from api.feed.push import push_of
from api.reading.session import Grant
from api.web.access.admission import Admitted, grant_of
from api.web.answers import own_url
from api.web.describe import described, described_action
from api.web.parameters import Parameters, integer, told
from api.web.problems import ProblemError
from api.web.services import service
from api.web.shapes import Shape, answer, as_json
from api.webhooks import answer as represent
from api.webhooks import body, message
from api.webhooks.address import RefusedTargetError, target
from api.webhooks.own import MOST, OwnWebhooks, TooManyError
from api.webhooks.service import Webhooks
from api.webhooks.shapes import State, Subscription
from gridfeed.domain.published.feed_position import Position, position

EXAMPLE_URL = represent.WEBHOOK.url
NO_SUCH = "There is no such webhook, or it belongs to another client."
NO_PROJECT = "There is no such project, or the token may not see it."
TOO_MANY = f"The client has {MOST} webhooks, the most allowed; delete one first."
GONE = "Changes after `after` are no longer kept; the answer says how to begin again."
TOO_LONG = f"The body is longer than {body.MOST_BYTES} bytes."
Id = Annotated[
    str,
    Path(
        description="Id of the subscription.",
        openapi_examples={"one": {"value": represent.WEBHOOK.webhook_id}},
    ),
]


class Page(Parameters):
    """Which attempts are asked for."""

    before: Annotated[int | None, integer(1, 999_999_999)] = told(
        "Only attempts with a lower number; send `next` of the last answer.", 17
    )
    limit: Annotated[int, integer(1, 1000)] = told("Most attempts in the answer.", 100, 100)


router = APIRouter(prefix="/v1/webhooks", tags=["Webhooks"])


def webhooks_of(request: Request) -> Webhooks:
    """Return the application's webhooks."""
    return service(request, Webhooks)


async def _own(request: Request) -> tuple[Grant, Webhooks, OwnWebhooks]:
    grant = await grant_of(request)
    webhooks = webhooks_of(request)
    return grant, webhooks, webhooks.own(grant)


async def _refuse_unknown_projects(
    request: Request, grant: Grant, wanted: body.NewWebhook | body.ChangedWebhook
) -> None:
    named = frozenset(wanted.cds_productionproject_ids or ())
    await push_of(request).projects.refuse_unknown(grant, named)


@router.post(
    "",
    status_code=201,
    **described_action(
        "Subscribe a webhook",
        "Posts every change that the token may see at the time of delivery to the URL, signed"
        " according to Standard Webhooks. Only this answer shows the secret.",
        answer(represent.CREATED),
        {404: NO_PROJECT, 409: TOO_MANY, 410: GONE, 413: TOO_LONG},
        request=(body.NewWebhook, {"url": EXAMPLE_URL, "cds_productionproject_ids": ["serf-east"]}),
        status=201,
    ),
)
async def create_webhook(request: Request) -> Response:
    """Make a subscription and show its secret."""
    grant, webhooks, own = await _own(request)
    wanted = await body.read(request, body.NewWebhook)
    await _refuse_unknown_projects(request, grant, wanted)
    await _refuse_bad_target(webhooks, wanted.url)
    after = await _begin(request, wanted.after)
    chosen = wanted.chosen()
    try:
        webhook_id, secret = await own.create(chosen, after, webhooks.now())
    except TooManyError:
        raise ProblemError(409, TOO_MANY) from None
    made = represent.created(await _one(webhooks, own, webhook_id), secret)
    return _answer(made, 201, Location=f"{own_url(request)}/{webhook_id}")


@router.get(
    "",
    **described(
        "Webhooks",
        "The client's subscriptions, without their secrets.",
        answer(represent.Webhooks([represent.WEBHOOK])),
    ),
)
async def list_webhooks(
    request: Request, _admitted: Admitted, _asked: Annotated[Parameters, Query()]
) -> Response:
    """Answer the client's subscriptions."""
    _, webhooks, own = await _own(request)
    found = await own.every(webhooks.now())
    return _answer(represent.Webhooks([represent.webhook(each) for each in found]))


@router.get(
    "/{webhook_id}",
    **described(
        "A webhook",
        "One of the client's subscriptions: its cursor, and whether it fails and why.",
        answer(represent.WEBHOOK),
        404,
    ),
)
async def get_webhook(
    request: Request, _admitted: Admitted, webhook_id: Id, _asked: Annotated[Parameters, Query()]
) -> Response:
    """Answer one subscription."""
    _, webhooks, own = await _own(request)
    return _answer(represent.webhook(await _one(webhooks, own, webhook_id)))


@router.patch(
    "/{webhook_id}",
    **described_action(
        "Change a webhook",
        "Omitted members stay as they are; null removes a filter. The cursor stays. `state` active"
        " continues from the cursor after a pause, after three days of failures or after a 410.",
        answer(represent.WEBHOOK),
        {404: f"{NO_SUCH} Or: {NO_PROJECT}", 413: TOO_LONG},
        request=(body.ChangedWebhook, {"kinds": ["CORRECTED", "FINALIZED"], "state": "active"}),
    ),
)
async def change_webhook(request: Request, webhook_id: Id) -> Response:
    """Change what is given and answer the subscription."""
    grant, webhooks, own = await _own(request)
    now = await _one(webhooks, own, webhook_id)
    wanted = await body.read(request, body.ChangedWebhook)
    await _refuse_unknown_projects(request, grant, wanted)
    chosen = wanted.over(now)
    if wanted.url is not None:
        await _refuse_bad_target(webhooks, chosen.url)
    state = State(wanted.state or now.state)
    restart = wanted.state == "active"
    if not await own.update(webhook_id, chosen, state, webhooks.now(), restart=restart):
        raise ProblemError(404, NO_SUCH)
    return _answer(represent.webhook(await _one(webhooks, own, webhook_id)))


@router.delete(
    "/{webhook_id}",
    status_code=204,
    **described_action(
        "Delete a webhook", "Nothing more is sent; cursor, secrets and log are deleted.", None,
        {404: NO_SUCH}, status=204,
    ),
)  # fmt: skip
async def delete_webhook(request: Request, webhook_id: Id) -> Response:
    """Remove a subscription."""
    _, _, own = await _own(request)
    if not await own.delete(webhook_id):
        raise ProblemError(404, NO_SUCH)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/rotate",
    **described_action(
        "Rotate the secret",
        "Makes a new secret, which is shown once. Until `former_secret_until`, messages carry both"
        " signatures, so that the receiver can change to the new secret in between.",
        answer(represent.ROTATED),
        {404: NO_SUCH, 413: TOO_LONG},
        request=(body.Rotation, {"overlap_seconds": 3600}),
    ),
)
async def rotate_secret(request: Request, webhook_id: Id) -> Response:
    """Make a new secret and show it."""
    _, webhooks, own = await _own(request)
    wanted = await body.read(request, body.Rotation)
    now = webhooks.now()
    ends_at = now + timedelta(seconds=wanted.overlap_seconds)
    secret = await own.rotate(webhook_id, now, ends_at)
    if secret is None:
        raise ProblemError(404, NO_SUCH)
    return _answer(represent.RotatedSecret(message.shown_secret(secret), ends_at))


@router.post(
    "/{webhook_id}/test",
    **described_action(
        "Send a test event",
        "Posts an event of type webhook.test at once, in any state, and answers with the result."
        " There is one attempt, and the cursor stays.",
        answer(represent.TESTED),
        {404: NO_SUCH},
    ),
)
async def test_webhook(request: Request, webhook_id: Id) -> Response:
    """Post a test event and answer how it went."""
    _, webhooks, own = await _own(request)
    found = await _one(webhooks, own, webhook_id)
    now = webhooks.now()
    event = message.test(webhook_id, now)
    secrets = await own.secrets(webhook_id, now)
    if not secrets:
        raise ProblemError(404, NO_SUCH)
    outcome = await webhooks.sender.send(found.url, secrets, event, now)
    await own.log(webhook_id, event, message.TEST, outcome, now)
    return _answer(represent.outcome(event.message_id, outcome))


@router.get(
    "/{webhook_id}/deliveries",
    **described(
        "The delivery log",
        "The newest attempts, newest first; the last 1000 are kept.",
        answer(represent.DeliveryPage([represent.DELIVERY], 17)),
        404,
    ),
)
async def list_deliveries(
    request: Request, _admitted: Admitted, webhook_id: Id, asked: Annotated[Page, Query()]
) -> Response:
    """Answer a page of the delivery log."""
    _, webhooks, own = await _own(request)
    await _one(webhooks, own, webhook_id)
    found = await own.attempts(webhook_id, asked.before, asked.limit)
    return _answer(represent.attempts(found, asked.limit))


@router.post(
    "/{webhook_id}/replay",
    **described_action(
        "Replay",
        "Sets the cursor: all changes after `after` are sent again, in messages with new ids, and"
        " then the changes that follow.",
        answer(represent.WEBHOOK),
        {404: NO_SUCH, 410: GONE, 413: TOO_LONG},
        request=(body.Replay, {"after": EXAMPLE_ID}),
    ),
)
async def replay(request: Request, webhook_id: Id) -> Response:
    """Set the cursor and answer the subscription."""
    _, webhooks, own = await _own(request)
    wanted = await body.read(request, body.Replay)
    if not await own.replay(webhook_id, await _begin(request, wanted.after), webhooks.now()):
        raise ProblemError(404, NO_SUCH)
    return _answer(represent.webhook(await _one(webhooks, own, webhook_id)))


async def _one(webhooks: Webhooks, own: OwnWebhooks, webhook_id: str) -> Subscription:
    found = await own.one(webhook_id, webhooks.now()) if "\0" not in webhook_id else None
    if found is None:
        raise ProblemError(404, NO_SUCH)
    return found


async def _refuse_bad_target(webhooks: Webhooks, url: str) -> None:
    try:
        await target(url, webhooks.rule, webhooks.resolve)
    except RefusedTargetError as error:
        raise ProblemError(400, f"url: {error}", parameter="url", example=EXAMPLE_URL) from None


async def _begin(request: Request, after: str | None) -> Position:
    """Return where to begin; None: with what comes from now on. Raises ProblemError 400 and 410."""
    try:
        given = None if after is None else position(after)
    except ValueError as error:
        detail = f"after: {error}"
        raise ProblemError(400, detail, parameter="after", example=EXAMPLE_ID) from None
    return await push_of(request).start(given)


def _answer(shape: Shape, status: int = 200, **headers: str) -> Response:
    # An answer may hold a secret, and is of one token.
    kept = {"Cache-Control": "private, no-store", **headers}
    return Response(as_json(shape), status, kept, media_type="application/json")
