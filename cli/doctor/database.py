"""Checks the database, its schema, its clock, and the data in it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from cli import session
from cli.doctor import feed, losses, meters, privileges
from cli.doctor.check import Check, reached
from gridfeed import clock
from gridfeed.domain.few import few
from gridfeed.kafka.topics import changes_topic
from gridfeed.settings import Settings
from gridfeed.storage.changes_out import MOST_COUNTED, Waiting, changes_waiting
from gridfeed.storage.database_time import Drift, drifts
from gridfeed.storage.migrate import NewerSchemaError, pending, refuse_newer
from gridfeed.storage.statements import sql

_SETTING = "GRIDFEED_DATABASE_URL"
_LEAST_POSTGRESQL = 160_000
_MOST_SKEW = timedelta(seconds=2)
_SYNCHRONISE = "Synchronise the clocks of these machines, the database and the brokers (NTP)."
_MOST_WAITING = timedelta(seconds=60)


@dataclass(slots=True)
class _Server:
    """The facts found about the server.

    lacking: the reason why the migrations could not be read. newer: the text that says that this
    program is too old for the schema.
    """

    facts: asyncpg.Record
    skew: timedelta
    missing: list[str]
    lacking: str | None = None
    newer: str | None = None

    @property
    def is_ours(self) -> bool:
        """Return whether the schema is the one that this program was built for."""
        return not self.missing and self.lacking is None and self.newer is None


async def look(settings: Settings) -> list[Check]:
    """Return the checks of the server, its schema and clock, and the checks that depend on them."""
    found: list[_Server] = []
    checks = await reached("database", _server(settings, found), _SETTING)
    if not found or not checks[0].ok:
        return checks
    (server,) = found
    role = server.facts["role"]
    behind = [privileges.look(settings, role, is_migrated=not server.missing)]
    if server.is_ours:
        behind += [
            _changes_out(settings),
            feed.look(settings),
            losses.look(settings),
            meters.look_for_data(settings),
            meters.look_at_telemetry(settings),
        ]
    names = "privileges", "changes", "feed", "losses", "meters", "telemetry"
    looks = zip(names, behind, strict=False)
    parts = await asyncio.gather(*(reached(name, each, _SETTING) for name, each in looks))
    return [*checks, *(check for part in parts for check in part)]


async def _server(settings: Settings, found: list[_Server]) -> list[Check]:
    async with session.connected(settings, migrated=False) as connection:
        before = clock.now()
        facts = await connection.fetchrow(*sql("database_facts"))
        after = clock.now()
        others = await drifts(connection)
        assert facts is not None
        server = _Server(facts, facts["clock"] - (before + (after - before) / 2), [])
        try:
            server.missing += await pending(connection)
            await refuse_newer(connection)
        except asyncpg.InsufficientPrivilegeError as error:
            server.lacking = str(error)
        except NewerSchemaError as error:
            server.newer = str(error)
    found.append(server)
    return [
        Check(
            "database",
            f"PostgreSQL {facts['version']}",
            "Use PostgreSQL 16 or newer." if facts["version_number"] < _LEAST_POSTGRESQL else None,
        ),
        Check("timescaledb", facts["timescaledb"] or "not installed, plain tables are used"),
        _migrations(server),
        _clock(server.skew),
        *_clocks(settings, others),
    ]


def _migrations(server: _Server) -> Check:
    if server.lacking is not None:
        fix = "Grant the privileges that the check `privileges` names."
        return Check("migrations", f"cannot be read: {server.lacking}", fix)
    if server.newer is not None:
        return Check("migrations", server.newer, "See docs/upgrading.md.")
    if server.missing:
        return Check(
            "migrations", f"pending: {', '.join(server.missing)}", "Run `gridfeed migrate`."
        )
    return Check("migrations", "all applied")


async def _changes_out(settings: Settings) -> list[Check]:
    """Return the lag of the topic of changes behind the feed; nothing if changes are not sent."""
    if not settings.changes_to_kafka:
        return []
    async with session.connected(settings) as connection:
        return [_waiting(settings, await changes_waiting(connection, changes_topic(settings)))]


def _waiting(settings: Settings, waiting: Waiting) -> Check:
    age = waiting.now - (waiting.since or waiting.now)
    more = "at least " if waiting.changes >= MOST_COUNTED else ""
    seen = f"{more}{waiting.changes} changes wait, the oldest for {age.total_seconds():.1f} s"
    fix = (
        "Start `gridfeed worker`; if one runs, its /readyz and its log say why it does not publish."
    )
    late = age > _MOST_WAITING
    return Check(f"lag {changes_topic(settings)}", seen, fix if late else None)


def _clock(skew: timedelta) -> Check:
    seen = f"the database's clock differs by {skew.total_seconds():+.3f} s from this machine's"
    return Check("clock", seen, _SYNCHRONISE if abs(skew) > _MOST_SKEW else None)


def _clocks(settings: Settings, drifts: Sequence[Drift]) -> Iterator[Check]:
    """Yield the clocks of the machines of workers and APIs, if any of them is connected."""
    if not drifts:
        return
    wrong = [each for each in drifts if abs(each.drift) > _MOST_SKEW.total_seconds()]
    told = wrong or drifts[:1]
    seen = few(
        [f"{each.program} on {each.place or 'this machine'} {each.drift:+.1f} s" for each in told]
    )
    most = settings.max_clock_drift_seconds
    waits = any(abs(each.drift) > most for each in wrong)
    yield Check(
        "clocks of processes",
        f"ahead of the database's: {seen}"
        + (f"; a worker waits beyond GRIDFEED_MAX_CLOCK_DRIFT_SECONDS={most:g}" if waits else ""),
        _SYNCHRONISE if wrong else None,
    )
