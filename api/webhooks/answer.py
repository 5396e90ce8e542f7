"""Webhook subscriptions as JSON; pure. A secret is shown only by what has just made it."""

from collections.abc import Sequence

import orjson

from api.web.page import JSON_OPTIONS
from api.webhooks.send import Outcome
from api.webhooks.shapes import Attempt, Subscription
from gridfeed.domain.published.feed_position import cursor

Members = dict[str, object]


def as_json(document: object) -> bytes:
    """Return JSON text."""
    return orjson.dumps(document, option=JSON_OPTIONS)


def webhook(subscription: Subscription) -> Members:
    """Return a subscription as its client sees it."""
    filters = subscription.filters
    return {
        "webhook_id": subscription.webhook_id,
        "url": subscription.url,
        "cds_productionproject_ids": filters.projects,
        "meter_numbers": filters.meter_numbers,
        "production_formats": filters.production_formats,
        "kinds": filters.kinds,
        "include_values": subscription.include_values,
        "coalesce": subscription.coalesced,
        "state": subscription.state,
        "reason": subscription.reason,
        "after": cursor(subscription.after),
        "failures": subscription.failures,
        "failing_since": subscription.failing_since,
        "next_attempt_at": subscription.next_attempt_at if subscription.failures else None,
        "delivered_at": subscription.delivered_at,
        "former_secret_until": subscription.overlap_ends_at,
        "created_at": subscription.created_at,
        "modified_at": subscription.modified_at,
    }


def attempt(attempt: Attempt) -> Members:
    """Return one line of the delivery log."""
    return {
        "number": attempt.number,
        "message_id": attempt.message_id,
        "type": attempt.message_type,
        "changes": attempt.changes,
        "attempted_at": attempt.attempted_at,
        "duration_seconds": orjson.Fragment(f"{attempt.duration_us / 1e6:.6f}"),
        "result": attempt.result,
        "status": attempt.status,
        "error": attempt.error,
    }


def outcome(message_id: str, outcome: Outcome) -> Members:
    """Return how a test event went."""
    return {
        "message_id": message_id,
        "result": outcome.result,
        "status": outcome.status,
        "error": outcome.error,
        "duration_seconds": orjson.Fragment(f"{outcome.duration.total_seconds():.6f}"),
    }


def attempts(found: Sequence[Attempt], limit: int) -> Members:
    """Return a page of the log; `next` is what to give as `before`, null at the end."""
    more = len(found) == limit and found[-1].number > 1
    return {
        "deliveries": [attempt(each) for each in found],
        "next": found[-1].number if more else None,
    }
