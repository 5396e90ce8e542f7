"""Finds the meters of a whole column of numbers at once."""

import numpy as np

from gridfeed.avro.telemetry import TextColumn
from gridfeed.domain.declaration.catalogue import Catalogue, Meter
from gridfeed.domain.telemetry.samples import MAX_POWER, QUANTA_PER_KW, Int64
from gridfeed.domain.telemetry.validation import MeterColumns


class MeterIndex:
    """The meters of one catalogue version as columns; a meter's row is its place in `meters`."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Index the catalogue; build this once per version."""
        self.version = catalogue.version
        self.meters = tuple(catalogue.meters.values())
        self._rows = {meter.meter_number: row for row, meter in enumerate(self.meters)}
        tenants = sorted({meter.project.tenant for meter in self.meters})
        self.columns = MeterColumns(
            tenants=tuple(tenants),
            meter_id=np.array([meter.meter_id for meter in self.meters], np.int64),
            tenant=np.array(
                [tenants.index(meter.project.tenant) for meter in self.meters], np.int32
            ),
            capacity=np.array([_capacity(meter) for meter in self.meters], np.int64),
        )

    def rows(self, numbers: TextColumn) -> Int64:
        """Return the row of each meter number, -1 if the number is unknown."""
        rows = [self._rows.get(number, -1) for number in numbers.texts]
        return np.array(rows, np.int64)[numbers.codes]


def _capacity(meter: Meter) -> int:
    return min(int(meter.capacity_kw * QUANTA_PER_KW), MAX_POWER)
