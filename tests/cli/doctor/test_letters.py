"""Letters of the last day."""

from datetime import timedelta

import pytest

from gridfeed import clock
from gridfeed.kafka.clients import producing
from gridfeed.kafka.recent_letters import letters_since
from gridfeed.kafka.topics import dead_letters_topic
from tests.cli.doctor.conftest import checked


async def reject(settings, reasons, key=b"m-1"):
    """Put a letter per reason into the topic, of offsets 0 and on."""
    async with producing(settings) as producer:
        for offset, reason in enumerate(reasons):
            headers = {
                "gridfeed.reason": reason,
                "gridfeed.detail": f"why {offset}",
                "gridfeed.topic": "meter.reads",
                "gridfeed.partition": "0",
                "gridfeed.offset": str(offset),
            }
            await producer.send_and_wait(
                dead_letters_topic(settings),
                b"x",
                key,
                partition=offset % 2,
                headers=[(name, text.encode()) for name, text in headers.items()],
            )


async def test_no_letters_are_well(settings):
    assert (await checked(settings))["dead letters"].seen == "none in the last day"


async def test_letters_are_counted_by_reason_with_the_newest_and_the_command(settings):
    await reject(settings, ["unknown_meter", "too_late", "unknown_meter", "unknown_meter"])
    found = await checked(settings)
    unknown = found["dead letters unknown_meter"]
    assert unknown.state == "problem"
    assert unknown.seen.startswith("3 in the last day; the newest: 2")
    assert unknown.seen.endswith("from meter.reads:0:3, meter m-1: why 3")
    assert unknown.fix == (
        "Run `gridfeed dead-letters list --reason unknown_meter`, correct the cause, then"
        " `gridfeed dead-letters replay --reason unknown_meter`."
    )
    assert found["dead letters too_late"].seen.startswith("1 in the last day;")


async def test_letters_without_a_reason_of_the_contract_are_one_line_of_bounded_length(settings):
    await reject(settings, ["made up", "also made up"], key=b"k " * 5000)
    (found,) = [each for name, each in (await checked(settings)).items() if "letters" in name[:12]]
    assert found.name == "dead letters other"
    assert found.seen.startswith("2 in the last day")
    assert len(found.seen) < 400


@pytest.mark.parametrize(("most", "read"), [(4, 4), (100, 10)])
async def test_of_10_letters_the_newest_4_are_read_when_no_more_are_allowed(settings, most, read):
    await reject(settings, ["too_late"] * 10)
    yesterday = clock.now() - timedelta(days=1)
    found = await letters_since(settings, 2, yesterday, most=most, seconds=20)
    assert (found.counts, found.unread) == ({"too_late": read}, 10 - read)
    assert found.newest["too_late"].detail in ("why 8", "why 9")


async def test_letters_from_before_are_not_counted(settings):
    await reject(settings, ["too_late"] * 3)
    later = clock.now() + timedelta(minutes=1)
    found = await letters_since(settings, 2, later, most=100, seconds=20)
    assert (found.counts, found.unread) == ({}, 0)
