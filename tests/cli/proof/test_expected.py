"""What a ledger demands of the API."""

import pyarrow as pa

from cli.proof.expected import expected_series
from cli.proof.ledger import SCHEMA, Header, Ledger, LedgerMeter
from gridfeed.domain.telemetry.plain import PlainSample
from gridfeed.domain.words import Channel, Integration, PointQuality, ReadingQuality

SECOND = 1_000_000
METER = LedgerMeter("m-1", "100", 60, 0, 30, Integration.STEP, "kWh")


def ledger(*rows):
    """Rows of (second, power, offset, reason)."""
    records = [
        {
            "meter_number": "m-1", "observed_at": second * SECOND, "power_kw": power,
            "quality": "GOOD", "channel": "GROSS", "topic": "scada.telemetry", "partition": 0,
            "offset": offset, "reason": reason, "sha256": reason and "ab" * 32,
        }
        for second, power, offset, reason in rows
    ]  # fmt: skip
    return Ledger(Header(0, "default", (METER,)), pa.Table.from_pylist(records, SCHEMA), True)


def test_of_one_instant_the_highest_offset_counts():
    (series,) = expected_series(ledger((0, 1.0, 7, None), (0, 2.0, 5, None)))

    assert series.samples == [PlainSample(0, 1_000_000_000, PointQuality.GOOD, offset=7)]
    assert series.key == ("m-1", Channel.GROSS)


def test_spoiled_records_are_no_samples():
    (series,) = expected_series(ledger((0, 1.0, 7, None), (5, 9e9, 8, "out_of_range")))

    assert [sample.at for sample in series.samples] == [0]


def test_power_is_rounded_to_a_microwatt_half_to_even():
    (series,) = expected_series(ledger((0, 0.0000000005, 1, None), (1, 0.0000000015, 2, None)))

    assert [sample.power for sample in series.samples] == [0, 2]


def test_intervals_follow_the_meters_rule_to_where_its_hold_reaches():
    # 60 kW at 0:00, 0:30 and 0:50, held to 1:20: one minute of 1 kWh, then 20 s of 60.
    (series,) = expected_series(
        ledger((0, 60.0, 1, None), (30, 60.0, 2, None), (50, 60.0, 3, None))
    )

    assert list(series.intervals) == [0, 60 * SECOND]
    assert series.intervals[0].energy == 1_000_000
    assert series.intervals[0].quality is ReadingQuality.CALCULATED
    assert series.intervals[60 * SECOND].energy is None
    assert series.window == (0, 120 * SECOND)
