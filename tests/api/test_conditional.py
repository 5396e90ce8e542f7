"""Validators: what has not changed is not sent again, and what has changed always is."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import asyncpg
import httpx
import pytest

from gridfeed.clock import now
from tests.api.application import CHANGES, METERS, PROJECTS, SEGMENTS, TELEMETRY, Application
from tests.api.builders import Store, utc

HOUR = "meter_number=m&start=2026-03-01T00:00:00Z&end=2026-03-01T01:00:00Z"
PATHS = [
    SEGMENTS,
    PROJECTS,
    METERS,
    CHANGES,
    f"{TELEMETRY}?{HOUR}",
    f"/v1/series?{HOUR}",
    f"/v1/validation?{HOUR}",
    f"/v1/completeness?{HOUR}",
]


@pytest.fixture
def plant(store: Store) -> Store:
    store.project()
    store.meter()
    store.client()
    store.values("2026-03-01", [1, 2, 3])
    store.block("2026-03-01", [(0, 1)])
    store.change()
    return store


def correct(store: Store, energy: int) -> None:
    """Publish another energy of every interval, as the writer does."""
    store.execute("UPDATE interval_value SET energy_microkwh = $1", energy * 1_000_000)
    store.change()


def ask(api: Application, path: str, tag: str = "", token: str = "all") -> httpx.Response:
    conditional = {"if-none-match": tag} if tag else {}
    return api.raw("GET", path, authorization=f"Bearer {token}", **conditional)


@pytest.mark.parametrize("path", PATHS)
def test_an_unchanged_answer_is_304_without_a_body(
    plant: Store, api: Application, path: str
) -> None:
    full = ask(api, path)
    assert full.status_code == 200
    # The second of them is answered from memory where the path allows it.
    for _ in range(3):
        unchanged = ask(api, path, full.headers["etag"])
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == full.headers["etag"]
        assert unchanged.headers["cache-control"] == full.headers["cache-control"]
        assert "Accept-Encoding" in unchanged.headers["vary"]
        assert "content-type" not in unchanged.headers


def test_a_committed_change_is_seen_at_once(plant: Store, api: Application) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    for energy in range(4, 10):
        assert ask(api, SEGMENTS, tag).status_code == 304
        correct(plant, energy)
        changed = ask(api, SEGMENTS, tag)
        assert changed.status_code == 200
        assert changed.json()["usage_segments"][0]["values"][0][0] == {"eu": -energy}
        tag = changed.headers["etag"]


def test_a_transaction_that_commits_later_is_seen_once_it_has(
    plant: Store, api: Application
) -> None:
    """It began before one that is committed first: the newest change alone would overlook it."""
    tag = ask(api, SEGMENTS).headers["etag"]
    transaction = plant.connection.transaction()
    plant._runner.run(transaction.start())
    correct(plant, 7)
    assert ask(api, SEGMENTS, tag).status_code == 304
    other = plant.connection
    plant.connection = plant._runner.run(asyncpg.connect(plant._url))
    plant.change()
    plant._runner.run(plant.connection.close())
    plant.connection = other
    tag = ask(api, SEGMENTS).headers["etag"]
    assert [ask(api, SEGMENTS, tag).status_code for _ in range(2)] == [304, 304]
    plant._runner.run(transaction.commit())
    assert ask(api, SEGMENTS, tag).status_code == 200


def test_telemetry_and_series_see_rows_that_no_change_tells_of(
    plant: Store, api: Application
) -> None:
    path = f"{TELEMETRY}?{HOUR}"
    tag = ask(api, path).headers["etag"]
    assert [ask(api, path, tag).status_code for _ in range(2)] == [304, 304]
    plant.block("2026-03-01 00:05", [(0, 2)])
    assert ask(api, path, tag).status_code == 200


def test_a_watermark_that_moves_is_no_change_and_is_told_with_the_next_one(
    plant: Store, api: Application
) -> None:
    source = plant.source("telemetry", utc("2026-03-02"))
    first = ask(api, SEGMENTS)
    plant.execute("UPDATE ingest_source SET synced_at = $1 WHERE source_id = $2",
                  utc("2026-03-03"), source)  # fmt: skip
    second = ask(api, SEGMENTS)
    (before,), (after,) = (each.json()["usage_segments"] for each in (first, second))
    assert (before["cds_synced"], after["cds_synced"]) == (
        "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"
    )  # fmt: skip
    assert first.headers["etag"] == second.headers["etag"]


def test_a_declaration_is_seen_at_once(plant: Store, api: Application) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    assert [ask(api, SEGMENTS, tag).status_code for _ in range(2)] == [304, 304]
    plant.execute("UPDATE project SET units = 'MWh'")
    plant.execute("UPDATE catalogue_version SET version = version + 1")
    assert ask(api, SEGMENTS, tag).status_code == 200


def test_a_connection_that_was_cut_is_replaced(plant: Store, api: Application) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    assert [ask(api, SEGMENTS, tag).status_code for _ in range(2)] == [304, 304]
    plant.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    statuses = [ask(api, SEGMENTS, tag).status_code for _ in range(10)]
    assert set(statuses) <= {304, 503}
    assert statuses[-1] == 304


def test_a_write_elsewhere_leaves_the_answer_unchanged(plant: Store, api: Application) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    plant.client("another")
    assert ask(api, SEGMENTS, tag).status_code == 304


def test_grants_url_and_media_type_have_validators_of_their_own(
    plant: Store, api: Application
) -> None:
    plant.client("scada-only", production_formats=["forecast_day_ahead"])
    tag = ask(api, SEGMENTS).headers["etag"]
    assert ask(api, SEGMENTS, tag).status_code == 304
    assert ask(api, SEGMENTS, tag, token="scada-only").status_code == 200
    assert ask(api, f"{SEGMENTS}?production_formats=settlement", tag).status_code == 200
    csv = {"authorization": "Bearer all", "accept": "text/csv"}
    series = api.raw("GET", f"/v1/series?{HOUR}", authorization="Bearer all").headers["etag"]
    assert ask(api, f"/v1/series?{HOUR}", series).status_code == 304
    answer = api.raw("GET", f"/v1/series?{HOUR}", **csv, **{"if-none-match": series})
    assert answer.status_code == 200


def test_a_revoked_token_is_refused_and_not_told_that_nothing_changed(
    plant: Store, api: Application
) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    assert ask(api, SEGMENTS, tag).status_code == 304
    plant.execute("UPDATE client SET revoked_at = clock_timestamp()")
    api.now += 6
    assert ask(api, SEGMENTS, tag).status_code == 401


def test_the_instant_that_a_listing_began_is_no_change(store: Store, api: Application) -> None:
    """150 meters make two pages, so that `next` is there, and another one each time."""
    store.project()
    store.client()
    for number in range(150):
        store.meter(f"m{number:03}")
    first, second = ask(api, METERS), ask(api, METERS)
    assert first.json()["next"] != second.json()["next"]
    assert first.headers["etag"] == second.headers["etag"]
    assert ask(api, first.json()["next"]).headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 304),
        ('"something", {tag}', 304),
        ("{opaque}", 304),  # weak comparison: W/ does not matter
        ('"something"', 200),
        ("nonsense", 200),
    ],
)
def test_if_none_match_is_read_as_the_rfc_says(
    plant: Store, api: Application, header: str, status: int
) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    asked = header.format(tag=tag, opaque=tag.removeprefix("W/"))
    assert ask(api, SEGMENTS, asked).status_code == status


def test_the_validator_is_the_same_in_every_encoding(plant: Store, api: Application) -> None:
    plant.values("2026-03-02", range(288))
    tags = {
        api.raw(
            "GET", SEGMENTS, authorization="Bearer all", **{"accept-encoding": encoding}
        ).headers["etag"]
        for encoding in ("identity", "gzip", "zstd")
    }
    (tag,) = tags
    assert tag.startswith("W/")


def test_last_modified_is_the_newest_change_of_an_object(plant: Store, api: Application) -> None:
    answer = ask(api, SEGMENTS)
    newest = max(each["cds_modified"] for each in answer.json()["usage_segments"])
    told = parsedate_to_datetime(answer.headers["last-modified"])
    assert told == datetime.fromisoformat(newest).replace(microsecond=0)
    assert "last-modified" not in ask(api, f"{SEGMENTS}?meter_numbers=none").headers
    assert "last-modified" not in ask(api, CHANGES).headers


def test_what_is_long_past_may_be_kept_for_minutes_and_all_else_is_asked_for_again(
    plant: Store, api: Application
) -> None:
    def kept(path: str) -> str:
        return ask(api, path).headers["cache-control"]

    recent = (now() - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert kept(SEGMENTS) == "private, no-cache"
    assert kept(f"{SEGMENTS}?as_of={recent}") == "private, no-cache"
    assert kept(f"{SEGMENTS}?as_of=2026-03-02T00:00:00Z") == "private, max-age=300"


def test_a_problem_is_not_kept(plant: Store, api: Application) -> None:
    for path in (f"{SEGMENTS}?before=yesterday", "/nowhere"):
        answer = ask(api, path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("path", [SEGMENTS, METERS, "/healthz", "/openapi.json", "/nowhere"])
def test_head_is_get_without_the_body(plant: Store, api: Application, path: str) -> None:
    get = ask(api, path)
    head = api.raw("HEAD", path, authorization="Bearer all")
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers.get("etag") == get.headers.get("etag")
    if path == SEGMENTS:
        assert (
            api.raw(
                "HEAD", path, authorization="Bearer all", **{"if-none-match": get.headers["etag"]}
            ).status_code
            == 304
        )


def test_metrics_count_304_and_head_by_their_route(plant: Store, api: Application) -> None:
    tag = ask(api, SEGMENTS).headers["etag"]
    for _ in range(3):
        ask(api, SEGMENTS, tag)
    api.raw("HEAD", METERS, authorization="Bearer all")
    text = api.get("/metrics").text
    assert f'method="GET",route="{SEGMENTS}",status="304"}} 3.0' in text
    assert f'method="HEAD",route="{METERS}",status="200"}} 1.0' in text


def test_a_change_handed_out_again_is_the_same_answer(plant: Store, api: Application) -> None:
    plant.settle()
    first, second = (ask(api, CHANGES) for _ in range(2))
    assert first.json()["changes"]
    assert first.headers["etag"] == second.headers["etag"]


def test_who_waits_for_changes_waits_also_with_a_tag(plant: Store, api: Application) -> None:
    plant.settle()
    newest = ask(api, CHANGES).json()["next"]
    path = f"{CHANGES}?after={newest}&wait=1"
    tag = ask(api, path).headers["etag"]
    for _ in range(2):
        began = monotonic()
        assert ask(api, path, tag).status_code == 304
        assert monotonic() - began >= 1


def test_an_answer_is_not_unchanged_once_its_changes_are_no_longer_kept(
    plant: Store, api: Application
) -> None:
    plant.change()
    plant.settle()
    first = ask(api, f"{CHANGES}?limit=1").json()["next"]
    path = f"{CHANGES}?after={first}"
    tag = ask(api, path).headers["etag"]
    assert [ask(api, path, tag).status_code for _ in range(2)] == [304, 304]
    plant.execute("UPDATE feed_floor SET (xid, seq) = (SELECT xid, seq FROM change"
                  " ORDER BY xid DESC, seq DESC LIMIT 1)")  # fmt: skip
    assert ask(api, path, tag).status_code == 410
