"""What a token may not see stays unseen: digest 7.1, and the database's part in it."""

import asyncpg
import pytest

from api.reading.database import SESSION_SETTINGS, Database
from api.web.services import provided
from tests.api.application import (
    CHANGES,
    METERS,
    PROJECTS,
    SEGMENTS,
    TELEMETRY,
    Application,
)
from tests.api.builders import Store, utc

pytestmark = pytest.mark.embedded

LISTINGS = [PROJECTS, METERS, SEGMENTS]
PATHS = [*LISTINGS, CHANGES, TELEMETRY]
TELEMETRY_HOUR = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}
ID_OF = {
    PROJECTS: "cds_productionproject_id",
    METERS: "cds_meterdevice_id",
    SEGMENTS: "cds_usagesegment_id",
}


@pytest.fixture(scope="module")
async def two_tenants(module_store: Store) -> Store:
    """Projects x and y with a meter, values, changes and samples each; a token for each."""
    store = module_store
    for name in "xy":
        await store.project(name)
        await store.meter(f"m{name}", name)
        await store.values("2026-03-01", [1, 2], meter=f"m{name}")
        await store.values("2026-03-01", [3], meter=f"m{name}", production_format="settlement")
        await store.change(meter=f"m{name}")
        await store.block("2026-03-01", [(0, 1)], meter=f"m{name}")
        await store.version("2026-03-01", 1, utc("2026-03-03"), meter=f"m{name}",
                            recorded_at=utc("2026-03-02"))  # fmt: skip
        await store.version("2026-03-01", 0, utc("2026-03-02"), meter=f"m{name}", final=False,
                            recorded_at=utc("2026-03-01"))  # fmt: skip
        await store.share("40%", project=name)
        await store.run(0, "INITIAL", name)
        await store.client(f"T_{name}", projects=[name])
    for name in ("all", "T_revoked"):
        await store.client(name)
    await store.client("T_settlement", production_formats=["settlement"])
    await store.client("T_zero", projects=[])
    await store.client("T_odd", projects=["*", "x,y", "{x}", '"x"', "x\\"])
    await store.settle()
    return store


@pytest.fixture(scope="module")
def api(module_api: Application) -> Application:
    """The application over both tenants, which every test only reads."""
    return module_api


async def reader(database_url: str, statement: str, *settings: str) -> list[asyncpg.Record]:
    """Run a statement as the API's role, after statements that set things up."""
    connection = await asyncpg.connect(database_url, server_settings=SESSION_SETTINGS)
    try:
        for setting in settings:
            await connection.execute(setting)
        return await connection.fetch(statement)
    finally:
        await connection.close()


VIEWS = ["project", "meter", "membership", "interval_value", "interval_version", "open_version",
         "settlement_read", "forecast_vintage", "contract_share", "settlement_run", "feed",
         "sample_block", "meter_source", "series", "project_series", "offering",
         "series_day"]  # fmt: skip
PAST = ["interval_value", "settlement_read", "forecast_vintage", "series", "series_day"]


@pytest.mark.parametrize("view", VIEWS)
async def test_a_query_without_a_grant_sees_nothing(
    two_tenants: Store, module_database_url: str, view: str
) -> None:
    assert await reader(module_database_url, f"SELECT FROM {view}") == []


@pytest.mark.parametrize("view", PAST)
async def test_a_query_of_the_past_without_a_grant_sees_nothing(
    two_tenants: Store, module_database_url: str, view: str
) -> None:
    then = "SELECT set_config('gridfeed.as_of', now()::text, false)"
    assert await reader(module_database_url, f"SELECT FROM granted_as_of.{view}", then) == []


@pytest.mark.parametrize("table", ["project", "meter", "membership", "series", "series_day",
                                   "interval_value", "interval_version", "open_version", "change",
                                   "client", "ingest_source", "sample_block", "settlement_read",
                                   "forecast_vintage", "contract_share"])  # fmt: skip
async def test_the_role_cannot_read_a_table(module_database_url: str, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader(module_database_url, f"SELECT FROM public.{table}")


async def test_the_role_cannot_write(module_database_url: str) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reader(module_database_url, "CREATE TEMPORARY TABLE t ()")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader(
            module_database_url,
            "DELETE FROM public.meter",
            "SET default_transaction_read_only = off",
        )


async def test_unqualified_names_are_the_granted_views(
    two_tenants: Store, module_database_url: str
) -> None:
    grant = "SELECT set_config('gridfeed.projects', '{x}', false)"
    rows = await reader(module_database_url, "SELECT meter_number FROM meter", grant)
    assert [row["meter_number"] for row in rows] == ["mx"]


async def test_a_connection_that_went_back_to_the_pool_sees_nothing(
    two_tenants: Store, api: Application
) -> None:
    assert len(await api.items(METERS)) == 2
    database = provided(api.app, Database)

    async def look() -> list[int]:
        async with database._connection(database._shares) as connection:
            return [await connection.fetchval("SELECT count(*) FROM meter")]

    assert [await look() for _ in range(3)] == [[0], [0], [0]]


async def test_requests_at_once_keep_their_grants(two_tenants: Store, api: Application) -> None:
    answers = await api.together([(METERS, "T_x"), (METERS, "T_y")] * 20)
    numbers = [meter["meter_number"] for a in answers for meter in a.json()["meter_devices"]]
    assert numbers == ["mx", "my"] * 20


@pytest.mark.parametrize("path", PATHS)
async def test_02_without_a_token_there_is_no_data(api: Application, path: str) -> None:
    answer = await api.get(path, token=None)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS)
