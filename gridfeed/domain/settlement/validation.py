"""Decides whether a revenue read or a forecast is accepted."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.instants import rfc3339
from gridfeed.domain.calendar.interval import is_aligned, local_days
from gridfeed.domain.declaration.catalogue import Meter
from gridfeed.domain.settlement.limits import LONGEST_NAME, MOST_INTERVALS
from gridfeed.domain.settlement.messages import Forecast, Refusal, RevenueRead
from gridfeed.domain.telemetry.exact import MICRO_PER_KW
from gridfeed.domain.telemetry.samples import MAX_POWER, QUANTA_PER_KW
from gridfeed.domain.words import Reason

MAX_KW = MAX_POWER // QUANTA_PER_KW
LONGEST_INTERVAL_SECONDS = 86_400
LONGEST_FORECAST = timedelta(days=10)
#: The database keeps settlement versions in 32 bits.
LAST_SETTLEMENT_VERSION = 2**31 - 1
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Terms:
    """What a topic accepts at an instant (aware); a tenant's topic accepts only its own meters.

    The other fields are the settings of the same names.
    """

    now: datetime
    tenant: str | None
    future_seconds: float
    retention_days: int
    capacity_factor: float
    forecast_days: int


def check_read(read: RevenueRead, meter: Meter | None, terms: Terms) -> Refusal | None:
    """Return why a read is refused, or None. meter: the declared meter of its number, if any."""
    if meter is None:
        return not_a_meter(read.meter_number)
    start, seconds = read.interval_start, read.interval_seconds
    return (
        foreign(meter, terms)
        or _misaligned(start, seconds, meter)
        or ahead("the interval's end", start + timedelta(seconds=seconds), terms)
        or too_late("interval_start", start, terms)
        or _too_much_energy(read, meter, terms)
        or _wrong_version(read.settlement_version)
    )


def check_forecast(forecast: Forecast, meter: Meter | None, terms: Terms) -> Refusal | None:
    """Return why a forecast is refused, or None if it is accepted.

    meter: the declared meter of its number, if any. A forecast looks ahead by nature, so its
    intervals may be much further ahead of the clock than its time of issue.
    """
    if meter is None:
        return not_a_meter(forecast.meter_number)
    return (
        foreign(meter, terms)
        or _wrong_length(forecast)
        or _not_finite(forecast)
        or _misaligned_vintage(forecast, meter)
        or ahead("issued_at", forecast.issued_at, terms)
        or _too_far_ahead(forecast, terms)
        or too_late("start", forecast.start, terms)
        or _too_long_a_model(forecast)
        or _beyond_capacity(forecast, meter, terms)
    )


def not_a_meter(number: str) -> Refusal:
    """Return the refusal of a number that no project declares or can declare."""
    if len(number) > LONGEST_NAME:
        return too_long("meter_number", number, LONGEST_NAME)
    return Refusal(
        Reason.UNKNOWN_METER,
        f"meter_number={shown(number)} is not declared; declare it with gridfeed projects apply",
    )


def not_of_tenant(number: str, tenant: str | None) -> Refusal:
    """Return the refusal of another tenant's meter; it does not reveal the tenant."""
    return Refusal(
        Reason.NOT_OWNER,
        f"meter_number={shown(number)} does not belong to tenant {tenant!r}, who owns this topic",
    )


def beyond_capacity(seen: str, capacity_kw: str, terms: Terms) -> Refusal:
    """Return the refusal of more power or energy than a meter of this capacity can have."""
    return Refusal(
        Reason.OUT_OF_RANGE,
        f"{seen} is beyond the capacity of {capacity_kw} kW times "
        f"GRIDFEED_CAPACITY_FACTOR={terms.capacity_factor:g}, or beyond {MAX_KW // 10**6} GW",
    )


def too_long(what: str, text: str, most: int) -> Refusal:
    """Return the refusal of a text with more characters than are accepted."""
    return Refusal(
        Reason.OUT_OF_RANGE,
        f"{what}={shown(text)} has {len(text)} characters; at most {most} are accepted",
    )


def shown(text: str) -> str:
    """Return a text of a message for display, cut if it is long."""
    # A detail is sent in a header of the dead letter, next to the message itself.
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


def foreign(meter: Meter, terms: Terms) -> Refusal | None:
    """Return the refusal of a meter of another tenant than the topic's."""
    if terms.tenant is None or meter.project.tenant == terms.tenant:
        return None
    return not_of_tenant(meter.meter_number, terms.tenant)


def _misaligned(start: datetime, seconds: int, meter: Meter) -> Refusal | None:
    if not 0 < seconds <= LONGEST_INTERVAL_SECONDS:
        return Refusal(
            Reason.MISALIGNED_INTERVAL,
            f"interval_seconds={seconds}; 1 to {LONGEST_INTERVAL_SECONDS} is accepted",
        )
    if not is_aligned(start, seconds, ZoneInfo(meter.project.timezone)):
        return _off_grid(start, seconds, meter)
    return None


