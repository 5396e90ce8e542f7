"""Register readings as columns of usage segments (CDS-WG3-01 10.8.5.8); pure."""

from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from api.segments.columns import Column
from api.segments.details import Readings
from api.segments.segment import Segment
from api.segments.shape import ValueFormat
from gridfeed.domain.words import ProductionFormat

#: A register's unit by its kWh per unit. The specification names no unit for other multipliers.
UNITS = {Decimal("0.001"): "Wh", Decimal(1): "kWh", Decimal(1000): "MWh"}


def readings(segment: Segment) -> list[Column]:
    """Return a column for each register and unit: its reading at each interval's start, or null."""
    device, length = segment.key.cds_meterdevice_id, segment.key.length()
    return [
        Column(_format(device, each.register, UNITS[each.multiplier]), _cells(each, length))
        for each in segment.readings
    ]


@lru_cache(maxsize=4096)
def _format(device: str, register: str, units: str) -> ValueFormat:
    words = f"gridfeed_readings_{units.lower()}", quote(device, ""), quote(register, "")
    return ValueFormat(
        id=":".join(words),
        type="meter_readings",
        related_meterdevice=device,
        register=register or None,
        units=units,
        gridfeed_production_format=ProductionFormat.SETTLEMENT,
    )


def _cells(each: Readings, length: int) -> list[str]:
    cells = ["null"] * length
    for place, value in zip(each.places, each.values, strict=True):
        cells[place] = f'{{"r":"{value}"}}'  # digits and a point need no escaping
    return cells
