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
from gridfeed.storage.statements import Call, called

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
        after_xid, after_seq = after
        webhook_id, secret = f"wh_{secrets.token_hex(12)}", secrets.token_bytes(SECRET_BYTES)
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(*_sql("lock_client", client_id=self._client))
            created = await connection.fetchval(
                *_sql(
                    "own_create",
                    client_id=self._client,
                    webhook_id=webhook_id,
                    **_columns(wanted),
                    after_xid=after_xid,
                    after_seq=after_seq,
                    most=MOST,
                    now=now,
                )
            )
            if created is None:
                raise TooManyError
            await connection.execute(
                *_sql("insert_secret", webhook_id=webhook_id, secret=secret, created_at=now)
            )
        return webhook_id, secret

    async def every(self, now: datetime) -> list[Subscription]:
        """Return the client's subscriptions, oldest first."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                *_sql("own_list", client_id=self._client, webhook_id=None, now=now)
            )
        return [_subscription(row) for row in rows]

    async def one(self, webhook_id: str, now: datetime) -> Subscription | None:
        """Return one of the client's subscriptions."""
        async with self._pool.connection() as connection:
            row = await connection.fetchrow(
                *_sql("own_list", client_id=self._client, webhook_id=webhook_id, now=now)
            )
        return _subscription(row) if row else None

    async def update(
        self, webhook_id: str, wanted: Chosen, state: State, now: datetime, *, restart: bool
    ) -> bool:
        """Change a subscription; restart: as if it had never failed. False: there is none."""
        return await self._changed(
            "own_update",
            webhook_id=webhook_id,
            **_columns(wanted),
            state=state.value,
            restart=restart,
            now=now,
        )

    async def replay(self, webhook_id: str, after: Position, now: datetime) -> bool:
        """Send what is behind `after` again. False: there is no such subscription."""
        after_xid, after_seq = after
        return await self._changed(
            "own_replay", webhook_id=webhook_id, after_xid=after_xid, after_seq=after_seq, now=now
        )

    async def delete(self, webhook_id: str) -> bool:
        """Remove a subscription. False: there is none."""
        return await self._changed("own_delete", webhook_id=webhook_id)

    async def rotate(self, webhook_id: str, now: datetime, ends_at: datetime) -> bytes | None:
        """Make a new secret; the former one signs, too, until `ends_at`. None: no subscription."""
        secret = secrets.token_bytes(SECRET_BYTES)
        async with self._pool.connection() as connection, connection.transaction():
            lock = _sql("own_lock", client_id=self._client, webhook_id=webhook_id)
            if not await connection.fetchval(*lock):
                return None
            await connection.execute(
                *_sql("expire_secrets", webhook_id=webhook_id, ends_at=ends_at, now=now)
            )
            await connection.execute(
                *_sql("delete_expired_secrets", webhook_id=webhook_id, now=now)
            )
            await connection.execute(
                *_sql("insert_secret", webhook_id=webhook_id, secret=secret, created_at=now)
            )
        return secret

    async def attempts(self, webhook_id: str, before: int | None, limit: int) -> list[Attempt]:
        """Return the newest attempts, newest first, older than number `before` if given."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                *_sql(
                    "own_attempts",
                    client_id=self._client,
                    webhook_id=webhook_id,
                    before=before,
                    limit=limit,
                )
            )
        return [Attempt(**row) for row in rows]

    async def secrets(self, webhook_id: str, now: datetime) -> Sequence[bytes]:
        """Return what signs for a subscription, newest first; none: there is no such one."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(
                *_sql("own_secrets", client_id=self._client, webhook_id=webhook_id, now=now)
            )
        return [row["secret"] for row in rows]

    async def log(
        self, webhook_id: str, message: Message, message_type: str, outcome: Outcome, at: datetime
    ) -> None:
        """Write an attempt that the client asked for into the delivery log."""
        await self._changed(
            "own_log",
            webhook_id=webhook_id,
            message_id=message.message_id,
            message_type=message_type,
            attempted_at=at,
            **outcome_columns(outcome),
            log_length=LOG_LENGTH,
        )

    async def _changed(self, statement_name: str, /, **arguments: object) -> bool:
        change = _sql(statement_name, client_id=self._client, **arguments)
        async with self._pool.connection() as connection:
            return await connection.fetchval(*change) is not None


class TooManyError(Exception):
    """The client has MOST subscriptions already."""


def filters_of(row: asyncpg.Record) -> Filters:
    """Return the filters among a row's columns."""
    names = ("projects", "meter_numbers", "production_formats", "kinds")
    return Filters(**{name: None if row[name] is None else tuple(row[name]) for name in names})


def outcome_columns(outcome: Outcome) -> dict[str, object]:
    """Return what the log says of an attempt's end, by column."""
    return {
        "duration_us": outcome.duration // MICROSECOND,
        "result": outcome.result.value,
        "status": outcome.status,
        "error": outcome.error,
    }


def _columns(chosen: Chosen) -> dict[str, object]:
    filters = chosen.filters
    return {
        "url": chosen.url,
        "projects": filters.projects,
        "meter_numbers": filters.meter_numbers,
        "production_formats": filters.production_formats,
        "kinds": filters.kinds,
        "include_values": chosen.include_values,
        "coalesced": chosen.coalesced,
    }


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


def _sql(statement_name: str, /, **arguments: object) -> Call:
    return called(__package__, statement_name, **arguments)
