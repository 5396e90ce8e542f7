"""`gridfeed verify`: nothing wrong when the API says what the ledger says, and one fault each."""

import json
import shutil
import threading

import pytest

from tests import services
from tests.cli import program
from tests.cli.published_ledger import TOKEN, PublishedLedger, served, simulated

NONE = {"lost": 0, "doubled": 0, "wrong": 0}


@pytest.fixture(scope="module")
async def ledger_database(database_server, migrated_template):
    """A database to fill and to copy."""
    name = await services.create_database(database_server, migrated_template)
    yield name
    await services.drop_template(database_server, name)


@pytest.fixture(scope="module")
def filled(kafka, database_server, ledger_database, tmp_path_factory):
    """The right values of one ledger."""
    cluster = {
        "kafka_bootstrap": kafka, "topic_prefix": services.unique("t") + ".",
        "topic_partitions": 3, "tenants": "acme",
        "database_url": services.url_of(database_server, ledger_database),
    }  # fmt: skip
    program.succeed("topics", "--create", **cluster)
    book = PublishedLedger(cluster, simulated(cluster, tmp_path_factory.mktemp("ledger")))
    book.publish()
    book.send_letters(book.letters())
    return book


@pytest.fixture(scope="module")
async def published(filled, database_server, ledger_database):
    """The same, nobody connected: tests work on copies of its database."""
    await services.freeze(database_server, ledger_database)
    return filled


@pytest.fixture
async def book(published, database_server, ledger_database, tmp_path):
    """The ledger with its values and dead letters; the database is this test's own."""
    name = await services.create_database(database_server, ledger_database)
    url = services.url_of(database_server, name)
    file = shutil.copy(published.file, tmp_path / "run.ledger")
    yield PublishedLedger({**published.cluster, "database_url": url}, file)
    await services.drop_database(database_server, name)


@pytest.fixture
def silent(book, topic_suffix):
    """The same, with a topic of dead letters in which there is none yet."""
    cluster = {**book.cluster, "topic_prefix": f"{topic_suffix}."}
    program.succeed("topics", "--create", **cluster)
    return PublishedLedger(cluster, book.file)


def verify(book, *options, token=TOKEN):
    with served(book.settings) as url:
        arguments = ("--api", url, "--token", token, "--wait", "0", *options)
        return program.run("verify", str(book.file), *arguments, **book.cluster)


def told(book, *options):
    """Verify, and return what it says as JSON; its exit code must agree."""
    result = verify(book, "--json", *options)
    shape = json.loads(result.stdout)
    assert result.exit_code == (0 if shape["ok"] else 1), result.exception
    return shape


def faults(counts):
    return {name: counts[name] for name in NONE}


def change_one(book, assignment):
    """Change one interval that has a value."""
    changed = book.execute(
        f"UPDATE interval_value SET {assignment} WHERE (meter_id, interval_start) ="
        " (SELECT meter_id, interval_start FROM interval_value"
        "  WHERE energy_microkwh IS NOT NULL ORDER BY 1, 2 LIMIT 1) RETURNING 1"
    )
    assert len(changed) == 1


@pytest.mark.embedded
def test_right_values_are_0_lost_0_doubled_0_wrong(book):
    shape = told(book)

    instants = len(book.ledger.good.group_by(["meter_number", "observed_at"]).aggregate([]))
    intervals = book.execute("SELECT count(*) FROM interval_value")[0][0]
    assert shape["intervals"] == {"compared": intervals, **NONE}
    assert shape["samples"] == {"compared": instants, **NONE}
    spoiled = len(book.ledger.spoiled)
    counts = {"spoiled": spoiled, "missing": 0, "surplus": 0, "repeated": 0}
    assert shape["dead_letters"] == counts
    assert (shape["ok"], shape["complete"], shape["open"], shape["findings"]) == (True, True, 0, [])


def test_the_ledger_covers_every_quality_and_more_than_one_day(book):
    rows = book.execute("SELECT quality, interval_start::date AS day FROM interval_value")

    assert {row["quality"] for row in rows} == {None, "calculated", "estimated"}
    assert len({row["day"] for row in rows}) == 2


def test_it_prints_what_it_counted(book):
    intervals, samples, letters = verify(book).stdout.splitlines()

    assert intervals.endswith(" compared, 0 lost, 0 doubled, 0 wrong")
    assert samples.endswith(" compared, 0 lost, 0 doubled, 0 wrong")
    assert letters.endswith(" 0 missing, 0 surplus, 0 repeated")


def test_a_missing_interval_is_lost(book):
    nothing = ", ".join(
        f"{column} = NULL" for column in ("energy_microkwh", "mean_microkw", "peak_microkw")
    )
    change_one(book, f"{nothing}, quality = NULL")

    assert faults(told(book)["intervals"]) == {**NONE, "lost": 1}


@pytest.mark.parametrize("column", ["energy_microkwh", "mean_microkw", "peak_microkw"])
def test_a_wrong_last_digit_is_wrong(book, column):
    change_one(book, f"{column} = {column} + 1")

    shape = told(book)

    assert faults(shape["intervals"]) == {**NONE, "wrong": 1}
    assert [finding["fault"] for finding in shape["findings"]] == ["wrong"]


def test_another_quality_is_wrong(book):
    change_one(book, "quality = 'raw'")

    assert faults(told(book)["intervals"]) == {**NONE, "wrong": 1}


