"""Every answer says what browsers and caches may make of it."""

import re

import pytest

from api.web.access.guarded import DATA_POLICY, NOT_KEPT, PAGE_POLICY
from tests.api.application import CHANGES, METERS, SEGMENTS, Application
from tests.api.builders import Store

OPEN = ["/", "/healthz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs",
        "/docs/value-types", "/.well-known/cds-server-metadata.json"]  # fmt: skip
DATA = [METERS, SEGMENTS, CHANGES, "/v1/webhooks"]
REFUSED = ["/nothing", f"{METERS}?limit=x", f"/{'x' * 40_000}", "/v1/telemetry"]


@pytest.fixture(scope="module")
async def shared(module_store: Store, module_api: Application) -> Application:
    """The application over a meter, for tests that only read."""
    await module_store.project()
    await module_store.meter()
    await module_store.client()
    return module_api


@pytest.fixture
def api(shared: Application) -> Application:
    """The same, when nobody is limited any more for the tokens that another test tried."""
    shared.now += 3600
    return shared


@pytest.mark.parametrize("path", [*OPEN, *DATA, *REFUSED])
@pytest.mark.parametrize("token", ["all", "nobody", None])
async def test_every_answer_is_of_its_own_type_tells_no_address_and_stands_in_no_frame(
    api: Application, path: str, token: str | None
) -> None:
    answer = await api.get(path, token)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    is_page = answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (PAGE_POLICY if is_page else DATA_POLICY)
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", DATA)
async def test_what_a_token_opens_is_for_no_shared_cache_and_a_refusal_for_none(
    api: Application, path: str
) -> None:
    opened, refused = [await api.get(path, token) for token in ("all", "nobody")]
    assert opened.headers["Cache-Control"].startswith("private, no-")
    assert refused.headers["Cache-Control"] == NOT_KEPT
    assert (await api.get("/nothing", None)).headers["Cache-Control"] == NOT_KEPT


async def test_what_has_not_changed_is_guarded_too(api: Application) -> None:
    tag = (await api.get(METERS)).headers["ETag"]
    answer = await api.raw("GET", METERS, Authorization="Bearer all", **{"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/value-types"])
async def test_a_page_loads_nothing_that_its_policy_forbids(api: Application, path: str) -> None:
    page = (await api.get(path, None)).text
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert [each for each in loaded if "//" in each] == []
