"""Digest 7.2 and 5: what the server says of itself, to everybody."""

import re
from datetime import datetime

import pytest

from api.discovery.metadata import APIS
from api.discovery.value_types import OWN_TYPES, OWN_WORDS
from api.segments.columns import CONTRACTED, VALUE_TYPES
from tests.api.application import BASE, EACS, Application, settings_for
from tests.api.builders import Store
from tests.api.customer_builder import grid

SERVER = "/.well-known/cds-server-metadata.json"
OAUTH = "/.well-known/oauth-authorization-server"
PAGE = "/docs/value-types"
REQUIRED = {
    "cds_metadata_version", "cds_metadata_url", "created", "updated", "name", "description",
    "website", "documentation", "support", "capabilities",
}  # fmt: skip


async def test_the_first_page_links_documentation_documents_and_status_and_its_links_work(
    plain: Application,
) -> None:
    answer = await plain.get("/", token=None)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    links = [link.removeprefix(".") for link in re.findall(r'href="([^"]+)"', answer.text)]
    assert {"/docs", "/openapi.json", "/asyncapi.json", "/readyz"} <= {*links}
    for link in links:
        assert (await plain.get(link, token=None)).status_code == 200, link


@pytest.mark.parametrize("path", ["/", SERVER, OAUTH, PAGE])
async def test_the_documents_need_no_token_and_may_be_kept(plain: Application, path: str) -> None:
    answer = await plain.get(path, token=None)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"


async def test_the_server_metadata_has_its_required_members(plain: Application) -> None:
    document = (await plain.get(SERVER, token=None)).json()
    assert document.keys() == REQUIRED | {"oauth_metadata"}
    assert document["cds_metadata_version"] == "v1"
    assert document["cds_metadata_url"] == BASE + SERVER
    assert document["oauth_metadata"] == BASE + OAUTH
    assert document["capabilities"] == []
    created, updated = (datetime.fromisoformat(document[name]) for name in ("created", "updated"))
    assert created <= updated


async def test_who_publishes_and_where_is_what_the_settings_say(database_url: str) -> None:
    public = settings_for(
        database_url, api_url="https://api.example.com/gridfeed/", api_name="Sunny Power",
        api_website="https://sunny.example", api_support="https://sunny.example/help",
    )  # fmt: skip
    async with Application(public) as api:
        await api.wait_until_ready()
        document = (await api.get(SERVER, token=None)).json()
        apis = (await api.get(OAUTH, token=None)).json()
    assert document["name"] == "Sunny Power"
    assert document["website"] == "https://sunny.example"
    assert document["support"] == "https://sunny.example/help"
    assert document["documentation"] == "https://api.example.com/gridfeed/docs"
    assert apis["cds_accounts_api"] == "https://api.example.com/gridfeed/cds/v1/accounts"


@pytest.mark.parametrize(
    "path",
    ["/", SERVER, OAUTH, PAGE, "/asyncapi.json", "/openapi.json", "/docs", "/metrics", "/readyz",
     "/healthz"],
)  # fmt: skip
async def test_what_needs_no_token_names_no_tenant_project_or_meter(
    store: Store, database_url: str, path: str
) -> None:
    await store.project("sunhill-project")
    await store.meter("sunhill-meter", "sunhill-project")
    await store.client("sunhill-client")
    settings = settings_for(database_url, tenants="sunhill-tenant,sunhill-other")
    async with Application(settings) as api:
        await api.wait_until_ready()
        await api.get("/v1/changes", "sunhill-client", meter_numbers="sunhill-meter")
        answer = await api.get(path, token=None)
    assert answer.status_code == 200
    assert "sunhill" not in answer.text.lower()


async def test_9_10_every_listing_that_a_token_opens_is_announced_and_no_bills(
    store: Store, api: Application
) -> None:
    await store.client()
    document = (await api.get(OAUTH, token=None)).json()
    assert document["cds_customerdata_version"] == "v1"
    announced = {key: url for key, url in document.items() if key.endswith("_api")}
    assert announced.keys() == APIS.keys()
    assert not [key for key in announced if "bill" in key]
    for url in announced.values():
        assert url.startswith(f"{BASE}/cds/v1/")
        assert (await api.get(url)).status_code == 200


async def test_no_endpoint_is_announced_that_there_is_not(plain: Application) -> None:
    document = (await plain.get(OAUTH, token=None)).json()
    assert not [key for key in document if key.endswith("_endpoint")]
    assert document["grant_types_supported"] == document["scopes_supported"] == []
    assert "cds_oauth_version" not in document


async def test_11_12_every_additional_value_type_is_described_where_it_says(
    plain: Application,
) -> None:
    described = (await plain.get(OAUTH, token=None)).json()[
        "cds_usagesegments_additional_value_types"
    ]
    published = {CONTRACTED, *(each for types in VALUE_TYPES.values() for each in types)}
    own = {each.name for each in published if each.name.startswith("gridfeed_")}
    assert described.keys() == OWN_TYPES.keys() == own
    page = (await plain.get(PAGE, token=None)).text
    for name, entry in described.items():
        assert entry.keys() == {"type", "name", "description", "documentation"}
        assert entry["type"] == name
        assert entry["documentation"] == f"{BASE}{PAGE}#{name}"
        assert f'id="{name}"' in page
    keys = {each.name: each.key for each in published}
    for name, kind in OWN_TYPES.items():
        assert list(kind.value_object) == [keys[name]]


async def test_words_that_the_server_adds_are_documented(plain: Application) -> None:
    page = (await plain.get(PAGE, token=None)).text
    assert all(f'id="{word}"' in page for word in OWN_WORDS)


async def test_13_101_every_certificate_has_a_format_that_is_described(
    store: Store, api: Application
) -> None:
    assert (await api.get(OAUTH, token=None)).json()["cds_eac_formats"] == {}
    await grid(store)
    formats = (await api.get(OAUTH, token=None)).json()["cds_eac_formats"]
    assert formats == {
        "pdf": {
            "id": "pdf", "name": "Certificate", "description": "As printed.",
            "documentation": "https://example.com/pdf",
        }
    }  # fmt: skip
    assert {item["eac_format"] for item in await api.items(EACS)} <= formats.keys()


async def test_without_a_database_the_metadata_says_to_come_again() -> None:
    async with Application(settings_for("postgresql://postgres@127.0.0.1:1/gridfeed")) as api:
        answer = await api.get(SERVER, token=None)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
