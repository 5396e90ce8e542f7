"""Checks the rows that a worker stored: each sample once, values equal to a plain computation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from cli.bench.contender import ContenderError
from cli.bench.load import Load
from cli.bench.place import Connection, sql
from cli.proof.declaration import header_of
from cli.proof.expected import rule_of
from cli.proof.fleet import Plan
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.telemetry.plain import PlainSample, PlainValue, reached, value_of
from gridfeed.domain.telemetry.samples import quantise_one
from gridfeed.domain.words import PointQuality, ReadingQuality

#: The number of meters, spread over the fleet, that are compared with the plain computation.
_COMPARED_METERS = 40

Values = dict[tuple[str, datetime], PlainValue]


@dataclass(frozen=True, slots=True)
class Stored:
    """The numbers of stored rows. compared_intervals: those that equal the plain computation."""

    intervals: int
    blocks: int
    changes: int
    compared_intervals: int


async def check_stored(connection: Connection, load: Load, plan: Plan) -> Stored:
    """Return the numbers of stored rows. Raises ContenderError if any row is wrong."""
    totals = await connection.fetchrow(*sql("stored_totals"))
    assert totals is not None
    for what in ("samples_of_values", "samples_of_blocks"):
        if totals[what] != load.messages:
            raise ContenderError(f"gridfeed: {what} are {totals[what]}, not {load.messages}")
    if not totals["changes"]:
        raise ContenderError("gridfeed: no change was recorded")
    expected = expected_values(load, plan)
    found = await _stored_values(connection, sorted({number for number, _ in expected}))
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            number, start = key
            raise ContenderError(
                f"gridfeed: {number} at {start:%Y-%m-%dT%H:%M:%SZ} is {found.get(key)},"
                f" not {expected.get(key)}"
            )
    return Stored(totals["intervals"], totals["blocks"], totals["changes"], len(expected))


def expected_values(load: Load, plan: Plan) -> Values:
    """Compute the values of some meters in the plain way, by meter number and start."""
    meters = header_of([load.project()], plan.seed).meters
    chosen = {each.meter_number: each for each in meters[:: -(-len(meters) // _COMPARED_METERS)]}
    samples = _samples(load, plan, set(chosen))
    return {
        (number, instant(start)): value_of(samples[number], rule_of(meter), start)
        for number, meter in chosen.items()
        for start in reached(samples[number], rule_of(meter))
    }


def _samples(load: Load, plan: Plan, numbers: set[str]) -> dict[str, list[PlainSample]]:
    samples: dict[str, list[PlainSample]] = defaultdict(list)
    for chunk in load.chunks(plan):
        wanted = np.array([number in numbers for number in chunk.meter_numbers.texts], bool)
        few = chunk.take(np.flatnonzero(wanted[chunk.meter_numbers.codes]))
        for number, at, power_kw in zip(
            few.meter_numbers.to_list(),
            few.observed_at.tolist(),
            few.power_kw.tolist(),
            strict=True,
        ):
            samples[number].append(PlainSample(at, quantise_one(power_kw), PointQuality.GOOD))
    return samples


async def _stored_values(connection: Connection, numbers: list[str]) -> Values:
    rows = await connection.fetch(*sql("values_of_meters", meter_numbers=numbers))
    return {
        (row["meter_number"], row["interval_start"]): PlainValue(
            row["energy_microkwh"],
            row["mean_microkw"],
            row["peak_microkw"],
            ReadingQuality(row["quality"]) if row["quality"] else None,
            row["coverage_us"],
            row["longest_gap_us"],
            row["samples"],
        )
        for row in rows
    }