def _misaligned_vintage(forecast: Forecast, meter: Meter) -> Refusal | None:
    start, seconds = forecast.start, forecast.interval_seconds
    if (refusal := _misaligned(start, seconds, meter)) is not None:
        return refusal
    # The first interval is on the grid, so all are if every day ends at a boundary.
    end = start + timedelta(seconds=seconds * len(forecast.power_kw))
    for _, day in local_days(ZoneInfo(meter.project.timezone), start, end):
        if day.end < end and day.duration % timedelta(seconds=seconds):
            last = day.end - day.duration % timedelta(seconds=seconds)
            return _off_grid(last, seconds, meter)
    return None


def _off_grid(start: datetime, seconds: int, meter: Meter) -> Refusal:
    return Refusal(
        Reason.MISALIGNED_INTERVAL,
        f"the {seconds} s from {rfc3339(start)} are not an interval of the local day; intervals"
        f" are counted from midnight in {meter.project.timezone} and end with the day",
    )


def ahead(what: str, instant: datetime, terms: Terms) -> Refusal | None:
    """Return the refusal of an instant further ahead of the clock than is accepted."""
    seconds = (instant - terms.now).total_seconds()
    if seconds <= terms.future_seconds:
        return None
    return Refusal(
        Reason.FUTURE_TIMESTAMP,
        f"{what} {rfc3339(instant)} is {seconds:.0f} s ahead of the clock; "
        f"at most GRIDFEED_FUTURE_SECONDS={terms.future_seconds:g}",
    )


def too_late(what: str, instant: datetime, terms: Terms) -> Refusal | None:
    """Return the refusal of an instant older than the retention of data."""
    age = terms.now - instant
    if age <= timedelta(days=terms.retention_days):
        return None
    return Refusal(
        Reason.TOO_LATE,
        f"{what} {rfc3339(instant)} is {age.days} days old; "
        f"at most GRIDFEED_RETENTION_DAYS={terms.retention_days}",
    )


def _too_far_ahead(forecast: Forecast, terms: Terms) -> Refusal | None:
    end = forecast.start + timedelta(seconds=len(forecast.power_kw) * forecast.interval_seconds)
    if end - terms.now <= timedelta(days=terms.forecast_days):
        return None
    return Refusal(
        Reason.FUTURE_TIMESTAMP,
        f"the forecast's end {rfc3339(end)} is {(end - terms.now).days} days ahead of the clock; "
        f"at most GRIDFEED_FORECAST_DAYS={terms.forecast_days}",
    )


def _too_long_a_model(forecast: Forecast) -> Refusal | None:
    if forecast.model is None or len(forecast.model) <= LONGEST_NAME:
        return None
    return too_long("model", forecast.model, LONGEST_NAME)


def _wrong_length(forecast: Forecast) -> Refusal | None:
    count = len(forecast.power_kw)
    fault = None
    if not count:
        fault = "power_kw is empty; at least one interval is needed"
    elif count > MOST_INTERVALS:
        fault = f"{count} intervals; at most {MOST_INTERVALS} are accepted in one message"
    elif count * forecast.interval_seconds > LONGEST_FORECAST.total_seconds():
        fault = (
            f"{count} intervals of {forecast.interval_seconds} s; "
            f"at most {LONGEST_FORECAST.days} days are accepted"
        )
    for name, values in (("p10_kw", forecast.p10_kw), ("p90_kw", forecast.p90_kw)):
        if values is not None and len(values) != count:
            fault = fault or f"{name} has {len(values)} values and power_kw {count}"
    return None if fault is None else Refusal(Reason.LENGTH_MISMATCH, fault)


def _not_finite(forecast: Forecast) -> Refusal | None:
    for name, values in _columns(forecast):
        for place, value in enumerate(values):
            if not math.isfinite(value):
                return Refusal(
                    Reason.NOT_FINITE, f"{name}[{place}] is {value}; finite kilowatts are accepted"
                )
    return None


def _beyond_capacity(forecast: Forecast, meter: Meter, terms: Terms) -> Refusal | None:
    worst = max(chain.from_iterable(values for _, values in _columns(forecast)), key=abs)
    if abs(worst) <= _limit_kw(meter, terms):
        return None
    return beyond_capacity(f"{worst:g} kW", f"{meter.capacity_kw:f}", terms)


def _too_much_energy(read: RevenueRead, meter: Meter, terms: Terms) -> Refusal | None:
    limit = _limit_kw(meter, terms) * read.interval_seconds * MICRO_PER_KW
    if abs(read.energy_microkwh) * 3600 <= limit:
        return None
    energy = Decimal(read.energy_microkwh).scaleb(-6)
    return beyond_capacity(
        f"energy_kwh={energy:f} in {read.interval_seconds} s", f"{meter.capacity_kw:f}", terms
    )


def _wrong_version(number: int) -> Refusal | None:
    if 0 <= number <= LAST_SETTLEMENT_VERSION:
        return None
    return Refusal(
        Reason.OUT_OF_RANGE,
        f"settlement_version={number}; 0 to {LAST_SETTLEMENT_VERSION} is accepted",
    )


def _limit_kw(meter: Meter, terms: Terms) -> Decimal:
    return min(meter.capacity_kw * Decimal(str(terms.capacity_factor)), Decimal(MAX_KW))


def _columns(forecast: Forecast) -> list[tuple[str, tuple[float, ...]]]:
    named = (
        ("power_kw", forecast.power_kw),
        ("p10_kw", forecast.p10_kw),
        ("p90_kw", forecast.p90_kw),
    )
    return [(name, values) for name, values in named if values is not None]
