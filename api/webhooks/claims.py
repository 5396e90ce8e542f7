"""Subscriptions in hand: taken for a while, cut into messages, noted, given back.

A lease and not a lock: a transaction that stays open while a receiver makes up its mind would hold
the change feed up for everybody. Whoever lost a lease changes nothing: every statement asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from api.reading.session import Grant
from api.webhooks.own import LOG_LENGTH, filters_of, outcome_columns
from api.webhooks.pool import PusherPool
from api.webhooks.send import Message, Outcome
from api.webhooks.shapes import Claim, State
from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.statements import Call, called


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message as it is sent. recorded_at: of the oldest change; None when it tells a loss."""

    message: Message
    changes: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What an attempt was and what follows from it. state, reason: None keeps it as it is."""

    message_id: str
    message_type: str
    changes: int
    attempted_at: datetime
    outcome: Outcome
    ended_at: datetime
    next_attempt_at: datetime
    state: State = State.ACTIVE
    reason: str | None = None


class Claims:
    """What one process does with subscriptions of any client, under its own name."""

    def __init__(self, pool: PusherPool, owner: str, lease: timedelta) -> None:
        """owner: a name that no other process has."""
        self._pool = pool
        self._owner = owner
        self._lease = lease

    async def counts(self) -> tuple[dict[str, int], datetime | None]:
        """Return how many are in which condition, and since when the longest failing one fails."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(*_sql("counts"))
        failing = (row["failing_since"] for row in rows if row["condition"] == "failing")
        return {row["condition"]: row["webhooks"] for row in rows}, next(failing, None)

    async def due(self, now: datetime, newest: Position, limit: int) -> list[Claim]:
        """Take at most `limit` subscriptions that are due; newest: up to where the feed goes."""
        newest_xid, newest_seq = newest
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                *_sql(
                    "claim",
                    owner=self._owner,
                    lease=self._lease,
                    now=now,
                    newest_xid=newest_xid,
                    newest_seq=newest_seq,
                    limit=limit,
                )
            )
        return [_claim(row) for row in rows]

    async def cut(self, claim: Claim, prepared: Prepared, through: Position) -> bool:
        """Fix the message in hand before it is sent first. False: it is not ours any more."""
        message, grant = prepared.message, claim.grant
        async with self._pool.connection() as connection:
            cut = await connection.fetchval(
                *_sql(
                    "cut",
                    owner=self._owner,
                    message_id=message.message_id,
                    former_message_id=claim.message_id,
                    **_span(claim, through),
                    body=message.body,
                    changes=prepared.changes,
                    recorded_at=prepared.recorded_at,
                    projects=grant.projects,
                    production_formats=grant.production_formats,
                )
            )
        return cut is not None

    async def kept(self, claim: Claim) -> Prepared | None:
        """Return the message in hand as it was cut. None: there is none that may be sent so."""
        if claim.message_id is None:
            return None
        grant = claim.grant
        async with self._pool.connection() as connection:
            row = await connection.fetchrow(
                *_sql(
                    "kept_message",
                    webhook_id=claim.webhook_id,
                    message_id=claim.message_id,
                    projects=grant.projects,
                    production_formats=grant.production_formats,
                )
            )
        if row is None:
            return None
        message = Message(claim.message_id, row["body"])
        return Prepared(message, row["changes"], row["recorded_at"])

    async def skip(self, claim: Claim, through: Position) -> None:
        """Move the cursor over what is not of the subscription, and give it back."""
        async with self._pool.connection() as connection:
            await connection.execute(
                *_sql(
                    "skip",
                    owner=self._owner,
                    message_id=claim.message_id,
                    **_span(claim, through),
                )
            )

    async def release(self, claim: Claim) -> None:
        """Give a subscription back as it is."""
        async with self._pool.connection() as connection:
            await connection.execute(
                *_sql("release", webhook_id=claim.webhook_id, owner=self._owner)
            )

    async def release_all(self) -> None:
        """Give back whatever this process has in hand."""
        async with self._pool.connection() as connection:
            await connection.execute(*_sql("release_all", owner=self._owner))

    async def secrets(self, claim: Claim, now: datetime) -> Sequence[bytes]:
        """Return the secrets that sign, newest first.

        None: the subscription was deleted, or its client may see something else than it could when
        it was taken in hand, or nothing any more.
        """
        grant = claim.grant
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                *_sql(
                    "secrets",
                    webhook_id=claim.webhook_id,
                    now=now,
                    projects=grant.projects,
                    production_formats=grant.production_formats,
                )
            )
        return [row["secret"] for row in rows]

    async def note(self, claim: Claim, noted: Noted) -> bool:
        """Note an attempt: cursor, state and log in one transaction. False: the lease was lost."""
        outcome = noted.outcome
        async with self._pool.connection() as connection:
            number = await connection.fetchval(
                *_sql(
                    "note_attempt",
                    webhook_id=claim.webhook_id,
                    owner=self._owner,
                    message_id=noted.message_id,
                    delivered=outcome.error is None,
                    ended_at=noted.ended_at,
                    next_attempt_at=noted.next_attempt_at,
                    state=noted.state.value,
                    reason=noted.reason,
                    message_type=noted.message_type,
                    changes=noted.changes,
                    attempted_at=noted.attempted_at,
                    **outcome_columns(outcome),
                    log_length=LOG_LENGTH,
                )
            )
        return number is not None


def _claim(row: asyncpg.Record) -> Claim:
    projects, formats = row["granted_projects"], row["granted_formats"]
    through = None if row["through_xid"] is None else (row["through_xid"], row["through_seq"])
    return Claim(
        row["webhook_id"],
        row["url"],
        filters_of(row),
        row["include_values"],
        row["coalesced"],
        (row["after_xid"], row["after_seq"]),
        row["message_id"],
        through,
        row["failures"],
        row["failing_since"],
        Grant(
            row["client_id"],
            row["client_name"],
            None if projects is None else tuple(projects),
            None if formats is None else tuple(formats),
        ),
    )


def _span(claim: Claim, through: Position) -> dict[str, object]:
    """Return where the cursor of a subscription is, and where it is to go."""
    (through_xid, through_seq), (after_xid, after_seq) = through, claim.after
    return {
        "webhook_id": claim.webhook_id,
        "through_xid": through_xid,
        "through_seq": through_seq,
        "after_xid": after_xid,
        "after_seq": after_seq,
    }


def _sql(statement_name: str, /, **arguments: object) -> Call:
    return called(__package__, statement_name, **arguments)
