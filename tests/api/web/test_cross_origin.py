"""Pages of other origins may read the API from a browser where the operator lets them."""

from collections.abc import AsyncIterator

import pytest

from gridfeed.settings import BadSettingsError, load
from tests.api.application import CHANGES, METERS, PROJECTS, SEGMENTS, Application, settings_for
from tests.api.builders import Store

APP, OTHER = "https://app.example.com", "https://other.example.com"
SERVER = "/.well-known/cds-server-metadata.json"
EVERY = [PROJECTS, METERS, SEGMENTS, CHANGES, "/v1/stream", "/v1/webhooks", "/v1/webhooks/wh_1"]
ASKS = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture(scope="module")
async def shared(module_store: Store, module_database_url: str) -> AsyncIterator[Application]:
    await module_store.project()
    await module_store.meter()
    await module_store.client()
    origins = f"{APP}, http://localhost:5173"
    async with Application(settings_for(module_database_url, api_cors_origins=origins)) as api:
        await api.wait_until_ready()
        yield api


@pytest.fixture
def open_api(shared: Application) -> Application:
    """The application for pages of some origins; no token that was tried limits anybody now."""
    shared.now += 3600
    return shared


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_a_browser_that_asks_before_is_told_what_a_page_may_send(
    open_api: Application, path: str, method: str
) -> None:
    asked = {**ASKS, "Access-Control-Request-Method": method, "Origin": APP}
    answer = await open_api.raw("OPTIONS", path, **asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert method in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "if-none-match", "last-event-id"} <= {*allowed.split(", ")}
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(("token", "status"), [("all", 200), ("nobody", 401)])
@pytest.mark.parametrize("path", [PROJECTS, SEGMENTS, CHANGES, "/v1/webhooks"])
async def test_a_page_reads_answers_and_refusals_and_what_stands_in_their_headers(
    open_api: Application, path: str, token: str, status: int
) -> None:
    answer = await open_api.raw("GET", path, Origin=APP, Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, APP)
    assert "Origin" in answer.headers["Vary"]
    assert {"ETag", "Retry-After"} <= {*answer.headers["Access-Control-Expose-Headers"].split(", ")}


async def test_what_has_not_changed_may_be_read_too(open_api: Application) -> None:
    sent = {"Origin": APP, "Authorization": "Bearer all"}
    tag = (await open_api.raw("GET", SEGMENTS, **sent)).headers["ETag"]
    for _ in range(2):  # the second comes from memory
        again = await open_api.raw("GET", SEGMENTS, **sent, **{"If-None-Match": tag})
        assert again.status_code == 304
        assert again.headers["Access-Control-Allow-Origin"] == APP


async def test_a_page_of_another_origin_may_not(open_api: Application) -> None:
    asked = await open_api.raw("OPTIONS", PROJECTS, **ASKS, Origin=OTHER)
    assert (asked.status_code, asked.headers["Content-Type"]) == (400, "application/problem+json")
    assert "GRIDFEED_API_CORS_ORIGINS" in asked.json()["detail"]
    read = await open_api.raw("GET", PROJECTS, Origin=OTHER, Authorization="Bearer all")
    for answer in (asked, read):
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_metadata_is_for_pages_and_probes_are_not(open_api: Application) -> None:
    for path, allowed in ((SERVER, APP), ("/metrics", None), ("/docs", None)):
        answer = await open_api.raw("GET", path, Origin=APP)
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


async def test_unless_it_is_set_no_other_page_may(store: Store, api: Application) -> None:
    await store.client()
    answer = await api.raw("GET", PROJECTS, Origin=APP, Authorization="Bearer all")
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (await api.raw("OPTIONS", PROJECTS, **ASKS, Origin=APP)).status_code == 405


async def test_a_star_lets_every_page(store: Store, database_url: str) -> None:
    await store.client()
    async with Application(settings_for(database_url, api_cors_origins="*")) as api:
        await api.wait_until_ready()
        answer = await api.raw("GET", PROJECTS, Origin=OTHER, Authorization="Bearer all")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "text", ["app.example.com", "https://app.example.com/", "https://a/b", "ws://a"]
)
def test_what_is_no_origin_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadSettingsError, match=r"GRIDFEED_API_CORS_ORIGINS.*is not an origin"):
        load(api_cors_origins=text)
