"""Messages that are damaged, huge or many: each is told apart, and others run meanwhile."""

import asyncio
import json
import re

import pytest

from gridfeed.avro.decode import decode_telemetry_in_turns
from gridfeed.domain.telemetry.samples import BAD
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import Reason
from tests.avro.test_decode import decoded, reason_of, varint, with_number
from tests.avro.written import TEXTS, header_of, sample, writers


def test_a_third_of_300_messages_cut_short_leaves_200_samples():
    good = [sample(meter_number=f"m{number}") for number in range(300)]
    spoiled = [
        value[: 10 + place % 20] if place % 3 == 0 else value for place, value in enumerate(good)
    ]
    rows, rejected = decoded(*spoiled)
    assert [row[:2] for row in rows] == [(place, f"m{place}") for place in range(300) if place % 3]
    assert [each.position for each in rejected] == list(range(0, 300, 3))


def test_a_number_of_more_than_64_bits_is_undecodable():
    plain = sample()
    before, after = plain[:22], plain[30:]
    assert before + plain[22:30] + after == plain  # the instant takes eight bytes
    assert decoded(before + b"\xff" * 9 + b"\x01" + after)[0][0][2] == -(2**63)
    assert reason_of(before + b"\xff" * 9 + b"\x02" + after)[1] == (
        "observed_at: a number of more than 64 bits"
    )


def test_a_length_that_64_bits_hardly_hold_is_undecodable():
    head = sample()[:10]
    for length in (2**62, 2**63 - 1):
        value = head + varint(2 * length) + sample()[11:]
        assert "bytes too short" in reason_of(value)[1]


@pytest.mark.parametrize(
    "number",
    [b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"a\x80", b"\xc3"],
    ids=["surrogate", "overlong zero", "beyond unicode", "alone", "cut short"],
)
@pytest.mark.parametrize("neighbours", [2, 400])
def test_bytes_that_are_no_text_cost_no_neighbour(number, neighbours):
    good = [sample(meter_number=f"m{place % 7}") for place in range(neighbours)]
    rows, rejected = decoded(*good, with_number(number), *good)
    assert [row[1] for row in rows] == [f"m{place % 7}" for place in range(neighbours)] * 2
    assert [(each.position, each.reason) for each in rejected] == [(neighbours, Reason.UNDECODABLE)]


async def test_others_run_while_20_000_messages_go_one_by_one():
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    values = [*[sample()[:-1]] * 20_000, sample()]
    telemetry, rejected = await decode_telemetry_in_turns(values, writers())
    task.cancel()
    assert (telemetry.positions.tolist(), len(rejected)) == ([20_000], 20_000)
    assert turns > 1


def test_an_array_of_more_items_than_bytes_ends_at_once():
    """fastavro would skip four quintillion doubles that are not there."""
    body = b"\x00\x02m" + b"\xfe" + b"\xff" * 7 + b"\x7f"
    reason, detail = reason_of(header_of(TEXTS["TelemetrySample.v3"]) + body)
    assert reason is Reason.UNDECODABLE
    assert re.fullmatch(r"history: the record is \d{20} bytes too short", detail)


def test_channels_and_qualities_are_those_of_the_newest_schema():
    fields = {field["name"]: field for field in json.loads(TEXTS["TelemetrySample"])["fields"]}
    assert tuple(fields["channel"]["type"]["symbols"]) == CHANNELS
    assert fields["quality"]["type"]["symbols"][BAD] == "BAD"
