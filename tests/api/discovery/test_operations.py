"""Health, readiness, metrics and documents; life without a database."""

import asyncio
import socket
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from gridfeed.storage import held
from gridfeed.storage.migrate import migrate
from tests import services, shifted
from tests.api.application import (
    CHANGES,
    METERS,
    PROJECTS,
    SEGMENTS,
    TELEMETRY,
    Application,
    settings_for,
)
from tests.api.builders import Store
from tests.api.discovery.documented import assert_documented
from tests.api.processes import served, until

pytestmark = pytest.mark.embedded

NOBODY = "postgresql://postgres@127.0.0.1:1/gridfeed"


async def test_an_unreachable_database_stops_nothing_but_what_needs_it() -> None:
    async with Application(settings_for(NOBODY)) as api:
        assert (await api.get("/healthz", token=None)).status_code == 200
        (missing,) = await api.wait_until_ready(503)
        assert "GRIDFEED_DATABASE_URL" in missing
        answer = await api.get(METERS)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Traceback" not in answer.text


async def test_a_database_that_comes_later_is_taken_up(database_server: str) -> None:
    name = services.unique("gridfeed_late_")
    url = services.url_of(database_server, name)
    async with Application(settings_for(url)) as api:
        await api.wait_until_ready(503, name)
        await services._define(database_server, "CREATE DATABASE %I", name)
        try:
            await api.wait_until_ready(503, "gridfeed migrate")
            await migrated(url)
            assert await api.wait_until_ready() == []
        finally:
            await services.drop_database(database_server, name)


async def migrated(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()


async def test_a_database_that_was_dropped_is_away(
    database_server: str, migrated_template: str
) -> None:
    name = await services.create_database(database_server, migrated_template)
    async with Application(settings_for(services.url_of(database_server, name))) as api:
        await api.wait_until_ready()
        await services.drop_database(database_server, name)
        await api.wait_until_ready(503, name)
        assert (await api.get(METERS)).status_code == 503


async def test_pending_migrations_are_missing_by_name(store: Store, api: Application) -> None:
    await store.execute("DELETE FROM schema_migration WHERE number = 28")
    assert await api.wait_until_ready(503) == ["migration 0028_hypertables: run `gridfeed migrate`"]


async def test_a_schema_newer_than_the_program_is_answered_with_503_naming_both(
    store: Store, api: Application
) -> None:
    await store.client()
    assert (await api.get(PROJECTS)).status_code == 200
    await store.execute("INSERT INTO schema_migration (number, name) VALUES (9999, 'of_tomorrow')")
    (missing,) = await api.wait_until_ready(503)
    assert "9999_of_tomorrow, newer than 00" in missing
    answers = [
        await api.get(path) for path in (PROJECTS, METERS, SEGMENTS, CHANGES, "/v1/webhooks")
    ]
    assert {answer.status_code for answer in answers} == {503}
    assert "being upgraded" in answers[0].json()["detail"]


class Relay:
    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._to = (parts.hostname or "127.0.0.1", parts.port or 5432)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        login = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(netloc=f"{login}@127.0.0.1:{self._port}").geturl()
        self._writers: list[asyncio.StreamWriter] = []

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        self._writers += [writer, far_writer]
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


@pytest.mark.parametrize("path", [METERS, PROJECTS, SEGMENTS, CHANGES])
async def test_a_database_that_goes_away_and_comes_back(
    store: Store, database_url: str, path: str
) -> None:
    await store.client()
    relay = Relay(database_url)
    async with Application(settings_for(relay.url)) as api:
        await relay.mend()
        await api.wait_until_ready()
        assert (await api.get(path)).status_code == 200
        await relay.cut()
        answer = await api.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert (await api.get("/readyz")).status_code == 503
        assert (await api.get("/healthz")).status_code == 200
        await relay.mend()
        await api.wait_until_ready()
        assert (await api.get(path)).status_code == 200
        await relay.cut()


async def test_a_transaction_left_open_is_a_warning_that_names_its_process_and_nothing_is_missing(
    store: Store, database_url: str, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await api.get("/readyz")).json() == {"missing": [], "warnings": []}
    monkeypatch.setattr(held, "LONGEST_TRANSACTION", timedelta(0))
    names = {"application_name": "a-forgotten-window"}
    writing = await asyncpg.connect(database_url, server_settings=names)
    async with writing.transaction():
        await writing.execute("SELECT pg_current_xact_id()")
        answer = await api.get("/readyz")
    await writing.close()
    assert answer.status_code == 200
    assert answer.json()["missing"] == []
    (warning,) = answer.json()["warnings"]
    assert f"process {writing.get_server_pid()} of postgres" in warning
    assert "(a-forgotten-window)" in warning
    assert "pg_terminate_backend" in warning


async def test_metrics_count_by_the_route_s_template(store: Store, api: Application) -> None:
    await store.client()
    await api.get(METERS, q="a")
    await api.get(METERS, token=None)
    await api.get("/nowhere/7")
    text = (await api.get("/metrics", token=None)).text
    for method_route_status in (
        f'method="GET",route="{METERS}",status="200"',
        f'method="GET",route="{METERS}",status="401"',
        'method="GET",route="unmatched",status="404"',
    ):
        assert f"gridfeed_api_requests_total{{{method_route_status}}} 1.0" in text
    assert f'gridfeed_api_request_seconds_count{{method="GET",route="{METERS}"}} 2.0' in text
    assert "/nowhere" not in text


async def test_every_operation_is_documented(api: Application) -> None:
    document = (await api.get("/openapi.json", token=None)).json()
    for path in (METERS, PROJECTS, SEGMENTS, CHANGES, TELEMETRY):
        operation = document["paths"][path]["get"]
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"bearer": []}]
        assert {"200", "400", "401", "503"} <= operation["responses"].keys()
        for parameter in operation["parameters"]:
            assert parameter["description"]
            assert parameter["example"]
            assert parameter["schema"]
        answer = operation["responses"]["200"]["content"]["application/json"]
        assert_documented(answer["schema"], answer["example"])
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert (await api.get("/docs", token=None)).status_code == 200


async def test_the_documented_members_are_those_that_are_answered(
    store: Store, api: Application
) -> None:
    await store.project()
    await store.meter()
    await store.client()
    await store.value("2026-03-01", 1)
    await store.change()
    await store.block("2026-03-01", [(0, 1)])
    hour = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}
    paths = (await api.get("/openapi.json")).json()["paths"]
    for path, parameters in (
        (METERS, {}), (PROJECTS, {}), (SEGMENTS, {}), (CHANGES, {}),
        (TELEMETRY, {"meter_number": "m"} | hour),
    ):  # fmt: skip
        documented = paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        answered = (await api.get(path, **parameters)).json()
        assert_documented(documented["schema"], answered)
        assert all(answered[name] for name in answered if isinstance(answered[name], list))


def test_an_api_whose_clock_is_wrong_answers_and_warns(database_url: str) -> None:
    with served(database_url, **shifted.ahead(-3600)) as server:
        until(lambda: server.get("/readyz").json()["warnings"])
        answer = server.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (200, [])
        (warning,) = answer.json()["warnings"]
        assert warning.startswith("clock: this machine's differs by -3")
