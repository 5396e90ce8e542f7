"""A partition of `meter.registers`: keeps every read verbatim, publishes no interval value."""

from collections.abc import Sequence
from datetime import datetime

from gridfeed.domain.settlement.messages import RegisterRead
from gridfeed.storage.connect import Connection
from gridfeed.storage.registers import RegisterRow, insert_registers
from gridfeed.storage.taken import SpansToLookAt, Taken
from stream.fetched import Records
from stream.letters import Rejection
from stream.meters import Accepted
from stream.settled import SettledPartition


class RegistersPartition(SettledPartition[RegisterRead]):
    """Writes each batch together with its offset in one transaction."""

    async def decode(
        self, records: Records
    ) -> tuple[list[Accepted[RegisterRead]], list[Rejection]]:
        """Decode and validate."""
        return await self.tools.meters.registers(records, self.tenant)

    def spans(self, accepted: Sequence[Accepted[RegisterRead]]) -> SpansToLookAt:
        """Return no spans: a register is read at an instant."""
        del accepted
        return SpansToLookAt.of(())

    def overlapping(self, each: Accepted[RegisterRead], taken: Taken) -> str | None:
        """Return None: a register read overlaps nothing."""
        del each, taken
        return None

    async def write(
        self,
        connection: Connection,
        accepted: Sequence[Accepted[RegisterRead]],
        recorded_at: datetime,
    ) -> int:
        """Keep all reads; the energy between two reads is computed at each request."""
        assert self.source is not None
        rows = [
            RegisterRow(
                meter_id=each.meter.meter_id,
                register=each.message.register,
                digits=each.message.digits,
                multiplier=each.message.multiplier,
                value=each.message.value,
                read_at=each.message.read_at,
                kafka_offset=each.record.offset,
            )
            for each in accepted
        ]
        await insert_registers(connection, self.source.source_id, rows, recorded_at)
        return 0
