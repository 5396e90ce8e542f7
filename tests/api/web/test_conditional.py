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
    SEGMENTS, PROJECTS, METERS, CHANGES, f"{TELEMETRY}?{HOUR}", f"/v1/series?{HOUR}",
    f"/v1/validation?{HOUR}", f"/v1/completeness?{HOUR}",
]  # fmt: skip


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    await store.values("2026-03-01", [1, 2, 3])
    await store.block("2026-03-01", [(0, 1)])
    await store.change()
    return store


async def correct(store: Store, energy: int) -> None:
    """Publish another energy of every interval, as the writer does."""
    await store.execute("UPDATE interval_value SET energy_microkwh = $1", energy * 1_000_000)
    await store.change()


async def ask(api: Application, path: str, tag: str = "", token: str = "all") -> httpx.Response:
    conditional = {"if-none-match": tag} if tag else {}
    return await api.raw("GET", path, authorization=f"Bearer {token}", **conditional)


@pytest.mark.parametrize("path", PATHS)
async def test_an_unchanged_answer_is_304_without_a_body(
    plant: Store, api: Application, path: str
) -> None:
    full = await ask(api, path)
    assert full.status_code == 200
    # The second of them is answered from memory where the path allows it.
    for _ in range(3):
        unchanged = await ask(api, path, full.headers["etag"])
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == full.headers["etag"]
        assert unchanged.headers["cache-control"] == full.headers["cache-control"]
        assert "Accept-Encoding" in unchanged.headers["vary"]
        assert "content-type" not in unchanged.headers


async def test_a_committed_change_is_seen_at_once(plant: Store, api: Application) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    for energy in range(4, 10):
        assert (await ask(api, SEGMENTS, tag)).status_code == 304
        await correct(plant, energy)
        changed = await ask(api, SEGMENTS, tag)
        assert changed.status_code == 200
        assert changed.json()["usage_segments"][0]["values"][0][0] == {"eu": -energy}
        tag = changed.headers["etag"]


async def test_a_transaction_that_commits_later_is_seen_once_it_has(
    plant: Store, api: Application
) -> None:
    """It began before one that is committed first: the newest change alone would overlook it."""
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    transaction = plant.connection.transaction()
    await transaction.start()
    await correct(plant, 7)
    assert (await ask(api, SEGMENTS, tag)).status_code == 304
    other = plant.connection
    plant.connection = await asyncpg.connect(plant._url)
    await plant.change()
    await plant.connection.close()
    plant.connection = other
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    assert [(await ask(api, SEGMENTS, tag)).status_code for _ in range(2)] == [304, 304]
    await transaction.commit()
    assert (await ask(api, SEGMENTS, tag)).status_code == 200


async def test_telemetry_and_series_see_rows_that_no_change_tells_of(
    plant: Store, api: Application
) -> None:
    path = f"{TELEMETRY}?{HOUR}"
    tag = (await ask(api, path)).headers["etag"]
    assert [(await ask(api, path, tag)).status_code for _ in range(2)] == [304, 304]
    await plant.block("2026-03-01 00:05", [(0, 2)])
    assert (await ask(api, path, tag)).status_code == 200


async def test_a_watermark_that_moves_is_no_change_and_is_told_with_the_next_one(
    plant: Store, api: Application
) -> None:
    source = await plant.source("telemetry", utc("2026-03-02"))
    first = await ask(api, SEGMENTS)
    await plant.execute("UPDATE ingest_source SET synced_at = $1 WHERE source_id = $2",
                        utc("2026-03-03"), source)  # fmt: skip
    second = await ask(api, SEGMENTS)
    (before,), (after,) = (each.json()["usage_segments"] for each in (first, second))
    assert (before["cds_synced"], after["cds_synced"]) == (
        "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"
    )  # fmt: skip
    assert first.headers["etag"] == second.headers["etag"]


async def test_a_declaration_is_seen_at_once(plant: Store, api: Application) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    assert [(await ask(api, SEGMENTS, tag)).status_code for _ in range(2)] == [304, 304]
    await plant.execute("UPDATE project SET units = 'MWh'")
    await plant.execute("UPDATE catalogue_version SET version = version + 1")
    assert (await ask(api, SEGMENTS, tag)).status_code == 200


async def test_a_connection_that_was_cut_is_replaced(plant: Store, api: Application) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    assert [(await ask(api, SEGMENTS, tag)).status_code for _ in range(2)] == [304, 304]
    await plant.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    statuses = [(await ask(api, SEGMENTS, tag)).status_code for _ in range(10)]
    assert set(statuses) <= {304, 503}
    assert statuses[-1] == 304


async def test_a_write_elsewhere_leaves_the_answer_unchanged(
    plant: Store, api: Application
) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    await plant.client("another")
    assert (await ask(api, SEGMENTS, tag)).status_code == 304


async def test_grants_url_and_media_type_have_validators_of_their_own(
    plant: Store, api: Application
) -> None:
    await plant.client("scada-only", production_formats=["forecast_day_ahead"])
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    assert (await ask(api, SEGMENTS, tag)).status_code == 304
    assert (await ask(api, SEGMENTS, tag, token="scada-only")).status_code == 200
    assert (await ask(api, f"{SEGMENTS}?production_formats=settlement", tag)).status_code == 200
    csv = {"authorization": "Bearer all", "accept": "text/csv"}
    series = (await api.raw("GET", f"/v1/series?{HOUR}", authorization="Bearer all")).headers[
        "etag"
    ]
    assert (await ask(api, f"/v1/series?{HOUR}", series)).status_code == 304
    answer = await api.raw("GET", f"/v1/series?{HOUR}", **csv, **{"if-none-match": series})
    assert answer.status_code == 200


