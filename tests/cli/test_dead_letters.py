"""`gridfeed dead-letters`: what was rejected is shown, and goes back byte for byte."""

import json

import pytest

from tests.cli import on_terminal, program
from tests.cli.kafka_beside import produce, records


class Letters:
    """The topics of one test, with letters in them."""

    def __init__(self, kafka, prefix):
        self.kafka, self.prefix = kafka, prefix
        self.settings = {"kafka_bootstrap": kafka, "topic_prefix": prefix, "topic_partitions": 3}
        program.succeed("topics", "--create", **self.settings)

    def put(self, *letters):
        """Put (reason, topic, key, value, origin partition, origin offset) into partition 1."""
        produce(
            self.kafka,
            [
                (
                    f"{self.prefix}dead.letters",
                    1,
                    key,
                    value,
                    [
                        ("gridfeed.reason", reason.encode()),
                        ("gridfeed.detail", f"why {reason}".encode()),
                        ("gridfeed.topic", f"{self.prefix}{topic}".encode()),
                        ("gridfeed.partition", str(partition).encode()),
                        ("gridfeed.offset", str(offset).encode()),
                        ("trace", b"\x00\xff"),
                    ],
                )
                for reason, topic, key, value, partition, offset in letters
            ],
        )

    def listed(self, *options):
        return json.loads(
            program.succeed("dead-letters", "list", "--json", *options, **self.settings)
        )

    def replay(self, *options, stdin=None):
        return program.run("dead-letters", "replay", *options, stdin=stdin, **self.settings)

    def records(self, topic, count):
        return records(self.kafka, f"{self.prefix}{topic}", count)


UNKNOWN = ("unknown_meter", "scada.telemetry", b"m-1", b"\xc3\x01first", 2, 40)
UNKNOWN_TOO = ("unknown_meter", "scada.telemetry", b"m-2", b"\xc3\x01second", 0, 7)
BROKEN = ("undecodable", "meter.reads", b"\xff\xfe", b"\x00\x01\x02", 1, 9)
LATE = ("too_late", "forecasts", None, b"\xc3\x01late", 0, 3)


@pytest.fixture
def letters(kafka, topic_suffix):
    filled = Letters(kafka, f"{topic_suffix}.")
    filled.put(UNKNOWN, BROKEN, UNKNOWN_TOO, LATE)
    return filled


def test_a_letter_is_listed_with_its_reason_origin_and_meter(letters):
    found = letters.listed("--reason", "unknown_meter")
    assert found["by_reason"] == {"unknown_meter": 2}
    first = found["letters"][0]
    del first["rejected_at"]
    assert first == {
        "partition": 1,
        "offset": 0,
        "reason": "unknown_meter",
        "detail": "why unknown_meter",
        "topic": f"{letters.prefix}scada.telemetry",
        "origin_partition": 2,
        "origin_offset": 40,
        "meter_number": "m-1",
        "value_base64": "wwFmaXJzdA==",
    }


def test_all_letters_of_a_batch_are_counted_and_the_newest_are_shown(letters):
    found = letters.listed("--limit", "1")
    assert found["by_reason"] == {"unknown_meter": 2, "undecodable": 1, "too_late": 1}
    assert [each["offset"] for each in found["letters"]] == [3]


def test_a_key_that_is_no_text_is_no_meter_number(letters):
    (broken,) = letters.listed("--reason", "undecodable")["letters"]
    assert broken["meter_number"] is None


def test_the_table_sums_up_by_reason(letters):
    rows = [
        line.split()
        for line in program.succeed("dead-letters", "list", **letters.settings).splitlines()
    ]
    assert ["unknown_meter", "2"] in rows
    assert ["undecodable", "1"] in rows


def test_on_a_terminal_of_80_columns_everything_is_there_and_nothing_wider(letters):
    place = f"{letters.prefix}scada.telemetry.a-tenant-of-somebody:11:12345678901"
    reason, meter = "overlapping_interval", "NL-871687120054321098-" + "x" * 60
    letters.put(
        (reason, "scada.telemetry.a-tenant-of-somebody", meter.encode(), b"x", 11, 12345678901)
    )
    shown = on_terminal.printed(80, "dead-letters", "list", **letters.settings)
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    whole = "".join(shown.split())
    assert all(word in whole for word in (reason, f"why{reason}", place, f"meter{meter}"))
    wide = on_terminal.printed(300, "dead-letters", "list", **letters.settings)
    assert any(reason in line and place in line and meter in line for line in wide.splitlines())


