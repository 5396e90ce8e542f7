"""When a failed delivery is tried again: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.schedule import (
    GIVE_UP,
    LONGEST_PAUSE,
    LONGEST_RETRY_AFTER,
    next_attempt,
    pause,
    read_retry_after,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_pauses_double_from_five_seconds_to_an_hour() -> None:
    seconds = [pause(failures, 0.0) / SECOND for failures in range(1, 14)]
    assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_at_most_a_fifth_shorter_and_never_longer(failures: int, chance: float) -> None:
    whole = pause(failures, 0.0)
    assert 0.8 * whole - SECOND < pause(failures, chance) <= whole <= LONGEST_PAUSE


@given(
    st.timedeltas(timedelta(0), GIVE_UP * 2), st.integers(1, 200),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=365)),
)  # fmt: skip
def test_it_is_tried_for_three_days_and_no_longer(
    failing_for: timedelta, failures: int, retry_after: timedelta | None
) -> None:
    at = next_attempt(NOW, NOW - failing_for, failures, retry_after=retry_after, chance=0.0)
    if failing_for >= GIVE_UP:
        assert at is None
        return
    assert at is not None
    asked = min(retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    assert at - NOW == max(asked, pause(failures, 0.0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), (" 120 ", 120), ("Sun, 01 Mar 2026 12:01:40 GMT", 100),
        ("Sun, 01 Mar 2026 11:00:00 GMT", None), ("soon", None), ("", None), (None, None),
        ("-5", None), ("٣", None), ("1.5", None), ("9" * 5000, 999_999_999),
        ("Sat, 01 Jan 99999 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", None), (f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT", None),
        ("Mon, 01 Jan 2026 00:00:00 +9999999999", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: int | None) -> None:
    found = read_retry_after(text, NOW)
    assert found == (None if seconds is None else seconds * SECOND)
