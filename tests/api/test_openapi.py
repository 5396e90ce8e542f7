"""The OpenAPI document is true: its examples are asked and validated, its answers are complete."""

from collections.abc import AsyncIterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute

from api.routes.limits import LIMITS
from api.server import ROUTERS, build_app
from gridfeed.settings import load
from tests.api.application import Application, settings_for
from tests.documents import DOCS, table

DOCUMENT = build_app(load()).openapi()
#: What changes something is tried beside what it does: tests/api/webhooks.
ACTIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "get"
}
OPERATIONS = {path: item["get"] for path, item in DOCUMENT["paths"].items() if "get" in item}
EVERY = OPERATIONS | ACTIONS
WITH_TOKEN = [path for path, operation in OPERATIONS.items() if "security" in operation]
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
    query = {each["name"]: str(each["example"]) for each in parameters if each["in"] == "query"}
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
            validate(schema, answer.json())
        for name, header in documented.get("headers", {}).items():
            assert name in answer.headers or not header["required"], name


@pytest.mark.parametrize("path", EVERY)
def test_every_documented_answer_is_of_its_schema(path: str) -> None:
    for answer in EVERY[path]["responses"].values():
        for kind, content in answer.get("content", {}).items():
            if kind == "application/json":
                validate(content["schema"], content["example"])


def validate(schema: dict[str, Any], value: Any) -> None:
    whole = schema | {"components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(whole, validate_formats=True).validate(value)


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
        assert parameter["schema"]


@pytest.mark.parametrize("path", WITH_TOKEN)
async def test_what_needs_a_token_says_what_happens_without(seeded: Application, path: str) -> None:
    asked, parameters = requests_of(path)[0]
    answer = await seeded.get(asked, token=None, **parameters)
    assert answer.status_code == 401
    assert "401" in OPERATIONS[path]["responses"]


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