def test_letters_cannot_steer_the_terminal(letters):
    letters.put(("not_owner", "scada.telemetry", b"\x1b[2Jm", b"x", 0, 0))
    shown = program.succeed("dead-letters", "list", **letters.settings)
    assert "\x1b" not in shown
    assert "\\x1b[2Jm" in shown


def test_a_letter_of_somebody_else_is_listed_as_far_as_it_tells(letters):
    produce(letters.kafka, [(f"{letters.prefix}dead.letters", 0, b"m", None, [])])
    foreign = next(each for each in letters.listed()["letters"] if each["partition"] == 0)
    assert (foreign["reason"], foreign["topic"], foreign["value_base64"]) == (None, None, None)


def test_a_replay_sends_key_value_and_headers_to_the_partition_they_came_from(letters):
    result = letters.replay("--reason", "unknown_meter", "--yes")
    assert result.stdout.splitlines()[-1] == "replayed 2 messages"
    second, first = letters.records("scada.telemetry", 2)
    assert (first.partition, first.key, first.value) == (2, b"m-1", b"\xc3\x01first")
    assert (second.partition, second.key, second.value) == (0, b"m-2", b"\xc3\x01second")
    assert first.headers == (("trace", b"\x00\xff"),)
    assert letters.listed()["by_reason"]["unknown_meter"] == 2, "letters stay"


def test_a_replay_of_everything_reaches_every_topic(letters):
    assert "replayed 4 messages" in letters.replay("--all", "--yes").stdout
    (late,) = letters.records("forecasts", 1)
    assert (late.key, late.value) == (None, b"\xc3\x01late")
    (broken,) = letters.records("meter.reads", 1)
    assert (broken.key, broken.value) == (b"\xff\xfe", b"\x00\x01\x02")


def test_a_replay_takes_a_span_of_offsets(letters):
    span = ("--partition", "1", "--from-offset", "1", "--to-offset", "3")
    assert "replayed 2 messages" in letters.replay(*span, "--yes").stdout
    letters.records("meter.reads", 1)
    letters.records("scada.telemetry", 1)


def test_a_replay_asks_first_and_no_means_no(letters):
    result = letters.replay("--all", stdin="n\n")
    assert result.exit_code == 1
    assert "Replay 4 messages?" in result.stderr
    letters.records("scada.telemetry", 0)


def test_a_replay_needs_to_be_told_which(letters):
    result = letters.replay("--yes")
    assert result.exit_code == 2
    assert "--reason" in result.stderr
    letters.records("scada.telemetry", 0)


def test_a_replay_of_nothing_says_so(letters):
    result = letters.replay("--reason", "not_finite")
    assert (result.exit_code, result.stdout) == (0, "replayed 0 messages\n")


def test_a_letter_from_no_input_topic_is_left_out_and_told(letters):
    letters.put(("not_owner", "scada.telemetry.gone", b"m", b"x", 0, 0))
    result = letters.replay("--reason", "not_owner", "--yes")
    assert result.stdout == "replayed 0 messages\n"
    assert "scada.telemetry.gone, which is not an input topic" in result.stderr
    assert "GRIDFEED_TENANTS" in result.stderr


def test_a_partition_that_is_gone_is_replaced_by_the_keys(letters):
    letters.put(("not_owner", "scada.telemetry", b"m", b"x", 99, 0))
    assert "replayed 1 messages" in letters.replay("--reason", "not_owner", "--yes").stdout
    (sent,) = letters.records("scada.telemetry", 1)
    assert sent.key == b"m"


def test_a_missing_topic_is_told_with_the_command(kafka, topic_suffix):
    settings = {"kafka_bootstrap": kafka, "topic_prefix": f"{topic_suffix}."}
    result = program.run("dead-letters", "list", **settings)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"topic {topic_suffix}.dead.letters does not exist",
        "Run `gridfeed topics --create`.",
    ]


def test_a_reason_that_does_not_exist_is_refused_with_those_that_do(letters):
    result = program.run("dead-letters", "list", "--reason", "odd", **letters.settings)
    assert result.exit_code == 2
    assert "misaligned_interval" in result.stderr
