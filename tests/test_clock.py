"""A process goes by the database's clock, and knows how far its own is off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gridfeed import clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND_NS = 1_000_000_000


class Hands:
    """The machine's clocks: one that may be set, one that may not."""

    def __init__(self) -> None:
        self.wall_ns = int(NOON.timestamp()) * SECOND_NS
        self.steady_ns = 0

    def pass_by(self, seconds: float) -> None:
        self.wall_ns += int(seconds * SECOND_NS)
        self.steady_ns += int(seconds * SECOND_NS)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    hands = Hands()
    monkeypatch.setattr(clock.time, "time_ns", lambda: hands.wall_ns)
    monkeypatch.setattr(clock, "steady_ns", lambda: hands.steady_ns)
    clock.forget()
    yield hands
    clock.forget()


def test_without_a_database_the_machine_says_what_time_it_is_and_is_trusted(hands: Hands) -> None:
    hands.pass_by(5)
    assert clock.now() == NOON + timedelta(seconds=5)
    assert (clock.drift_seconds(), clock.distrust(1)) == (0.0, None)


def test_once_the_database_has_told_the_time_it_goes_on_from_there_whatever_is_set(
    hands: Hands,
) -> None:
    clock.follow(NOON + timedelta(hours=1))
    hands.pass_by(5)
    hands.wall_ns -= 86_400 * SECOND_NS
    assert clock.now() == NOON + timedelta(hours=1, seconds=5)
    assert clock.now_us() == int(clock.now().timestamp()) * 1_000_000


@pytest.mark.parametrize("seconds", [-3600, -31, 31, 3600])
def test_a_clock_that_is_further_off_than_allowed_is_named_with_the_setting(
    hands: Hands, seconds: int
) -> None:
    clock.follow(NOON - timedelta(seconds=seconds))
    assert clock.drift_seconds() == seconds
    assert f"{seconds:+.1f} s from the database's" in str(clock.distrust(30))
    assert "GRIDFEED_MAX_CLOCK_DRIFT_SECONDS" in str(clock.distrust(30))
    with pytest.raises(clock.ClockDriftError):
        clock.require(30)
    assert clock.distrust(3601) is None


def test_what_was_told_long_ago_is_not_trusted(hands: Hands) -> None:
    clock.follow(NOON)
    hands.pass_by(clock.FRESH_SECONDS - 1)
    assert clock.distrust(30) is None
    hands.pass_by(2)
    assert "no time from the database" in str(clock.distrust(30))
    clock.follow(NOON + timedelta(seconds=61))
    assert clock.distrust(30) is None
