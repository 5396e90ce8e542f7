"""Values published by the writer's own statement, each transaction at an instant the test names."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.values import ValueColumns, finalise_due, publish_values
from tests.api.builders import Store, micro, utc


async def publish(
    store: Store, recorded_at: datetime, start: str, energies: Sequence[str | float | None],
    **columns: Any,
) -> None:  # fmt: skip
    """Publish consecutive intervals of meter m, energies in kWh; more columns by name."""
    count = len(energies)
    seconds = columns.pop("interval_seconds", 300)
    fixed = {
        "meter_id": await store.meter_id(columns.pop("meter", "m")), "production_format": "scada",
        "channel": "GROSS", "interval_seconds": seconds, "quality": "calculated",
        "cause": ChangeCause.LATE_SAMPLES,
    } | columns  # fmt: skip
    values = ValueColumns(
        energy_microkwh=[micro(energy) for energy in energies],
        interval_start=[utc(start) + n * timedelta(seconds=seconds) for n in range(count)],
        **{name: [value] * count for name, value in fixed.items()},
    )
    await publish_values(store.connection, values, recorded_at)


async def finalise(store: Store, source_id: int, clock: datetime, recorded_at: datetime) -> None:
    """Make what is due by the clock final."""
    await finalise_due(store.connection, source_id, clock, recorded_at)
