"""Webhook subscriptions as JSON; pure. A secret is shown only by what has just made it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from msgspec import Raw, structs

from api.feed.parameters import EXAMPLE_ID
from api.web.shapes import Number, Shape, Time, means
from api.webhooks.message import shown_secret
from api.webhooks.send import Outcome
from api.webhooks.shapes import Attempt, Subscription, Words
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.published.feed_position import cursor

_Filter = Annotated[Words | None, means("null: all that the token may see")]
_Secret = Annotated[str, means("secret that signs every message; shown only once")]


class Webhook(Shape):
    """A subscription as its client sees it."""

    webhook_id: Annotated[str, means("id of the subscription")]
    url: Annotated[str, means("URL to which changes are posted")]
    cds_productionproject_ids: _Filter
    meter_numbers: _Filter
    production_formats: _Filter
    kinds: Annotated[Words | None, means("kinds of change; null: all")]
    include_values: Annotated[bool, means("whether changes carry the new values")]
    coalesce: Annotated[
        bool, means("whether several updates of an open interval may come as one change")
    ]
    state: Annotated[
        str,
        means(
            "active; paused by PATCH; disabled after three days of failures; ended by an answer of"
            " 410"
        ),
    ]
    reason: Annotated[str | None, means("why it is disabled or ended")]
    after: Annotated[str, means("cursor: every matching change up to it was delivered")]
    failures: Annotated[int, means("failed attempts in a row")]
    failing_since: Annotated[Time | None, means("time of the first of these failures")]
    next_attempt_at: Annotated[
        Time | None, means("time of the next attempt; null: nothing has failed")
    ]
    delivered_at: Annotated[Time | None, means("time of the last delivery")]
    former_secret_until: Annotated[
        Time | None, means("the former secret also signs until this instant")
    ]
    created_at: Annotated[Time, means("when the subscription was created")]
    modified_at: Annotated[Time, means("last change by the client")]


class CreatedWebhook(Webhook):
    """A new subscription with its secret."""

    secret: _Secret


class Webhooks(Shape):
    """A client's subscriptions."""

    webhooks: Annotated[list[Webhook], means("oldest first")]


class RotatedSecret(Shape):
    """A new secret."""

    secret: _Secret
    former_secret_until: Annotated[Time, means("the former secret also signs until this instant")]


class TestOutcome(Shape):
    """The result of an attempt."""

    message_id: Annotated[str, means("webhook-id, the same at every attempt")]
    result: Annotated[
        str,
        means(
            "delivered, answered (not 2xx), gone, timed_out, unreachable or refused (by address)"
        ),
    ]
    status: Annotated[int | None, means("status of the receiver's answer")]
    error: Annotated[str | None, means("what went wrong")]
    duration_seconds: Annotated[
        Number, means("time from resolving the host to the end of the answer")
    ]


class Delivery(TestOutcome):
    """One line of the delivery log."""

    number: Annotated[int, means("number of the attempt, counted for the subscription")]
    type: Annotated[str, means("segments.changed, changes.lost or webhook.test")]
    changes: Annotated[int, means("number of changes in the message")]
    attempted_at: Annotated[Time, means("when the attempt began")]


class DeliveryPage(Shape):
    """A page of the delivery log."""

    deliveries: Annotated[list[Delivery], means("newest first")]
    next: Annotated[int | None, means("value of `before` for the next page; null at the end")]


WEBHOOK = Webhook(
    webhook_id="wh_5f0c1d6c1d3a4b7e9a8b7c6d",
    url="https://example.com/hook",
    cds_productionproject_ids=("serf-east",),
    meter_numbers=None,
    production_formats=None,
    kinds=None,
    include_values=False,
    coalesce=False,
    state="active",
    reason=None,
    after=EXAMPLE_ID,
    failures=0,
    failing_since=None,
    next_attempt_at=None,
    delivered_at=read_instant("2026-03-01T08:10:02.004113Z"),
    former_secret_until=None,
    created_at=read_instant("2026-03-01T08:00:00Z"),
    modified_at=read_instant("2026-03-01T08:00:00Z"),
)
ROTATED = RotatedSecret(
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", read_instant("2026-03-02T08:00:00Z")
)
CREATED = CreatedWebhook(**structs.asdict(WEBHOOK), secret=ROTATED.secret)
TESTED = TestOutcome(
    message_id="msg_8d1c4f5a9b0e7d6c5b4a3f2e",
    result="delivered",
    status=204,
    error=None,
    duration_seconds=Raw(b"0.034201"),
)
DELIVERY = Delivery(
    **structs.asdict(TESTED),
    number=17,
    type="segments.changed",
    changes=1,
    attempted_at=read_instant("2026-03-01T08:10:01.970000Z"),
)


def webhook(subscription: Subscription) -> Webhook:
    """Return a subscription as its client sees it."""
    filters = subscription.filters
    return Webhook(
        webhook_id=subscription.webhook_id,
        url=subscription.url,
        cds_productionproject_ids=filters.projects,
        meter_numbers=filters.meter_numbers,
        production_formats=filters.production_formats,
        kinds=filters.kinds,
        include_values=subscription.include_values,
        coalesce=subscription.coalesced,
        state=subscription.state,
        reason=subscription.reason,
        after=cursor(subscription.after),
        failures=subscription.failures,
        failing_since=subscription.failing_since,
        next_attempt_at=subscription.next_attempt_at if subscription.failures else None,
        delivered_at=subscription.delivered_at,
        former_secret_until=subscription.overlap_ends_at,
        created_at=subscription.created_at,
        modified_at=subscription.modified_at,
    )


def created(subscription: Subscription, secret: bytes) -> CreatedWebhook:
    """Return a new subscription and its secret."""
    return CreatedWebhook(**structs.asdict(webhook(subscription)), secret=shown_secret(secret))


def outcome(message_id: str, outcome: Outcome) -> TestOutcome:
    """Return how a test event went."""
    return TestOutcome(
        message_id=message_id,
        result=outcome.result,
        status=outcome.status,
        error=outcome.error,
        duration_seconds=_seconds(outcome.duration),
    )


def attempts(found: Sequence[Attempt], limit: int) -> DeliveryPage:
    """Return a page of the log; `next` is what to give as `before`, null at the end."""
    more = len(found) == limit and found[-1].number > 1
    return DeliveryPage([_attempt(each) for each in found], found[-1].number if more else None)


def _attempt(attempt: Attempt) -> Delivery:
    return Delivery(
        number=attempt.number,
        message_id=attempt.message_id,
        type=attempt.message_type,
        changes=attempt.changes,
        attempted_at=attempt.attempted_at,
        duration_seconds=_seconds(timedelta(microseconds=attempt.duration_us)),
        result=attempt.result,
        status=attempt.status,
        error=attempt.error,
    )


def _seconds(duration: timedelta) -> Raw:
    return Raw(f"{duration.total_seconds():.6f}".encode())
