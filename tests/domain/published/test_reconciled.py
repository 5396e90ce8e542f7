"""Rows of a reconciliation, and what they are aligned on."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridfeed.domain.calendar.spans import by_seconds
from gridfeed.domain.published import memberships
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.aligned import Intervals
from gridfeed.domain.published.reconciled import ReconciledBy, everything, rows
from gridfeed.domain.published.reconciliation import Balance, Compared, Status, Tolerance
from gridfeed.domain.published.scope import Scope, ScopeMembership, ScopeProject

HOUR_US = 3_600_000_000
KWH = 1_000_000
DENVER = ZoneInfo("America/Denver")
PROJECT = ScopeProject("p", "America/Denver", "kWh", 300, 0)


def hours(count: int, scada: float | None = 10, settlement: float | None = 9.9) -> Compared:
    """Hours from 2026-03-01T00:00 of Denver on, of a plant of 100 kW."""
    start = int(np.datetime64("2026-03-01T07", "us").astype(np.int64))
    energies = ([None if kwh is None else round(kwh * KWH)] * count for kwh in (scada, settlement))
    return Compared(
        start + np.arange(count) * HOUR_US, HOUR_US, *map(Column.of, energies),
        np.full(count, HOUR_US), np.full(count, 100 * KWH),
    )  # fmt: skip


def table(compared: Compared, by: ReconciledBy):
    version = np.arange(len(compared.start)) % 2
    return rows(compared, version, Tolerance(), by, DENVER)


def test_days_are_local_and_have_23_hours_when_clocks_go_forward():
    days = table(hours(31 * 24 - 1), ReconciledBy.DAY)
    assert [day.local for day in days] == [f"2026-03-{n:02}" for n in range(1, 32)]
    assert [day.balance.intervals for day in days] == [24] * 7 + [23] + [24] * 23
    assert all(one.end_us == other.start_us for one, other in pairwise(days))


@pytest.mark.parametrize("by", list(ReconciledBy))
def test_rows_of_any_length_sum_to_the_total(by):
    compared = hours(900)
    found = table(compared, by)
    total = everything(compared, np.arange(900) % 2, Tolerance())
    summed = Balance()
    for row in found:
        summed = summed.plus(row.balance)
    assert summed == total.balance
    assert sum(row.statuses[Status.WITHIN] for row in found) == total.statuses[Status.WITHIN] == 900
    assert sum(row.versions[1] for row in found if 1 in row.versions) == total.versions[1] == 450


def test_an_interval_is_a_row_of_its_own_without_a_line():
    first, second = table(hours(2), ReconciledBy.INTERVAL)
    assert (first.end_us, first.local, first.line) == (second.start_us, None, None)


def test_versions_are_counted_where_both_sides_are_known():
    (day,) = table(hours(24, scada=None), ReconciledBy.DAY)
    assert day.versions == {}
    assert day.statuses == {Status.SCADA_MISSING: 24}


def test_nothing_has_no_rows():
    assert table(hours(0), ReconciledBy.DAY) == table(hours(0), ReconciledBy.INTERVAL) == []
    assert everything(hours(0), np.zeros(0, np.int64), Tolerance()) is None


def membership(capacity_kw: str, starts_at=None, ends_at=None) -> ScopeMembership:
    return ScopeMembership(1, "m", Decimal(capacity_kw), PROJECT, starts_at, ends_at)


def test_a_meter_counts_with_the_spans_that_start_while_it_belongs_to_the_project():
    one, two = (datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (1, 2))
    found = Scope(None, PROJECT, (membership("100"), membership("0.5", one, two)))
    spans = by_seconds("UTC", 3600, datetime(2026, 3, 1, tzinfo=UTC), two.replace(hour=3))
    assert memberships.meters(found, spans).tolist() == [1, 2, 1]
    assert memberships.capacity(found, spans).tolist() == [100 * KWH, 100_500_000, 100 * KWH]


def test_rows_are_as_long_as_all_intervals_fill():
    found = Scope(None, PROJECT, ())

    def of(seconds: int) -> Intervals:
        return Intervals.of(np.zeros(1, np.int64), np.array([seconds * 1_000_000]), np.zeros(1))

    assert memberships.common_seconds(found, [of(300), of(900)]) == 900
    assert memberships.common_seconds(found, [of(900), of(1200)]) == 3600
    assert memberships.common_seconds(found, []) == 300
