"""Rows in the database, one plain statement a noun; energies in kWh as text or whole numbers."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

import asyncpg
import numpy as np

from gridfeed.domain.telemetry.block import encode
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Samples
from gridfeed.domain.words import PointQuality
from gridfeed.storage.clients import token_sha256

FORECASTS = ("forecast_day_ahead", "forecast_hour_ahead")
#: The database's -infinity and infinity.
LONG_BEFORE, FOR_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def utc(text: str) -> datetime:
    """Return "2026-03-01" or "2026-03-01 07:00" as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def micro(amount: str | float | None) -> int | None:
    """Return kWh as integers of 10^-6 kWh."""
    return None if amount is None else int(Decimal(str(amount)) * 1_000_000)


class Store:
    """A superuser's connection that puts rows in, as the writer does."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def __aenter__(self) -> Self:
        self.connection = await asyncpg.connect(self._url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()

    async def execute(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        return await self.connection.fetch(statement, *arguments)

    async def project(self, name: str = "p", **columns: object) -> None:
        declared = {
            "timezone": "UTC", "units": "kWh", "interval_seconds": 300, "contract_type": "PPA",
            "contract_rule": None, "contract_start": None, "contract_end": None,
        } | columns  # fmt: skip
        await self.insert(
            "project", cds_productionproject_id=name, name=f"Project {name}", tenant="default",
            interval_anchor_seconds=0, **declared,
        )  # fmt: skip
        if rule := declared["contract_rule"]:
            await self.share(str(rule), declared["contract_start"], declared["contract_end"], name)

    async def share(
        self, rule: str, starts_at: object = None, ends_at: object = None, project: str = "p"
    ) -> None:
        """The share of a rule such as "37.5%" or "1/3" of the project, open where None."""
        share = Fraction(rule.removesuffix("%")) / (100 if rule.endswith("%") else 1)
        await self.insert(
            "contract_share", cds_productionproject_id=project, numerator=share.numerator,
            denominator=share.denominator, starts_at=starts_at or LONG_BEFORE,
            ends_at=ends_at or FOR_EVER,
        )  # fmt: skip

    async def run(self, settlement_version: int, code: str, project: str = "p") -> None:
        await self.insert(
            "settlement_run", cds_productionproject_id=project, code=code,
            settlement_version=settlement_version,
        )  # fmt: skip

    async def meter(self, number: str = "m", project: str = "p", **columns: object) -> int:
        """A meter that has always belonged to the project."""
        (row,) = await self.insert(
            "meter", meter_number=number, cds_productionproject_id=project, capacity_kw=100,
            integration="step", hold_limit_seconds=120, **columns,
        )  # fmt: skip
        meter_id: int = row["meter_id"]
        await self.insert("membership", meter_id=meter_id, cds_productionproject_id=project)
        return meter_id

    async def move(self, project: str, at: datetime, meter: str = "m") -> None:
        """The meter belongs to the project from an instant on, and no longer to its last one."""
        meter_id = await self.meter_id(meter)
        await self.execute(
            "UPDATE membership SET ends_at = $2 WHERE meter_id = $1 AND ends_at > $2", meter_id, at
        )
        await self.insert(
            "membership", meter_id=meter_id, cds_productionproject_id=project, starts_at=at
        )
        await self.execute("UPDATE meter SET cds_productionproject_id = $2 WHERE meter_id = $1",
                           meter_id, project)  # fmt: skip

    async def client(
        self,
        token: str = "all",
        projects: Sequence[str] | None = None,
        production_formats: Sequence[str] | None = None,
    ) -> None:
        await self.insert(
            "client", name=token, token_sha256=token_sha256(token), projects=projects,
            production_formats=production_formats,
        )  # fmt: skip

    async def value(
        self, start: str | datetime, energy: str | float | None, **columns: Any
    ) -> None:
        """One interval value of meter m; more columns by name, energies in kWh."""
        row = await self._row(start, energy, columns)
        await self.insert("interval_value", **row)
        await self.execute(
            "INSERT INTO series SELECT $1, $2, $3, coalesce($4, clock_timestamp())"
            " ON CONFLICT DO NOTHING", row["meter_id"], row["production_format"], row["channel"],
            row.get("created_at") or row.get("recorded_at"),
        )  # fmt: skip
        await self._day(row)

    async def version(
        self, start: str | datetime, energy: str | float | None, replaced_at: datetime,
        *, final: bool = True, **columns: Any,
    ) -> None:  # fmt: skip
        """What a value was until another replaced it, when it was final or still open."""
        row = {"created_at": columns.get("recorded_at")} | await self._row(start, energy, columns)
        table = "interval_version" if final else "open_version"
        await self.insert(table, **row, replaced_at=replaced_at)
        await self._day(row)

    async def _day(self, row: dict[str, Any]) -> None:
        await self.execute(
            "INSERT INTO series_day AS d SELECT $1, $2, $3,"
            " ($4::timestamptz AT TIME ZONE 'UTC')::date, $5, coalesce($6, clock_timestamp())"
            " ON CONFLICT (meter_id, production_format, channel, utc_day, interval_seconds)"
            " DO UPDATE SET created_at = least(d.created_at, excluded.created_at)",
            row["meter_id"], row["production_format"], row["channel"], row["interval_start"],
            row["interval_seconds"], row.get("created_at") or row.get("recorded_at"),
        )  # fmt: skip

    async def _row(
        self, start: str | datetime, energy: str | float | None, columns: dict[str, Any]
    ) -> dict[str, Any]:
        row = {
            "meter_id": await self.meter_id(columns.pop("meter", "m")),
            "production_format": "scada", "channel": "GROSS", "interval_seconds": 300,
            "energy_microkwh": micro(energy), "quality": "calculated",
            "interval_start": utc(start) if isinstance(start, str) else start,
        } | columns  # fmt: skip
        if row["production_format"] in FORECASTS or energy is None:
            row["quality"] = None
        return row

    async def values(
        self, start: str, energies: Sequence[str | float | None], **columns: Any
    ) -> None:
        """Consecutive interval values."""
        step = timedelta(seconds=columns.get("interval_seconds", 300))
        for place, energy in enumerate(energies):
            await self.value(utc(start) + place * step, energy, **columns)

    async def meter_id(self, number: str) -> int:
        (row,) = await self.execute("SELECT meter_id FROM meter WHERE meter_number = $1", number)
        meter_id: int = row["meter_id"]
        return meter_id

    async def source(self, stream: str, synced_at: datetime | None, meter: str = "m") -> int:
        topics = (await self.execute("SELECT count(*) AS n FROM ingest_source"))[0]["n"]
        (row,) = await self.insert(
            "ingest_source", stream=stream, topic=f"t{topics}", kafka_partition=0,
            synced_at=synced_at,
        )  # fmt: skip
        await self.insert(
            "meter_source", meter_id=await self.meter_id(meter), source_id=row["source_id"]
        )
        source_id: int = row["source_id"]
        return source_id

    async def change(self, start: str = "2026-03-01", meter: str = "m", **columns: object) -> None:
        row = {
            "kind": "CREATED", "meter_id": await self.meter_id(meter), "production_format": "scada",
            "channel": "GROSS", "interval_from": utc(start),
            "interval_to": utc(start) + timedelta(minutes=5), "interval_seconds": 300,
        } | columns  # fmt: skip
        await self.insert("change", **row)

    async def settle(self) -> None:
        """Wait until the feed may be read to its end: other tests' transactions hold it up too."""
        ready = (
            "SELECT coalesce(max(xid) < pg_snapshot_xmin(pg_current_snapshot()), true) AS yes"
            " FROM (SELECT xid FROM change ORDER BY xid DESC, seq DESC LIMIT 1) AS newest"
        )
        async with asyncio.timeout(60):
            while not await self.connection.fetchval(ready):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)

    async def block(
        self, start: str, samples: Sequence[tuple[float, float]], **columns: Any
    ) -> None:
        """A block of samples: (seconds after its start, kW); quality and offset by name."""
        start_us = int(utc(start).timestamp()) * 1_000_000
        source = columns.pop("source_id", 1)
        quality = POINT_QUALITIES.index(columns.pop("quality", PointQuality.GOOD))
        offset = columns.pop("offset", 0)
        count = len(samples)
        found = Samples(
            np.array([start_us + round(at * 1e6) for at, _ in samples], np.int64),
            np.array([round(kw * 1e9) for _, kw in samples], np.int64),
            np.full(count, quality, np.uint8),
            np.full(count, source, np.int32),
            np.arange(offset, offset + count),
        )
        row = {
            "meter_id": await self.meter_id(columns.pop("meter", "m")), "channel": "GROSS",
            "interval_start": utc(start), "source_id": source, "samples": count,
            "through_offset": offset + count - 1, "block": encode(found, start_us),
        } | columns  # fmt: skip
        await self.insert("sample_block", **row)

    async def insert(self, table: str, **columns: object) -> list[asyncpg.Record]:
        names = ", ".join(columns)
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING *"
        return await self.execute(statement, *columns.values())