async def test_03_with_an_unknown_token_there_is_no_data(api: Application, path: str) -> None:
    answer = await api.get(path, token="nobody")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_another_scheme_is_no_token(api: Application) -> None:
    answer = await api.raw("GET", METERS, Authorization="Basic YTpi")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_05_with_a_token_the_answer_is_a_json_object(
    two_tenants: Store, api: Application
) -> None:
    answer = await api.raw("GET", METERS, Authorization="bearer all")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(answer.json(), dict)


async def test_06_a_revoked_token_works_for_five_seconds_at_most(
    two_tenants: Store, api: Application
) -> None:
    assert (await api.get(METERS, "T_revoked")).status_code == 200
    await two_tenants.execute("UPDATE client SET revoked_at = now() WHERE name = 'T_revoked'")
    api.now += 4.9
    assert (await api.get(METERS, "T_revoked")).status_code == 200
    api.now += 0.1
    assert (await api.get(METERS, "T_revoked")).status_code == 401


@pytest.mark.parametrize("path", LISTINGS)
async def test_07_two_tenants_see_disjoint_sets(
    two_tenants: Store, api: Application, path: str
) -> None:
    x, y, all_of_them = [
        {item[ID_OF[path]] for item in await api.items(path, token)}
        for token in ("T_x", "T_y", "all")
    ]
    assert x
    assert y
    assert not x & y
    assert x | y == all_of_them


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        (PROJECTS, {"cds_productionproject_ids": "y"}),
        (PROJECTS, {"meter_numbers": "my"}),
        (PROJECTS, {"q": "y"}),
        (METERS, {"meter_number": "my"}),
        (METERS, {"cds_meterdevice_ids": "md-my"}),
        (SEGMENTS, {"meter_numbers": "my"}),
        (SEGMENTS, {"cds_productionproject_ids": "y"}),
        (SEGMENTS, {"cds_usagesegment_ids": "my:scada:2026-03-01:300"}),
    ],
)
async def test_a_filter_does_not_reach_over_the_grant(
    two_tenants: Store, api: Application, path: str, filters: dict[str, str]
) -> None:
    assert len(await api.items(path, "T_y", **filters)) >= 1
    assert await api.items(path, "T_x", **filters) == []


async def test_the_feed_shows_changes_of_the_grant_alone(
    two_tenants: Store, api: Application
) -> None:
    await two_tenants.settle()
    (change,) = (await api.get(CHANGES, "T_x")).json()["changes"]
    assert change["meter_number"] == "mx"
    assert (await api.get(CHANGES, "T_settlement")).json()["changes"] == []


async def test_a_foreign_meter_is_as_unknown_as_none(two_tenants: Store, api: Application) -> None:
    foreign = await api.get(TELEMETRY, "T_x", meter_number="my", **TELEMETRY_HOUR)
    unknown = await api.get(TELEMETRY, "T_x", meter_number="mz", **TELEMETRY_HOUR)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace("my", "mz") == unknown.text


async def test_samples_need_the_production_format_scada(
    two_tenants: Store, api: Application
) -> None:
    answer = await api.get(TELEMETRY, "T_settlement", meter_number="mx", **TELEMETRY_HOUR)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_a_token_of_one_production_format_sees_no_other(
    two_tenants: Store, api: Application
) -> None:
    formats = {s["gridfeed_production_format"] for s in await api.items(SEGMENTS, "T_settlement")}
    assert formats == {"settlement"}
    assert await api.items(SEGMENTS, "T_settlement", production_formats="scada") == []
    assert [p["available_formats"] for p in await api.items(PROJECTS, "T_settlement")] == [
        ["settlement"], ["settlement"]]  # fmt: skip


@pytest.mark.parametrize("path", LISTINGS)
async def test_names_in_a_grant_are_names_whatever_they_look_like(
    api: Application, two_tenants: Store, path: str
) -> None:
    assert await api.items(path, "T_odd") == []


@pytest.mark.parametrize("path", LISTINGS)
async def test_36_a_token_of_nothing_gets_an_empty_listing(
    two_tenants: Store, api: Application, path: str
) -> None:
    document = (await api.get(path, "T_zero")).json()
    assert document.pop("next") is None
    assert document.pop("previous") is None
    assert list(document.values()) == [[]]
