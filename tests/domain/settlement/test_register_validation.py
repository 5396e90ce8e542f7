"""Which register reads are accepted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gridfeed.domain.settlement.messages import RegisterRead
from gridfeed.domain.settlement.register_validation import check_register
from gridfeed.domain.words import Reason
from tests.domain.settlement.terms import METER, usual_terms

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TERMS = usual_terms(NOW)
READ = RegisterRead("m", "total", 5, Decimal(40), "00012", NOW)


def refused(read: RegisterRead) -> tuple[Reason, str] | None:
    refusal = check_register(read, METER, TERMS)
    return None if refusal is None else (refusal.reason, refusal.detail)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"value": "0"},
        {"value": "99999.123456"},
        {"digits": 12, "value": "999999999999.999999"},
        {"digits": 1, "value": "7"},
        {"multiplier": Decimal("0.000001")},
        {"register": "1.8.0"},
    ],
)
def test_a_sound_read_is_accepted(changed: dict[str, object]) -> None:
    assert refused(replace(READ, **changed)) is None  # type: ignore[arg-type]


def test_a_meter_must_be_declared_and_of_the_topic_s_tenant() -> None:
    unknown = check_register(READ, None, TERMS)
    assert unknown is not None
    assert unknown.reason is Reason.UNKNOWN_METER
    foreign = check_register(READ, METER, replace(TERMS, tenant="b"))
    assert foreign is not None
    assert foreign.reason is Reason.NOT_OWNER
    assert check_register(READ, METER, replace(TERMS, tenant="a")) is None


def test_a_read_ahead_of_the_clock_is_in_the_future() -> None:
    assert refused(replace(READ, read_at=NOW + timedelta(seconds=300))) is None
    assert refused(replace(READ, read_at=NOW + timedelta(seconds=301))) == (
        Reason.FUTURE_TIMESTAMP,
        (
            "read_at 2026-03-02T00:05:01Z is 301 s ahead of the clock; "
            "at most GRIDFEED_FUTURE_SECONDS=300"
        ),
    )


def test_a_read_older_than_the_retention_is_too_late() -> None:
    oldest = NOW - timedelta(days=7300)
    assert refused(replace(READ, read_at=oldest)) is None
    assert refused(replace(READ, read_at=oldest - timedelta(days=1))) == (
        Reason.TOO_LATE,
        "read_at 2006-03-06T00:00:00Z is 7301 days old; at most GRIDFEED_RETENTION_DAYS=7300",
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": ""}, "value='' is not a register read"),
        ({"value": "-12"}, "value='-12' is not a register read"),
        ({"value": "1e3"}, "value='1e3' is not a register read"),
        ({"value": "12."}, "value='12.' is not a register read"),
        ({"value": ".5"}, "value='.5' is not a register read"),
        ({"value": " 12"}, "value=' 12' is not a register read"),
        ({"value": "١٢"}, "is not a register read"),
        ({"value": "12.1234567"}, "after a point up to 6 more, are accepted"),
        ({"value": "000012"}, "value='000012' has more whole dials than digits=5"),
        ({"digits": 0}, "digits=0; 1 to 12 are accepted"),
        ({"digits": 13}, "digits=13; 1 to 12 are accepted"),
        ({"multiplier": Decimal(0)}, "multiplier=0; kWh per unit, above 0, are accepted"),
        ({"multiplier": Decimal("-1.5")}, "multiplier=-1.5;"),
        ({"register": ""}, "register='';"),
        ({"register": "a b"}, "register='a b';"),
        ({"register": "a\0"}, "1 to 60 characters without spaces"),
        ({"register": "r" * 61}, "1 to 60 characters without spaces"),
    ],
)
def test_what_no_register_shows_is_out_of_range(changed: dict[str, object], said: str) -> None:
    found = refused(replace(READ, **changed))  # type: ignore[arg-type]
    assert found is not None
    reason, detail = found
    assert reason is Reason.OUT_OF_RANGE
    assert said in detail
