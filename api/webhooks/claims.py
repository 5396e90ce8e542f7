"""Subscriptions in hand: taken for a while, cut into messages, noted, given back.

A lease and not a lock: a transaction that stays open while a receiver makes up its mind would hold
the change feed up for everybody. Whoever lost a lease changes nothing: every statement asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from api.reading.session import Grant
from api.webhooks.own import LOG_LENGTH, filters_of
from api.webhooks.pool import PusherPool
from api.webhooks.send import Message, Outcome
from api.webhooks.shapes import Claim, State
from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.statements import statement


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
            rows = await connection.fetch(_sql("counts"))
        failing = (row["failing_since"] for row in rows if row["condition"] == "failing")
        return {row["condition"]: row["webhooks"] for row in rows}, next(failing, None)

    async def due(self, now: datetime, newest: Position, limit: int) -> list[Claim]:
        """Take at most `limit` subscriptions that are due; newest: up to where the feed goes."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                _sql("claim"), self._owner, self._lease, now, *newest, limit
            )
        return [_claim(row) for row in rows]

    async def cut(self, claim: Claim, prepared: Prepared, through: Position) -> bool:
        """Fix the message in hand before it is sent first. False: it is not ours any more."""
        message = prepared.message
        async with self._pool.connection() as connection:
            cut = await connection.fetchval(
                _sql("cut"),
                claim.webhook_id,
                self._owner,
                message.message_id,
                *through,
                claim.message_id,
                *claim.after,
                message.body,
                prepared.changes,
                prepared.recorded_at,
                claim.grant.projects,
                claim.grant.production_formats,
            )
        return cut is not None

    async def kept(self, claim: Claim) -> Prepared | None:
        """Return the message in hand as it was cut. None: there is none that may be sent so."""
        if claim.message_id is None:
            return None
        grant = claim.grant
        async with self._pool.connection() as connection:
            row = await connection.fetchrow(
                _sql("kept_message"),
                claim.webhook_id,
                claim.message_id,
                grant.projects,
                grant.production_formats,
            )
        if row is None:
            return None
        message = Message(claim.message_id, row["body"])
        return Prepared(message, row["changes"], row["recorded_at"])

    async def skip(self, claim: Claim, through: Position) -> None:
        """Move the cursor over what is not of the subscription, and give it back."""
        async with self._pool.connection() as connection:
            await connection.execute(
                _sql("skip"),
                claim.webhook_id,
                self._owner,
                *through,
                claim.message_id,
                *claim.after,
            )

    async def release(self, claim: Claim) -> None:
        """Give a subscription back as it is."""
        async with self._pool.connection() as connection:
            await connection.execute(_sql("release"), claim.webhook_id, self._owner)

    async def release_all(self) -> None:
        """Give back whatever this process has in hand."""
        async with self._pool.connection() as connection:
            await connection.execute(_sql("release_all"), self._owner)

    async def secrets(self, claim: Claim, now: datetime) -> Sequence[bytes]:
        """Return the secrets that sign, newest first.

        None: the subscription was deleted, or its client may see something else than it could when
        it was taken in hand, or nothing any more.
        """
        grant = claim.grant
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                _sql("secrets"), claim.webhook_id, now, grant.projects, grant.production_formats
            )
        return [row["secret"] for row in rows]

    async def note(self, claim: Claim, noted: Noted) -> bool:
        """Note an attempt: cursor, state and log in one transaction. False: the lease was lost."""
        outcome = noted.outcome
        async with self._pool.connection() as connection:
            number = await connection.fetchval(
                _sql("note_attempt"),
                claim.webhook_id,
                self._owner,
                noted.message_id,
                outcome.error is None,
                noted.ended_at,
                noted.next_attempt_at,
                noted.state.value,
                noted.reason,
                noted.message_type,
                noted.changes,
                noted.attempted_at,
                outcome.duration // MICROSECOND,
                outcome.result.value,
                outcome.status,
                outcome.error,
                LOG_LENGTH,
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


def _sql(name: str) -> str:
    return statement(__package__, name)
