"""A month of five-minute values of twenty meters, published by the writer's own statement."""

from datetime import timedelta

from gridfeed.storage.values import ValueColumns, publish_values
from tests.api.builders import Store, utc

METERS = [f"m{n:02}" for n in range(20)]
DAYS, A_DAY = 30, 288
INTERVALS = len(METERS) * DAYS * A_DAY
RECORDED = utc("2026-04-02")


def energy(meter: int, place: int) -> int:
    """Return a meter's energy of an interval in 10^-6 kWh: all digits in use, no two alike."""
    return 1_000_003 * (place + 1) + meter


async def publish_month(store: Store) -> int:
    """Publish it in a project of UTC days; return the sum in 10^-6 kWh."""
    await store.project()
    await store.client()
    starts = [utc("2026-03-01") + n * timedelta(minutes=5) for n in range(DAYS * A_DAY)]
    count, total = len(starts), 0
    for meter, number in enumerate(METERS):
        energies = [energy(meter, place) for place in range(count)]
        values = ValueColumns(
            [await store.meter(number)] * count, ["scada"] * count, ["GROSS"] * count, starts,
            [300] * count, ["samples"] * count, energies, quality=["calculated"] * count,
            mean_microkw=[12 * each for each in energies],
            peak_microkw=[13 * each for each in energies],
        )  # fmt: skip
        await publish_values(store.connection, values, RECORDED)
        total += sum(energies)
    return total
