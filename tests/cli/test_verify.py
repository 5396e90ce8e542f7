"""`gridfeed verify`: nothing wrong when the API says what the ledger says, and one fault each."""

import json

import pytest

from tests.cli import program
from tests.cli.published_ledger import TOKEN, PublishedLedger, served

NONE = {"lost": 0, "doubled": 0, "wrong": 0}


@pytest.fixture
def book(kafka, topic_suffix, database_url, tmp_path):
    cluster = {
        "kafka_bootstrap": kafka, "topic_prefix": f"{topic_suffix}.", "topic_partitions": 3,
        "tenants": "acme",
    }  # fmt: skip
    program.succeed("topics", "--create", **cluster)
    return PublishedLedger(cluster, database_url, tmp_path)


def verify(book, *options, token=TOKEN, wait=0):
    with served(book.settings) as url:
        return program.run(
            "verify", str(book.file), "--api", url, "--token", token, "--wait", str(wait), *options,
            **book.cluster,
        )  # fmt: skip


def told(book, *options):
    """Verify, and return what it says as JSON; its exit code must agree."""
    result = verify(book, "--json", *options)
    assert isinstance(result.exception, SystemExit | None), result.exception
    shape = json.loads(result.stdout)
    assert result.exit_code == (0 if shape["ok"] else 1)
    return shape


def change_one(book, assignment):
    """Change one interval that has a value."""
    changed = book.execute(
        f"UPDATE interval_value SET {assignment} WHERE (meter_id, interval_start) ="
        " (SELECT meter_id, interval_start FROM interval_value"
        "  WHERE energy_microkwh IS NOT NULL ORDER BY 1, 2 LIMIT 1) RETURNING 1"
    )
    assert len(changed) == 1


def test_right_values_are_0_lost_0_doubled_0_wrong(book):
    book.publish()

    shape = told(book)

    assert shape["ok"]
    assert shape["complete"]
    assert NONE.items() <= shape["intervals"].items()
    assert NONE.items() <= shape["samples"].items()
    assert (
        shape["samples"]["compared"]
        == book.ledger.good.unique(["meter_number", "observed_at"]).height
    )
    assert (
        shape["intervals"]["compared"] == book.execute("SELECT count(*) FROM interval_value")[0][0]
    )
    assert shape["dead_letters"] == {
        "spoiled": len(book.ledger.spoiled), "missing": 0, "surplus": 0, "repeated": 0,
    }  # fmt: skip


def test_the_ledger_covers_every_quality_and_more_than_one_day(book):
    book.publish()
    rows = book.execute("SELECT quality, interval_start::date AS day FROM interval_value")

    assert {row["quality"] for row in rows} == {None, "calculated", "estimated"}
    assert len({row["day"] for row in rows}) == 2


def test_it_prints_what_it_counted(book):
    book.publish()

    result = verify(book)

    intervals, samples, letters = result.stdout.splitlines()
    assert intervals.endswith("compared, 0 lost, 0 doubled, 0 wrong")
    assert samples.endswith("compared, 0 lost, 0 doubled, 0 wrong")
    assert letters.endswith(" 0 missing, 0 surplus, 0 repeated")


def test_nothing_published_is_all_lost(book):
    book.execute("INSERT INTO client (name, token_sha256) VALUES ('v', sha256($1))", TOKEN.encode())

    shape = told(book)

    assert shape["samples"]["lost"] == shape["samples"]["compared"]
    assert shape["intervals"]["lost"] > 0
    assert shape["dead_letters"]["missing"] == len(book.ledger.spoiled)


def test_a_missing_interval_is_lost(book):
    book.publish()
    change_one(
        book, "energy_microkwh = NULL, mean_microkw = NULL, peak_microkw = NULL, quality = NULL"
    )

    assert told(book)["intervals"].items() >= {**NONE, "lost": 1}.items()


@pytest.mark.parametrize("column", ["energy_microkwh", "mean_microkw", "peak_microkw"])
def test_a_wrong_last_digit_is_wrong(book, column):
    book.publish()
    change_one(book, f"{column} = {column} + 1")

    shape = told(book)

    assert shape["intervals"].items() >= {**NONE, "wrong": 1}.items()
    assert [finding["fault"] for finding in shape["findings"]] == ["wrong"]


