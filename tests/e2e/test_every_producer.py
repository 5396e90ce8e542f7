"""A decoded message behaves the same, and a refused one stops nobody, whoever wrote them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from aiokafka import ConsumerRecord

from gridfeed.kafka.topics import Stream
from tests.conftest import CHOICE
from tests.e2e import producers
from tests.e2e.producers import CODECS, STORED, TAKEN, Case, cases, compress_topics, producer_of
from tests.e2e.system import System
from tests.services import EMBEDDED

ACME = """
tenant: acme
projects:
  - {id: acme, timezone: America/Denver, interval_seconds: 300,
     meters: [{number: acme-1, capacity_kw: 100, hold_limit_seconds: 7200}]}
"""
CASES = cases()


@dataclass(frozen=True)
class Outcome:
    """Where each case lies, the letters by the place they came from, and what is stored."""

    origins: dict[str, tuple[str, int]]
    letters: dict[tuple[str, int], list[ConsumerRecord]]
    stored: set[tuple[Stream, datetime, str]]


def sent(system: System, topic_codecs: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Send every case; yield its name and its place."""
    made = {codec: producer_of(system, codec) for codec in ("none", *CODECS)}
    for topic_codec in ("producer", *topic_codecs):
        if topic_codecs:
            compress_topics(system, topic_codec)
        for case in CASES:
            if case.topic_codec == topic_codec:
                yield case.name, producers.send(system, case, made[case.codec])


def text_of(letter: ConsumerRecord, header: str) -> str:
    """Return the header of this name; a message's own of the same name are left out."""
    value: bytes = dict(letter.headers)[header]
    return value.decode()


@pytest.fixture(scope="module")
async def outcome(running: System, request: pytest.FixtureRequest) -> Outcome:
    """Everything sent once to one running worker."""
    running.run("projects", "apply", "-", given=ACME)
    for stream, value in TAKEN.items():
        await running.send(stream, [("delta-3", value)], partitions=[0])
    await running.wait_until_handled()
    on_kafka = request.config.stash[CHOICE].kafka != EMBEDDED
    origins = dict(sent(running, CODECS if on_kafka else ()))
    await running.wait_until_handled()
    expected = sum(case.reason is not None for case in CASES if case.name in origins)
    letters = defaultdict(list)
    for letter in await running.dead_letters(lambda found: len(found) >= expected):
        place = text_of(letter, "gridfeed.topic"), int(text_of(letter, "gridfeed.offset"))
        letters[place].append(letter)
    stored = {
        (stream, at, number)
        for stream in Stream
        for at, number in await running.fetch(STORED[stream])
    }
    return Outcome(origins, letters, stored)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_good_neighbours_are_stored_and_a_letter_is_exact_and_alone(
    outcome: Outcome, case: Case
) -> None:
    if case.name not in outcome.origins:
        pytest.skip("the embedded broker compresses nothing; tested on Apache Kafka")
    for place in (0, 2) if case.reason else (0, 1, 2):
        at, number = case.good(place)
        assert (case.stream, at, producers.told(case.stream, number)) in outcome.stored
    letters = outcome.letters.get(outcome.origins[case.name], [])
    assert len(letters) == (case.reason is not None)
    for letter in letters:
        assert text_of(letter, "gridfeed.reason") == case.reason
        assert (letter.key, letter.value) == (
            case.key,
            case.value if case.key else case.value or b"",
        )
        own = [header for header in case.headers if not header[0].startswith("gridfeed.")]
        assert list(letter.headers[: len(own)]) == own
        assert [name for name, _ in letter.headers[len(own) :]] == [
            f"gridfeed.{name}" for name in ("reason", "detail", "topic", "partition", "offset")
        ]


def test_every_message_of_the_table_was_answered_once(outcome: Outcome) -> None:
    refused = {
        outcome.origins[each.name] for each in CASES if each.reason and each.name in outcome.origins
    }
    assert set(outcome.letters) == refused


@pytest.mark.usefixtures("outcome")
async def test_no_record_time_moves_a_watermark_or_a_change_into_the_future_or_the_past(
    running: System,
) -> None:
    ahead = "SELECT count(*) FROM ingest_source WHERE synced_at > now() + interval '1 min'"
    assert (await running.fetch(ahead))[0][0] == 0
    elsewhere = "ingested_at NOT BETWEEN now() - interval '1 h' AND now() + interval '1 min'"
    assert (await running.fetch(f"SELECT count(*) FROM change WHERE {elsewhere}"))[0][0] == 0
