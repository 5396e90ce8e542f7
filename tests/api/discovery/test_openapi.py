"""The OpenAPI document is true: its examples are asked and validated, its answers are complete."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.discovery.limits import LIMITS
from api.server import ROUTERS, build_app
from api.web.describe import public
from api.web.openapi import complete_openapi
from gridfeed.settings import load
from tests.api.application import (
    ACCOUNTS,
    AGGREGATIONS,
    CONTRACTS,
    EACS,
    METERS,
    POINTS,
    PROJECTS,
    SEGMENTS,
    Application,
    settings_for,
)
from tests.api.discovery.documented import (
    DOCUMENT,
    SCHEMAS,
    assert_documented,
    component,
    references,
    written,
)
from tests.documents import DOCS, table

#: What changes something is tried beside what it does: tests/api/webhooks.
ACTIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "get"
}
OPERATIONS = {path: item["get"] for path, item in DOCUMENT["paths"].items() if "get" in item}
EVERY = OPERATIONS | ACTIONS
WITH_TOKEN = [path for path, operation in OPERATIONS.items() if operation["security"]]
OPEN = [path for path in OPERATIONS if path not in WITH_TOKEN]
#: What the listings list.
ITEMS = {
    PROJECTS: "ProductionProject",
    ACCOUNTS: "Account",
    CONTRACTS: "ServiceContract",
    POINTS: "ServicePoint",
    METERS: "MeterDevice",
    SEGMENTS: "UsageSegment",
    AGGREGATIONS: "Aggregation",
    EACS: "EnergyAttributeCertificate",
}
ENDLESS = "text/event-stream"
#: Either of the two; the examples give the first.
EITHER = ("meter_number", "cds_productionproject_id")


@pytest.fixture(scope="module")
async def seeded(seeded_database_url: str) -> AsyncIterator[Application]:
    """The application over the plant that the examples are about."""
    async with Application(settings_for(seeded_database_url)) as api:
        await api.wait_until_ready()
        yield api


def requests_of(path: str) -> list[tuple[str, dict[str, str]]]:
    """Return the documented requests: the required parameters, then each other besides."""
    parameters = OPERATIONS[path].get("parameters", [])
    for each in parameters:
        if each["in"] == "path":
            (example,) = each["examples"].values()
            path = path.replace(f"{{{each['name']}}}", example["value"])
    query = {each["name"]: written(each["example"]) for each in parameters if each["in"] == "query"}
    needed = {each["name"] for each in parameters if each["required"]}
    base = {name: text for name, text in query.items() if name in needed}
    if set(EITHER) <= query.keys():
        base |= {EITHER[0]: query[EITHER[0]]}
    more = [{name: text} for name, text in query.items() if name not in base]
    return [(path, base), *((path, with_one(base, one)) for one in more)]


def with_one(base: dict[str, str], one: dict[str, str]) -> dict[str, str]:
    if EITHER[1] in one:
        base = {name: text for name, text in base.items() if name != EITHER[0]}
    return base | one


@pytest.mark.parametrize("path", OPERATIONS)
async def test_every_documented_example_is_answered_as_documented(
    seeded: Application, path: str
) -> None:
    answers = OPERATIONS[path]["responses"]
    ask = seeded.head if ENDLESS in answers.get("200", {}).get("content", {}) else seeded.get
    for asked, parameters in requests_of(path):
        answer = await ask(asked, **parameters)
        assert str(answer.status_code) in answers, (parameters, answer.text)
        documented = answers[str(answer.status_code)]
        if "200" in answers:
            assert answer.status_code == 200, (parameters, answer.text)
        kind = answer.headers["content-type"].split(";")[0]
        schema = documented["content"][kind]["schema"]
        if kind.endswith("json"):
            assert_documented(schema, answer.json())
        for name, header in documented.get("headers", {}).items():
            assert name in answer.headers or not header["required"], name


@pytest.mark.parametrize("path", EVERY)
def test_every_documented_answer_is_of_its_schema(path: str) -> None:
    for answer in EVERY[path]["responses"].values():
        for kind, content in answer.get("content", {}).items():
            if kind == "application/json":
                assert_documented(content["schema"], content["example"])


def test_every_answer_and_request_is_a_component_with_a_name() -> None:
    for operation in EVERY.values():
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (each.get("content", {}) for each in bodies):
            for kind in (kind for kind in content if kind.endswith("json")):
                assert component(content[kind]["schema"]) in SCHEMAS


def test_every_reference_leads_to_a_component_and_every_component_is_used() -> None:
    found = {component({"$ref": each}) for each in references(DOCUMENT)}
    assert found == SCHEMAS.keys()


@pytest.mark.parametrize("path", ITEMS)
def test_a_listing_names_what_it_lists(path: str) -> None:
    content = OPERATIONS[path]["responses"]["200"]["content"]["application/json"]
    page = SCHEMAS[component(content["schema"])]
    (listed,) = (each for each in page["properties"].values() if each.get("type") == "array")
    assert component(listed["items"]) == ITEMS[path]


def test_a_value_cell_names_its_members() -> None:
    cell, null = SCHEMAS["UsageSegment"]["properties"]["values"]["items"]["items"]["anyOf"]
    assert null == {"type": "null"}
    properties = SCHEMAS[component(cell)]["properties"]
    types = {name: each["type"] for name, each in properties.items()}
    numbers = dict.fromkeys(("eu", "ed", "cu", "f", "sm", "ci"), "number")
    assert types == numbers | {"r": "string", "eacs": "array"}


def test_two_schemas_of_one_name_are_refused() -> None:
    app = FastAPI()
    router = APIRouter()
    for path, kind in (("/a", "string"), ("/b", "integer")):
        body = {"title": "Same", "type": "object", "properties": {"member": {"type": kind}}}
        body["example"] = {}
        router.add_api_route(path, lambda: None, methods=["GET"], **public("One", "One.", body))
    app.include_router(router)
    complete_openapi(app, [router], [])
    with pytest.raises(ValueError, match="two different schemas are called Same"):
        app.openapi()


def test_the_document_says_where_the_server_is_and_who_runs_it() -> None:
    told = build_app(load(api_url="https://grid.example/feed", api_name="SERF")).openapi()
    assert [each["url"] for each in told["servers"]] == ["https://grid.example/feed"]
    assert told["info"]["contact"]["name"] == "SERF"
    assert [each["url"] for each in DOCUMENT["servers"]] == ["/"]
    assert DOCUMENT["info"]["license"]["name"] == "Apache-2.0"


def test_the_tags_of_operations_are_declared_and_explained() -> None:
    declared = {each["name"]: each["description"] for each in DOCUMENT["tags"]}
    assert declared.keys() == {tag for operation in EVERY.values() for tag in operation["tags"]}
    assert all(declared.values())


def test_every_route_is_documented() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    found = {
        route.path_format if method == "GET" else f"{method} {route.path_format}"
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert found == set(EVERY)
    names = [operation["operationId"] for operation in EVERY.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", EVERY)
def test_every_status_and_parameter_says_what_it_means(path: str) -> None:
    operation = EVERY[path]
    assert operation["summary"]
    assert {"414", "500"} <= operation["responses"].keys()
    for status, answer in operation["responses"].items():
        assert answer["description"]
        assert ("application/problem+json" in answer.get("content", {})) == (
            (int(status) >= 400 and path != "/readyz") or status in {"414", "500"}
        )
    for parameter in operation.get("parameters", []):
        assert parameter["description"]
        assert_documented(parameter["schema"], example_of(parameter))


def example_of(parameter: dict[str, Any]) -> object:
    """Return the example of a parameter; FastAPI writes that of a path in a list."""
    several = parameter.get("examples", {}).values()
    return [*(each["value"] for each in several), parameter.get("example")][0]


@pytest.mark.parametrize("path", ACTIONS)
def test_the_example_of_a_request_is_of_its_schema(path: str) -> None:
    content = ACTIONS[path].get("requestBody", {}).get("content", {})
    for body in content.values():
        assert_documented(body["schema"], body["example"])


@pytest.mark.parametrize("path", WITH_TOKEN)
async def test_what_needs_a_token_says_what_happens_without(seeded: Application, path: str) -> None:
    asked, parameters = requests_of(path)[0]
    answer = await seeded.get(asked, token=None, **parameters)
    assert answer.status_code == 401
    assert "401" in OPERATIONS[path]["responses"]


@pytest.mark.parametrize("path", OPEN)
async def test_what_needs_no_token_says_so_and_answers_without(
    seeded: Application, path: str
) -> None:
    assert OPERATIONS[path]["security"] == []
    assert (await seeded.get(path, token=None)).status_code == 200


def test_links_name_operations_and_parameters_that_there_are() -> None:
    by_name = {operation["operationId"]: operation for operation in OPERATIONS.values()}
    links = [
        link
        for operation in OPERATIONS.values()
        for link in operation["responses"].get("200", {}).get("links", {}).values()
    ]
    assert links
    for link in links:
        known = {each["name"] for each in by_name[link["operationId"]]["parameters"]}
        assert link["parameters"].keys() <= known


def test_the_limits_are_those_that_are_enforced() -> None:
    expected = [[limit.what, limit.most, limit.beyond] for limit in LIMITS]
    assert table(DOCS / "api.md", "limit of") == expected
    assert [list(row.values()) for row in DOCUMENT["x-gridfeed-limits"]] == expected
