"""The findings of validation as an answer; pure. Generation is positive, energies are exact."""

from collections import Counter
from dataclasses import asdict
from typing import Annotated

from api.comparisons.answers import Units
from api.comparisons.validation.shapes import Validation
from api.web.shapes import Number, Shape, Time, means
from gridfeed.domain.calendar.instants import SECOND_US, instant, read_instant
from gridfeed.domain.vee import findings
from gridfeed.domain.vee.checks import DEFAULTS
from gridfeed.domain.vee.series import Flag


class Thresholds(Shape):
    """The limits of the checks."""

    idle_share: Annotated[float, means("as docs/validation.md says")]
    stuck_hours: Annotated[float, means("as docs/validation.md says")]
    stuck_dispatched_hours: Annotated[float, means("as docs/validation.md says")]
    stuck_intervals: Annotated[float, means("as docs/validation.md says")]
    clip_share: Annotated[float, means("as docs/validation.md says")]
    spike_share: Annotated[float, means("as docs/validation.md says")]
    spike_times_usual: Annotated[float, means("as docs/validation.md says")]
    spike_hours: Annotated[float, means("as docs/validation.md says")]
    high_limit_share: Annotated[float, means("as docs/validation.md says")]
    low_limit_share: Annotated[float, means("as docs/validation.md says")]
    load_tolerance: Annotated[float, means("as docs/validation.md says")]
    dark_degrees: Annotated[float, means("as docs/validation.md says")]


class FlagCounts(Shape):
    """The number of intervals by flag."""

    gap: Annotated[int, means("intervals")]
    stuck: Annotated[int, means("intervals")]
    spike: Annotated[int, means("intervals")]
    high_limit: Annotated[int, means("intervals")]
    low_limit: Annotated[int, means("intervals")]
    daylight: Annotated[int, means("intervals")]
    register: Annotated[int, means("intervals")]


class Finding(Shape):
    """An interval that is missing or implausible."""

    channel: Annotated[str, means("GROSS, STATION_LOAD or NET")]
    interval_start: Annotated[Time, means("inclusive")]
    interval_end: Annotated[Time, means("exclusive")]
    energy: Annotated[Number | None, means("as published, generation positive; null: no value")]
    flags: Annotated[
        list[str], means("gap, stuck, spike, high_limit, low_limit, daylight, register")
    ]


class ValidationFindings(Shape):
    """The intervals of one meter that validation flags."""

    meter_number: Annotated[str, means("as asked for")]
    production_format: Annotated[str, means("as asked for")]
    timezone: Annotated[str, means("time zone of the plant")]
    units: Annotated[str, means("unit of all energies: the project's")]
    start: Annotated[Time, means("as asked for")]
    end: Annotated[Time, means("as asked for")]
    until: Annotated[Time, means("intervals that end after this instant are not expected yet")]
    as_of: Annotated[Time | None, means("as asked for")]
    thresholds: Annotated[
        Thresholds, means("limits of the checks; shares refer to the meter's capacity")
    ]
    checked: Annotated[int, means("checked intervals")]
    flagged: Annotated[int, means("checked intervals with at least one flag")]
    counts: Annotated[FlagCounts, means("intervals by flag")]
    intervals: Annotated[list[Finding], means("intervals with a flag, in order")]


EXAMPLE = ValidationFindings(
    meter_number="serf-east-1",
    production_format="scada",
    timezone="America/Denver",
    units="kWh",
    start=read_instant("2026-03-01T07:00:00Z"),
    end=read_instant("2026-03-02T07:00:00Z"),
    until=read_instant("2026-03-02T07:00:00Z"),
    as_of=None,
    thresholds=Thresholds(**asdict(DEFAULTS)),
    checked=288,
    flagged=1,
    counts=FlagCounts(gap=1, stuck=0, spike=0, high_limit=0, low_limit=0, daylight=0, register=0),
    intervals=[
        Finding(
            channel="GROSS",
            interval_start=read_instant("2026-03-01T19:05:00Z"),
            interval_end=read_instant("2026-03-01T19:10:00Z"),
            energy=None,
            flags=["gap"],
        )
    ],
)


def validation(found: Validation) -> ValidationFindings:
    """Return the intervals that have a flag, and the number of intervals without one."""
    counts = Counter(flag for each in found.findings for flag in each.flags)
    units = Units(found.meter.units)
    return ValidationFindings(
        meter_number=found.meter.meter_number,
        production_format=found.production_format,
        timezone=found.meter.zone.key,
        units=found.meter.units,
        start=found.start,
        end=found.end,
        until=found.until,
        as_of=found.as_of,
        thresholds=Thresholds(**asdict(found.thresholds)),
        checked=len(found.findings),
        flagged=sum(1 for each in found.findings if each.flags),
        counts=FlagCounts(**{flag.value: counts[flag] for flag in Flag}),
        intervals=[_interval(each, units) for each in found.findings if each.flags],
    )


def _interval(each: findings.Finding, units: Units) -> Finding:
    return Finding(
        channel=each.channel,
        interval_start=instant(each.start_us),
        interval_end=instant(each.start_us + each.seconds * SECOND_US),
        energy=units.energy(each.energy_microkwh),
        flags=list(each.flags),
    )
