"""A partition of `meter.reads`: keeps every settlement version, publishes the highest one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.domain.words import READING_QUALITY, ProductionFormat
from gridfeed.storage.connect import Connection
from gridfeed.storage.reads import ReadRow, current_reads, insert_reads
from gridfeed.storage.taken import SpansToLookAt, Taken
from gridfeed.storage.values import publish_values
from stream.fetched import Records
from stream.letters import Rejection
from stream.meters import Accepted
from stream.settled import SettledPartition

SETTLEMENT = ProductionFormat.SETTLEMENT


class ReadsPartition(SettledPartition[RevenueRead]):
    """Writes each batch together with its offset in one transaction."""

    async def decode(self, records: Records) -> tuple[list[Accepted[RevenueRead]], list[Rejection]]:
        """Decode and validate."""
        return await self.tools.meters.reads(records, self.tenant)

    def spans(self, accepted: Sequence[Accepted[RevenueRead]]) -> SpansToLookAt:
        """Return the spans that the reads cover."""
        return SpansToLookAt.of(
            (
                each.meter.meter_id,
                SETTLEMENT,
                each.message.channel,
                each.message.interval_start,
                each.message.interval_start + timedelta(seconds=each.message.interval_seconds),
            )
            for each in accepted
        )

    def overlapping(self, each: Accepted[RevenueRead], taken: Taken) -> str | None:
        """Return what a read overlaps; if it overlaps nothing, claim its interval."""
        read = each.message
        series = taken.of(each.meter.meter_id, SETTLEMENT, read.channel)
        if series.claim([read.interval_start], read.interval_seconds) is None:
            return None
        return (
            f"{read.interval_seconds} s from {read.interval_start:%Y-%m-%dT%H:%M:%SZ} overlap"
            " a published interval of another length; send reads of one length per series"
        )

    async def write(
        self,
        connection: Connection,
        accepted: Sequence[Accepted[RevenueRead]],
        recorded_at: datetime,
    ) -> int:
        """Keep all versions and publish those that count now."""
        assert self.source is not None
        rows = [
            ReadRow(
                meter_id=each.meter.meter_id,
                channel=each.message.channel,
                interval_start=each.message.interval_start,
                interval_seconds=each.message.interval_seconds,
                settlement_version=each.message.settlement_version,
                energy_microkwh=each.message.energy_microkwh,
                quality=READING_QUALITY[each.message.quality],
                read_at=each.message.read_at,
                kafka_offset=each.record.offset,
            )
            for each in accepted
        ]
        await insert_reads(connection, self.source.source_id, rows, recorded_at)
        keys = sorted({row.key for row in rows})
        values = await current_reads(connection, keys)
        return await publish_values(connection, values, recorded_at, self.appended_at)
