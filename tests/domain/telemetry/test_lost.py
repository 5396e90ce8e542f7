"""Which intervals may lack samples after messages were lost, in minutes after noon."""

from datetime import UTC, datetime, timedelta

import pytest

from gridfeed.domain.telemetry.lost import LostSeries, may_lack_from, touched

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("start", "lacks"),
    [(0, False), (5, True), (10, True), (15, True), (20, True), (25, False)],
)
def test_intervals_between_the_samples_around_a_loss_are_touched_and_a_minute_on_either_side(
    start: int, lacks: bool
) -> None:
    lost = LostSeries(1, "GROSS", at(10.5), at(19.5))
    assert lost.touches(at(start), at(start + 5)) == lacks


def test_until_a_later_sample_comes_everything_behind_the_newest_one_is_touched() -> None:
    lost = LostSeries(1, "GROSS", at(12))
    assert lost.touches(at(10_000), at(10_005))
    assert not lost.touches(at(5), at(10))


def test_only_intervals_of_the_series_that_lost_messages_are_touched() -> None:
    lost = [LostSeries(1, "GROSS", at(12))]
    intervals = [
        (number, channel, at(15), 300) for number in (1, 2) for channel in ("GROSS", "NET")
    ]
    assert touched(lost, intervals) == [0]


@pytest.mark.parametrize(
    ("stored", "after", "since"),
    [(0, 1, 0), (0, 60, 0), (0, 180, 120), (500, 180, 0), (0, None, 0)],
)
def test_of_a_series_that_was_quiet_for_over_an_hour_nothing_is_lost_before_that(
    stored: int, after: int | None, since: int
) -> None:
    after_at = None if after is None else at(after)
    assert may_lack_from(NOON, at(stored), after_at) == at(since)