def test_an_interval_that_must_not_be_there_is_wrong(book):
    book.execute("DELETE FROM interval_value WHERE quality IS NULL")
    book.execute(
        "INSERT INTO interval_value SELECT (jsonb_populate_record(v, jsonb_build_object("
        "'interval_start', v.interval_start + interval '1 second', 'interval_seconds', 1))).*"
        " FROM interval_value v ORDER BY meter_id, interval_start LIMIT 1"
    )

    assert faults(told(book)["intervals"]) == {**NONE, "wrong": 1}


def test_raw_samples_that_are_not_there_are_lost(book):
    (gone,) = book.execute(
        "DELETE FROM sample_block WHERE (meter_id, interval_start) ="
        " (SELECT meter_id, interval_start FROM sample_block ORDER BY 1, 2 LIMIT 1)"
        " RETURNING samples"
    )

    shape = told(book)

    assert faults(shape["samples"]) == {**NONE, "lost": gone["samples"]}
    assert faults(shape["intervals"]) == NONE


@pytest.mark.embedded
def test_without_dead_letters_every_spoiled_record_misses_one(silent):
    shape = told(silent)

    assert shape["dead_letters"]["missing"] == len(silent.ledger.spoiled) > 0
    assert not shape["ok"]


def test_one_missing_dead_letter_is_found_and_named(silent):
    (_, _, reason, (topic, partition, offset)), *others = silent.letters()
    silent.send_letters(others)

    result = verify(silent)

    assert result.exit_code == 1
    assert f"missing dead letter: {reason} of {topic}/{partition}@{offset}" in result.stdout
    assert " 1 missing, 0 surplus, 0 repeated" in result.stdout


def test_a_dead_letter_of_a_good_record_is_surplus(silent):
    letters = silent.letters()
    good = silent.ledger.good.slice(7, 1).to_pylist()[0]
    place = good["topic"], good["partition"], good["offset"]
    extra = (good["meter_number"].encode(), b"any", "undecodable", place)
    silent.send_letters([*letters, extra])

    shape = told(silent)

    assert (shape["dead_letters"]["surplus"], shape["ok"]) == (1, False)


def test_a_dead_letter_that_comes_twice_is_counted_and_no_fault(silent):
    letters = silent.letters()
    silent.send_letters([*letters, letters[0]])

    shape = told(silent)

    assert (shape["dead_letters"]["repeated"], shape["ok"]) == (1, True)


@pytest.mark.embedded
@pytest.mark.parametrize("other", ["reason", "bytes"])
def test_a_letter_with_another_reason_or_other_bytes_is_not_the_one(silent, other):
    (key, value, reason, place), *others = silent.letters()
    wrong = (key, value, "length_mismatch", place)
    if other == "bytes":
        wrong = (key, value + b"x", reason, place)
    silent.send_letters([wrong, *others])

    counts = told(silent)["dead_letters"]

    assert (counts["missing"], counts["surplus"]) == (1, 1)


def test_letters_of_other_producers_and_of_later_times_are_not_its_business(silent):
    letters = silent.letters()
    key, value, reason, (topic, partition, offset) = letters[0]
    elsewhere = [
        (b"another-meter", value, reason, (topic, partition, offset + 1)),
        (key, value, reason, (topic, partition, 10**9)),
        (key, value, reason, ("meter.reads", 0, 1)),
    ]
    silent.send_letters([*letters, *elsewhere])

    assert told(silent)["ok"]


def test_it_waits_until_the_worker_has_caught_up(silent):
    letters = silent.letters()
    change_one(silent, "peak_microkw = peak_microkw + 1")

    def catch_up():
        change_one(silent, "peak_microkw = peak_microkw - 1")
        silent.send_letters(letters)

    worker = threading.Timer(2, catch_up)
    worker.start()
    shape = told(silent, "--wait", "60")
    worker.join()

    assert shape["ok"]


def test_of_intervals_that_have_not_ended_it_says_how_many_there_are(silent, tmp_path):
    file = tmp_path / "now.ledger"
    program.succeed(
        "simulate", "--meters", "3", "--seconds", "1", "--project", "now", "--interval", "86400",
        "--spoiled", "0", "--gaps", "0", "--disorder-seconds", "0", "--ledger", str(file),
        **silent.cluster,
    )  # fmt: skip

    shape = told(PublishedLedger(silent.cluster, file))

    assert shape["open"] >= 3  # around midnight a hold may reach the next day
    assert faults(shape["intervals"]) == NONE
    assert not shape["ok"]


def test_without_kafka_the_dead_letters_are_left_out(silent):
    shape = told(silent, "--no-dead-letters")

    assert (shape["ok"], shape["dead_letters"]) == (True, None)


def test_a_ledger_without_an_end_is_said_to_be_incomplete(book):
    book.file.write_bytes(book.file.read_bytes()[:-1])

    result = verify(book)

    assert result.exit_code == 0
    assert "the ledger has no end: the simulator was killed" in result.stderr


def test_an_unknown_token_is_named_with_what_to_do(book):
    result = verify(book, token="gf_wrong")

    assert result.exit_code == 1
    assert "answers 401" in result.stderr
    assert "Check --api and --token" in result.stderr


def test_an_api_that_does_not_answer_is_named_with_what_to_do(book):
    nobody = ("--api", "http://127.0.0.1:9", "--wait", "0")
    result = program.run("verify", str(book.file), *nobody, **book.cluster)

    assert result.exit_code == 1
    assert result.stderr.startswith("no answer from http://127.0.0.1:9")