async def test_a_revoked_token_is_refused_and_not_told_that_nothing_changed(
    plant: Store, api: Application
) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    assert (await ask(api, SEGMENTS, tag)).status_code == 304
    await plant.execute("UPDATE client SET revoked_at = clock_timestamp()")
    api.now += 6
    assert (await ask(api, SEGMENTS, tag)).status_code == 401


async def test_the_instant_that_a_listing_began_is_no_change(
    store: Store, api: Application
) -> None:
    """150 meters make two pages, so that `next` is there, and another one each time."""
    await store.project()
    await store.client()
    for number in range(150):
        await store.meter(f"m{number:03}")
    first, second = await ask(api, METERS), await ask(api, METERS)
    assert first.json()["next"] != second.json()["next"]
    assert first.headers["etag"] == second.headers["etag"]
    assert (await ask(api, first.json()["next"])).headers["etag"] != first.headers["etag"]


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
async def test_if_none_match_is_read_as_the_rfc_says(
    plant: Store, api: Application, header: str, status: int
) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    asked = header.format(tag=tag, opaque=tag.removeprefix("W/"))
    assert (await ask(api, SEGMENTS, asked)).status_code == status


async def test_the_validator_is_the_same_in_every_encoding(plant: Store, api: Application) -> None:
    await plant.values("2026-03-02", range(288))
    tags = set()
    for encoding in ("identity", "gzip", "zstd"):
        asked = {"authorization": "Bearer all", "accept-encoding": encoding}
        tags.add((await api.raw("GET", SEGMENTS, **asked)).headers["etag"])
    (tag,) = tags
    assert tag.startswith("W/")


async def test_last_modified_is_the_newest_change_of_an_object(
    plant: Store, api: Application
) -> None:
    answer = await ask(api, SEGMENTS)
    newest = max(each["cds_modified"] for each in answer.json()["usage_segments"])
    told = parsedate_to_datetime(answer.headers["last-modified"])
    assert told == datetime.fromisoformat(newest).replace(microsecond=0)
    assert "last-modified" not in (await ask(api, f"{SEGMENTS}?meter_numbers=none")).headers
    assert "last-modified" not in (await ask(api, CHANGES)).headers


async def test_what_is_long_past_may_be_kept_for_minutes_and_all_else_is_asked_for_again(
    plant: Store, api: Application
) -> None:
    async def kept(path: str) -> str:
        return (await ask(api, path)).headers["cache-control"]

    recent = (now() - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert await kept(SEGMENTS) == "private, no-cache"
    assert await kept(f"{SEGMENTS}?as_of={recent}") == "private, no-cache"
    assert await kept(f"{SEGMENTS}?as_of=2026-03-02T00:00:00Z") == "private, max-age=300"


async def test_a_problem_is_not_kept(plant: Store, api: Application) -> None:
    for path in (f"{SEGMENTS}?before=yesterday", "/nowhere"):
        answer = await ask(api, path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("path", [SEGMENTS, METERS, "/healthz", "/openapi.json", "/nowhere"])
async def test_head_is_get_without_the_body(plain: Application, path: str) -> None:
    get = await ask(plain, path)
    head = await plain.raw("HEAD", path, authorization="Bearer all")
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers.get("etag") == get.headers.get("etag")
    if path == SEGMENTS:
        asked = {"authorization": "Bearer all", "if-none-match": get.headers["etag"]}
        assert (await plain.raw("HEAD", path, **asked)).status_code == 304


async def test_metrics_count_304_and_head_by_their_route(plant: Store, api: Application) -> None:
    tag = (await ask(api, SEGMENTS)).headers["etag"]
    for _ in range(3):
        await ask(api, SEGMENTS, tag)
    await api.raw("HEAD", METERS, authorization="Bearer all")
    text = (await api.get("/metrics")).text
    assert f'method="GET",route="{SEGMENTS}",status="304"}} 3.0' in text
    assert f'method="HEAD",route="{METERS}",status="200"}} 1.0' in text


async def test_a_change_handed_out_again_is_the_same_answer(plant: Store, api: Application) -> None:
    await plant.settle()
    first, second = [await ask(api, CHANGES) for _ in range(2)]
    assert first.json()["changes"]
    assert first.headers["etag"] == second.headers["etag"]


async def test_who_waits_for_changes_waits_also_with_a_tag(plant: Store, api: Application) -> None:
    await plant.settle()
    newest = (await ask(api, CHANGES)).json()["next"]
    path = f"{CHANGES}?after={newest}&wait=1"
    tag = (await ask(api, path)).headers["etag"]
    for _ in range(2):
        began = monotonic()
        assert (await ask(api, path, tag)).status_code == 304
        assert monotonic() - began >= 1


async def test_an_answer_is_not_unchanged_once_its_changes_are_no_longer_kept(
    plant: Store, api: Application
) -> None:
    await plant.change()
    await plant.settle()
    first = (await ask(api, f"{CHANGES}?limit=1")).json()["next"]
    path = f"{CHANGES}?after={first}"
    tag = (await ask(api, path)).headers["etag"]
    assert [(await ask(api, path, tag)).status_code for _ in range(2)] == [304, 304]
    await plant.execute("UPDATE feed_floor SET (xid, seq) = (SELECT xid, seq FROM change"
                        " ORDER BY xid DESC, seq DESC LIMIT 1)")  # fmt: skip
    assert (await ask(api, path, tag)).status_code == 410
