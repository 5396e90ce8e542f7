"""The legs of a change's way, in seconds."""

from datetime import UTC, datetime, timedelta

from gridfeed.domain.published.legs import LEGS, legs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_way_has_three_legs_and_a_length() -> None:
    assert dict(legs(at(0), at(0.5), at(1.75), at(2))) == dict(
        zip(LEGS, (0.5, 1.25, 0.25, 2.0), strict=True)
    )


def test_a_leg_without_a_known_end_is_left_out() -> None:
    assert dict(legs(None, None, at(1), at(3))) == {"stored_to_published": 2.0}
    assert dict(legs(at(0), None, at(1), at(3))) == {
        "stored_to_published": 2.0,
        "observed_to_published": 3.0,
    }


def test_clocks_that_disagree_give_no_negative_time() -> None:
    assert dict(legs(at(9), at(8), at(7), at(6))) == dict.fromkeys(LEGS, 0.0)
