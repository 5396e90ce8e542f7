"""Quarter-hours of a 100 kW plant, for tests of validation and estimation; powers in kW."""

from datetime import UTC, datetime

from gridfeed.domain.vee.checks import DEFAULTS, check
from gridfeed.domain.vee.series import Flag, Intervals, Plant, laid_out
from gridfeed.domain.words import Channel

START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
QUARTER = 900_000_000
DAY = 96
PLANT = Plant(100_000_000)


def at(place, start=START):
    return int(start.timestamp()) * 1_000_000 + place * QUARTER


def quarters(powers, channel=Channel.NET, start=START):
    """Lay out quarter-hours of these mean powers; None: no value."""
    rows = [
        (at(place, start), QUARTER, None if power is None else round(power * 250_000))
        for place, power in enumerate(powers)
    ]
    return laid_out(channel, rows, rows[0][0], rows[-1][0] + QUARTER)


def flagged(flag: Flag, series: Intervals, plant=PLANT, thresholds=DEFAULTS):
    """Return the places that have the flag."""
    return check(series, plant, thresholds)[flag].nonzero()[0].tolist()