def test_another_quality_is_wrong(book):
    book.publish()
    change_one(book, "quality = 'raw'")

    assert told(book)["intervals"].items() >= {**NONE, "wrong": 1}.items()


def test_an_interval_in_two_segments_is_doubled(book):
    book.publish()
    # Another interval length makes another segment, in which the same interval starts again.
    book.execute(
        "INSERT INTO interval_value (meter_id, production_format, channel, interval_start,"
        " interval_seconds, energy_microkwh, mean_microkw, peak_microkw, quality)"
        " SELECT meter_id, production_format, channel, interval_start + interval '1 microsecond',"
        " 29, energy_microkwh, mean_microkw, peak_microkw, quality FROM interval_value"
        " WHERE energy_microkwh IS NOT NULL LIMIT 1"
    )

    assert told(book)["intervals"]["wrong"] == 1


def test_a_lost_and_a_wrong_raw_sample_are_found(book):
    book.publish()
    lost = book.execute(
        "DELETE FROM sample_block WHERE (meter_id, interval_start) ="
        " (SELECT meter_id, interval_start FROM sample_block ORDER BY 1, 2 LIMIT 1)"
        " RETURNING samples"
    )[0]["samples"]

    shape = told(book)

    assert shape["samples"].items() >= {**NONE, "lost": lost}.items()
    assert NONE.items() <= shape["intervals"].items()


def test_a_missing_a_surplus_and_a_repeated_dead_letter_are_counted(book):
    book.publish()
    first = book.letters()[0]
    book.send_letters([first])
    assert told(book)["dead_letters"]["repeated"] == 1

    key, value, reason, (topic, partition, _) = first
    offset = book.ledger.good["offset"].filter(book.ledger.good["partition"] == partition)[1]
    book.send_letters([(key, value, reason, (topic, partition, offset))])
    shape = told(book)
    assert (shape["dead_letters"]["surplus"], shape["ok"]) == (1, False)


def test_a_letter_with_another_reason_is_a_missing_and_a_surplus_one(book):
    letters = book.letters()
    key, value, reason, origin = letters[0]
    other = "too_late" if reason != "too_late" else "not_finite"
    book.publish_with = None
    book.execute("INSERT INTO client (name, token_sha256) VALUES ('v', sha256($1))", TOKEN.encode())
    book.send_letters([(key, value, other, origin), *letters[1:]])

    counts = told(book)["dead_letters"]

    assert (counts["missing"], counts["surplus"]) == (1, 1)


def test_letters_of_other_producers_are_not_its_business(book):
    book.publish()
    _, value, reason, (topic, partition, offset) = book.letters()[0]
    book.send_letters(
        [
            (b"another-meter", value, reason, (topic, partition, offset + 1)),
            (b"sim-00001", value, reason, (topic, partition, 10**9)),
            (b"sim-00001", value, reason, ("meter.reads", 0, 1)),
        ]
    )

    assert told(book)["ok"]


def test_without_kafka_the_dead_letters_are_left_out(book):
    book.publish()

    shape = told(book, "--no-dead-letters")

    assert (shape["ok"], shape["dead_letters"]) == (True, None)


def test_a_ledger_without_an_end_is_said_to_be_incomplete(book):
    book.publish()
    whole = book.file.read_bytes()
    book.file.write_bytes(whole[:-1])

    result = verify(book)

    assert result.exit_code == 0
    assert "the ledger has no end: the simulator was killed" in result.stderr


def test_an_unknown_token_is_named_with_what_to_do(book):
    result = verify(book, token="gf_wrong")

    assert result.exit_code == 1
    assert "answers 401" in result.stderr
    assert "Check --api and --token" in result.stderr


def test_an_api_that_does_not_answer_is_named_with_what_to_do(book):
    result = program.run(
        "verify", str(book.file), "--api", "http://127.0.0.1:9", "--wait", "0", **book.cluster
    )

    assert result.exit_code == 1
    assert result.stderr.startswith("nobody answers at http://127.0.0.1:9")


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    (tmp_path / "x").write_text("offset,topic")
    result = program.run("verify", str(tmp_path / "x"))

    assert result.exit_code == 1
    assert "is not a ledger; write one with `gridfeed simulate --ledger" in result.stderr
