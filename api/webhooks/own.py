"""What a client does with its subscriptions. Every statement is narrowed by the client's id."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from api.webhooks.pool import PusherPool
from api.webhooks.send import Message, Outcome
from api.webhooks.shapes import Attempt, Filters, State, Subscription
from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.statements import statement

#: Subscriptions of one client.
MOST = 50
SECRET_BYTES = 32
#: Attempts kept of each subscription.
LOG_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a client may choose of a subscription."""

    url: str
    filters: Filters
    include_values: bool
    coalesced: bool = False


class OwnWebhooks:
    """The subscriptions of one client; those of others do not exist here."""

    def __init__(self, pool: PusherPool, client_id: int) -> None:
        """Nothing is read yet."""
        self._pool = pool
        self._client = client_id

    async def create(self, wanted: Chosen, after: Position, now: datetime) -> tuple[str, bytes]:
        """Store a subscription that begins behind `after`; return its id and secret.

        Raises TooManyError.
        """
        webhook_id, secret = f"wh_{secrets.token_hex(12)}", secrets.token_bytes(SECRET_BYTES)
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_sql("lock_client"), self._client)
            created = await connection.fetchval(
                _sql("own_create"),
                self._client,
                webhook_id,
                wanted.url,
                *_columns(wanted.filters),
                wanted.include_values,
                wanted.coalesced,
                *after,
                MOST,
                now,
            )
            if created is None:
                raise TooManyError
            await connection.execute(_sql("insert_secret"), webhook_id, secret, now)
        return webhook_id, secret

    async def every(self, now: datetime) -> list[Subscription]:
        """Return the client's subscriptions, oldest first."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(_sql("own_list"), self._client, None, now)
        return [_subscription(row) for row in rows]

    async def one(self, webhook_id: str, now: datetime) -> Subscription | None:
        """Return one of the client's subscriptions."""
        async with self._pool.connection() as connection:
            row = await connection.fetchrow(_sql("own_list"), self._client, webhook_id, now)
        return _subscription(row) if row else None

    async def update(
        self, webhook_id: str, wanted: Chosen, state: State, now: datetime, *, restart: bool
    ) -> bool:
        """Change a subscription; restart: as if it had never failed. False: there is none."""
        return await self._changed(
            "own_update",
            webhook_id,
            wanted.url,
            *_columns(wanted.filters),
            wanted.include_values,
            wanted.coalesced,
            state.value,
            restart,
            now,
        )

    async def replay(self, webhook_id: str, after: Position, now: datetime) -> bool:
        """Send what is behind `after` again. False: there is no such subscription."""
        return await self._changed("own_replay", webhook_id, *after, now)

    async def delete(self, webhook_id: str) -> bool:
        """Remove a subscription. False: there is none."""
        return await self._changed("own_delete", webhook_id)

    async def rotate(self, webhook_id: str, now: datetime, ends_at: datetime) -> bytes | None:
        """Make a new secret; the former one signs, too, until `ends_at`. None: no subscription."""
        secret = secrets.token_bytes(SECRET_BYTES)
        async with self._pool.connection() as connection, connection.transaction():
            if not await connection.fetchval(_sql("own_lock"), self._client, webhook_id):
                return None
            await connection.execute(_sql("expire_secrets"), webhook_id, ends_at, now)
            await connection.execute(_sql("delete_expired_secrets"), webhook_id, now)
            await connection.execute(_sql("insert_secret"), webhook_id, secret, now)
        return secret

    async def attempts(self, webhook_id: str, before: int | None, limit: int) -> list[Attempt]:
        """Return the newest attempts, newest first, older than number `before` if given."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                _sql("own_attempts"), self._client, webhook_id, before, limit
            )
        return [Attempt(**row) for row in rows]

    async def secrets(self, webhook_id: str, now: datetime) -> Sequence[bytes]:
        """Return what signs for a subscription, newest first; none: there is no such one."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(_sql("own_secrets"), self._client, webhook_id, now)
        return [row["secret"] for row in rows]

    async def log(
        self, webhook_id: str, message: Message, message_type: str, outcome: Outcome, at: datetime
    ) -> None:
        """Write an attempt that the client asked for into the delivery log."""
        await self._changed(
            "own_log",
            webhook_id,
            message.message_id,
            message_type,
            at,
            outcome.duration // MICROSECOND,
            outcome.result.value,
            outcome.status,
            outcome.error,
            LOG_LENGTH,
        )

    async def _changed(self, name: str, *arguments: object) -> bool:
        async with self._pool.connection() as connection:
            return await connection.fetchval(_sql(name), self._client, *arguments) is not None


class TooManyError(Exception):
    """The client has MOST subscriptions already."""


def filters_of(row: asyncpg.Record) -> Filters:
    """Return the filters among a row's columns."""
    names = ("projects", "meter_numbers", "production_formats", "kinds")
    return Filters(**{name: None if row[name] is None else tuple(row[name]) for name in names})


def _columns(filters: Filters) -> tuple[Sequence[str] | None, ...]:
    return filters.projects, filters.meter_numbers, filters.production_formats, filters.kinds


def _subscription(row: asyncpg.Record) -> Subscription:
    kept = (
        "webhook_id",
        "url",
        "include_values",
        "coalesced",
        "reason",
        "failures",
        "failing_since",
        "next_attempt_at",
        "delivered_at",
        "created_at",
        "modified_at",
        "overlap_ends_at",
    )
    return Subscription(
        filters=filters_of(row),
        state=State(row["state"]),
        after=(row["after_xid"], row["after_seq"]),
        **{name: row[name] for name in kept},
    )


def _sql(name: str) -> str:
    return statement(__package__, name)
