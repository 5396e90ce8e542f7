"""Turns records into accepted messages: decodes and validates them by the current catalogue."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridfeed import clock
from gridfeed.avro.decode import TELEMETRY_RECORD, decode_telemetry_in_turns
from gridfeed.avro.meters import MeterIndex
from gridfeed.avro.records import (
    FORECAST_RECORD,
    READ_RECORD,
    REGISTER_RECORD,
    decode_forecasts,
    decode_reads,
    decode_registers,
)
from gridfeed.avro.registry import SchemaRegistry, registry_access
from gridfeed.avro.schemas import kept
from gridfeed.avro.telemetry import Telemetry
from gridfeed.avro.writers import Writers
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.declaration.catalogue import Catalogue, Meter
from gridfeed.domain.settlement.messages import (
    Forecast,
    Refusal,
    RegisterRead,
    Rejected,
    RevenueRead,
)
from gridfeed.domain.settlement.register_validation import check_register
from gridfeed.domain.settlement.validation import Terms, check_forecast, check_read
from gridfeed.domain.telemetry.samples import Int64, Samples, quantise
from gridfeed.domain.telemetry.series import SeriesRule
from gridfeed.domain.telemetry.validation import Observed, check_telemetry
from gridfeed.domain.words import Integration
from gridfeed.settings import Settings
from gridfeed.storage.catalogue import catalogue_version, load_catalogue
from gridfeed.storage.connect import Pool
from stream.fetched import Record, Records
from stream.letters import Rejection
from stream.observe import CPU_SECONDS
from stream.patience import patiently

Message = TypeVar("Message")
#: Rejections described at a time; that takes about 10 ms.
REJECTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Accepted(Generic[Message]):
    """A valid message, its record and its meter."""

    record: Record
    message: Message
    meter: Meter


@dataclass(frozen=True, slots=True)
class AcceptedSamples:
    """Accepted telemetry as columns; the partition fills in the source."""

    meter_id: Int64
    channel: NDArray[np.uint8]
    samples: Samples

    @classmethod
    def none(cls) -> "AcceptedSamples":
        """Return no samples."""
        return cls(np.empty(0, np.int64), np.empty(0, np.uint8), Samples.none())


class Meters:
    """The catalogue as a worker knows it; decodes messages and checks them against it."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        """Start without meters; `refresh` reads them."""
        self._settings, self._pool = settings, pool
        url = settings.schema_registry_url
        registry = (
            None if url is None else SchemaRegistry(str(url), access=registry_access(settings))
        )
        self._writers = {
            record: Writers(record, kept(), registry)
            for record in (TELEMETRY_RECORD, READ_RECORD, FORECAST_RECORD, REGISTER_RECORD)
        }
        self._catalogue = Catalogue(0)
        self._index = MeterIndex(self._catalogue)
        self.by_id: dict[int, Meter] = {}

    async def refresh(self) -> None:
        """Read the catalogue again if it has changed."""
        await patiently(self._refresh)

    @property
    def version(self) -> int:
        """Return the version of the catalogue in memory."""
        return self._catalogue.version

    def rule(self, meter_id: int) -> SeriesRule:
        """Return how a meter's series are rolled up."""
        meter = self.by_id[meter_id]
        return SeriesRule(
            length=meter.project.interval_seconds * SECOND_US,
            anchor=meter.project.interval_anchor_seconds * SECOND_US,
            hold=meter.hold_limit_seconds * SECOND_US,
            linear=meter.integration is Integration.LINEAR,
        )

    async def telemetry(
        self, records: Records, tenant: str | None
    ) -> tuple[AcceptedSamples, list[Rejection]]:
        """Return the valid samples and the rejected records."""
        values = records.values
        writers = self._writers[TELEMETRY_RECORD]
        await patiently(lambda: writers.learn(values))
        with CPU_SECONDS.labels("telemetry").time():
            decoded, undecodable = await decode_telemetry_in_turns(values, writers)
            rows = self._index.rows(decoded.meter_numbers)
        if not len(decoded):
            return AcceptedSamples.none(), await _in_turns(records, undecodable)
        if (rows < 0).any():
            await self.refresh()
            rows = self._index.rows(decoded.meter_numbers)
        observed = Observed(
            decoded.positions, decoded.meter_numbers, rows, decoded.observed_at, decoded.power_kw
        )
        fine, refused = check_telemetry(observed, self._index.columns, self._terms(tenant))
        accepted = self._samples(decoded.take(np.flatnonzero(fine)), rows[fine], records)
        return accepted, await _in_turns(records, chain(undecodable, refused))

    async def reads(
        self, records: Records, tenant: str | None
    ) -> tuple[list[Accepted[RevenueRead]], list[Rejection]]:
        """Return the valid reads and the rejected records."""
        values = records.values
        await patiently(lambda: self._writers[READ_RECORD].learn(values))
        decoded, undecodable = decode_reads(values, self._writers[READ_RECORD])
        await self._learn_meters(message.meter_number for _, message in decoded)
        return self._checked(records, decoded, undecodable, check_read, self._terms(tenant))

    async def forecasts(
        self, records: Records, tenant: str | None
    ) -> tuple[list[Accepted[Forecast]], list[Rejection]]:
        """Return the valid forecasts and the rejected records."""
        values = records.values
        await patiently(lambda: self._writers[FORECAST_RECORD].learn(values))
        decoded, undecodable = decode_forecasts(values, self._writers[FORECAST_RECORD])
        await self._learn_meters(message.meter_number for _, message in decoded)
        return self._checked(records, decoded, undecodable, check_forecast, self._terms(tenant))

    async def registers(
        self, records: Records, tenant: str | None
    ) -> tuple[list[Accepted[RegisterRead]], list[Rejection]]:
        """Return the valid register reads and the rejected records."""
        values = records.values
        await patiently(lambda: self._writers[REGISTER_RECORD].learn(values))
        decoded, undecodable = decode_registers(values, self._writers[REGISTER_RECORD])
        await self._learn_meters(message.meter_number for _, message in decoded)
        return self._checked(records, decoded, undecodable, check_register, self._terms(tenant))

    def _samples(self, decoded: Telemetry, rows: Int64, records: Records) -> AcceptedSamples:
        samples = Samples(
            observed_at=decoded.observed_at,
            power=quantise(decoded.power_kw),
            quality=decoded.quality,
            source=np.zeros(len(rows), np.int32),
            offset=records.offsets[decoded.positions],
        )
        return AcceptedSamples(self._index.columns.meter_id[rows], decoded.channel, samples)

    def _checked(
        self,
        records: Records,
        decoded: Sequence[tuple[int, Message]],
        undecodable: Sequence[Rejected],
        check: Callable[[Message, Meter | None, Terms], Refusal | None],
        terms: Terms,
    ) -> tuple[list[Accepted[Message]], list[Rejection]]:
        accepted, rejected = [], list(undecodable)
        for position, message in decoded:
            meter = self._catalogue.meters.get(message.meter_number)  # type: ignore[attr-defined]
            refusal = check(message, meter, terms)
            if refusal is not None:
                rejected.append(refusal.at(position))
            elif meter is not None:
                accepted.append(Accepted(records[position], message, meter))
        return accepted, _rejections(records, rejected)

    async def _learn_meters(self, numbers: Iterable[str]) -> None:
        if any(number not in self._catalogue.meters for number in numbers):
            await self.refresh()

    async def _refresh(self) -> None:
        async with self._pool.acquire() as connection:
            if await catalogue_version(connection) == self._catalogue.version:
                return
            self._catalogue = await load_catalogue(connection)
        self._index = MeterIndex(self._catalogue)
        self.by_id = {meter.meter_id: meter for meter in self._catalogue.meters.values()}

    def _terms(self, tenant: str | None) -> Terms:
        return Terms(
            now=clock.now(),
            tenant=tenant,
            future_seconds=self._settings.future_seconds,
            retention_days=self._settings.retention_days,
            capacity_factor=self._settings.capacity_factor,
            forecast_days=self._settings.forecast_days,
        )


async def _in_turns(records: Records, rejected: Iterable[Rejected]) -> list[Rejection]:
    """Return the rejections; other tasks run in between, however many there are."""
    found: list[Rejection] = []
    left = iter(rejected)
    while some := list(islice(left, REJECTED_AT_ONCE)):
        found += _rejections(records, some)
        await asyncio.sleep(0)
    return found


def _rejections(records: Records, rejected: Sequence[Rejected]) -> list[Rejection]:
    found = []
    for each in rejected:
        record = records[each.position]
        detail = records.unread.get(record.offset, each.detail)
        found.append(Rejection(record, each.reason, detail))
    return found
