"""A parameter that does not parse gets 400 with its name and an example that parses."""

import base64

import orjson
import pytest

from tests.api.application import (
    ACCOUNTS,
    CHANGES,
    METERS,
    PROJECTS,
    SEGMENTS,
    TELEMETRY,
    Application,
)
from tests.api.builders import Store
from tests.api.discovery.documented import written

LISTINGS = [PROJECTS, METERS, SEGMENTS]


def cursor_of(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


@pytest.fixture(scope="module")
async def ready(module_store: Store, module_api: Application) -> Application:
    """The application over a database with nothing but a client."""
    await module_store.client()
    return module_api


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        (SEGMENTS, "before", "yesterday"),
        (SEGMENTS, "after", "2026-03-01"),
        (SEGMENTS, "after", "2026-03-01T00:00:00"),  # no offset
        (SEGMENTS, "after", "2026-02-30T00:00:00Z"),
        (SEGMENTS, "after", "2026-03-01T25:00:00Z"),
        (SEGMENTS, "after", "0001-01-01T00:00:00+14:00"),  # before the calendar, in UTC
        (SEGMENTS, "after", "٢٠٢٦-03-01T00:00:00Z"),
        (SEGMENTS, "meter_numbers", " ".join(f"m{n}" for n in range(1001))),
        (SEGMENTS, "cds_usagesegment_ids", " ".join(f"m{n}" for n in range(1001))),
        (SEGMENTS, "meter_numbers", "m\0"),
        (SEGMENTS, "cursor", "nonsense"),
        (SEGMENTS, "cursor", "ü"),
        (SEGMENTS, "cursor", cursor_of()),
        (SEGMENTS, "cursor", cursor_of(0, 0, "", "", 0, 0)),
        (SEGMENTS, "cursor", cursor_of(0, 0, "", "", 0, "x", 0)),
        (SEGMENTS, "cursor", cursor_of(0, 0, "", "", 0, 0, 7)),
        (SEGMENTS, "cursor", cursor_of(0, 0, "", "\0", 0, 0, "x")),
        (SEGMENTS, "cursor", cursor_of(0, 0, "", "", 0, 2**63, "x")),
        (SEGMENTS, "cursor", cursor_of(0, 2**62, "", "", 0, 0, "x")),
        (PROJECTS, "cursor", cursor_of(0, 0, 0, 0, "x")),
        (PROJECTS, "before", "now"),
        (PROJECTS, "q", "\0"),
        (METERS, "cursor", cursor_of(0, 0, "x")),
        (CHANGES, "limit", "0"),
        (CHANGES, "limit", "1001"),
        (CHANGES, "limit", "-1"),
        (CHANGES, "limit", "1e2"),
        (CHANGES, "limit", "9" * 50),
        (CHANGES, "after", "0.5"),
        (CHANGES, "before", "0"),  # unknown here
        (TELEMETRY, "meter", "m"),  # unknown here
    ],
)
async def test_what_does_not_parse_is_named(
    ready: Application, path: str, parameter: str, value: str
) -> None:
    answer = await ready.get(path, **{parameter: value})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["parameter"] == parameter
    assert document["status"] == 400
    assert parameter in document["detail"]
    assert document["example"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (SEGMENTS, "production_formats"),
        (SEGMENTS, "reading_validities"),
        (PROJECTS, "available_formats"),
        (PROJECTS, "available_reading_validity"),
        (PROJECTS, "contract_types"),
    ],
)
async def test_a_word_that_no_object_has_matches_nothing(
    store: Store, api: Application, path: str, parameter: str
) -> None:
    await store.client()
    await store.project()
    await store.meter()
    await store.value("2026-03-01", 1)
    assert len(await api.items(path)) == 1
    assert await api.items(path, **{parameter: "guess"}) == []


async def test_beside_an_unknown_word_the_others_match(store: Store, api: Application) -> None:
    await store.client()
    await store.project()
    await store.meter()
    await store.value("2026-03-01", 1)
    assert len(await api.items(SEGMENTS, production_formats="guess scada")) == 1
    assert len(await api.items(PROJECTS, available_formats="guess scada")) == 1


SQL = ["m'OR'1'='1", "m';DROP/**/TABLE/**/meter;--", "$1", "m\\", '{"m"}', "%", "*"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (SEGMENTS, "meter_numbers"),
        (SEGMENTS, "cds_usagesegment_ids"),
        (SEGMENTS, "production_formats"),
        (PROJECTS, "cds_productionproject_ids"),
        (PROJECTS, "q"),
        (METERS, "meter_numbers"),
        (ACCOUNTS, "account_numbers"),
    ],
)
async def test_sql_in_a_parameter_is_text(
    ready: Application, module_store: Store, path: str, parameter: str
) -> None:
    await module_store.execute("TRUNCATE project CASCADE")
    await module_store.project()
    await module_store.meter()
    for text in SQL:
        assert await ready.items(path, **{parameter: text}) == [], text
    assert len(await ready.items(METERS)) == 1


@pytest.mark.parametrize("path", LISTINGS)
async def test_every_example_parses(ready: Application, path: str) -> None:
    operation = (await ready.get("/openapi.json")).json()["paths"][path]["get"]
    for parameter in operation["parameters"]:
        answer = await ready.get(path, **{parameter["name"]: written(parameter["example"])})
        assert answer.status_code == 200, answer.text


async def test_a_plus_that_was_not_encoded_is_explained(ready: Application) -> None:
    answer = await ready.get(f"{SEGMENTS}?after=2026-03-01T00:00:00+01:00")
    assert "%2B" in answer.json()["detail"]


async def test_a_reversed_range_is_refused(ready: Application) -> None:
    answer = await ready.get(SEGMENTS, before="2026-03-01T00:00:00Z", after="2026-03-02T00:00:00Z")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "before"


async def test_a_bound_that_is_given_twice_is_refused(ready: Application) -> None:
    bound = "before=2026-03-01T00:00:00Z"
    assert (await ready.get(f"{SEGMENTS}?{bound}&{bound}")).json()["detail"] == (
        "before: given 2 times; give it once"
    )


@pytest.mark.parametrize("path", LISTINGS)
async def test_cds_listings_ignore_unknown_parameters(ready: Application, path: str) -> None:
    assert (await ready.get(path, page_size=7)).status_code == 200


@pytest.mark.parametrize(
    "parameters",
    [
        {"before": "9999-12-31T23:59:59.999999Z", "after": "0001-01-01T00:00:00Z"},
        {"after": "9999-12-31T23:59:59.999999Z"},
        {"before": "0001-01-01T00:00:00Z"},
        {"cursor": cursor_of(0, 0, "", "", -(2**63), 0, "x")},
        {"cursor": cursor_of(1, 0, "", "", -(2**63), 0, "x")},
        {"cursor": cursor_of(1, 0, "", "", 2**63 - 1, 0, "x")},
        {"meter_numbers": " ".join(f"m{n}" for n in range(1000))},
        {"before": "2026-03-01t00:00:00.1234567z"},
        {"meter_numbers": "'; DROP TABLE meter; --"},
        {"cds_usagesegment_ids": "%"},
    ],
)
async def test_the_edges_of_what_parses_are_answered(
    ready: Application, parameters: dict[str, str]
) -> None:
    assert await ready.items(SEGMENTS, **parameters) == []


async def test_an_unknown_path_and_a_wrong_method_are_problem_documents(ready: Application) -> None:
    unknown, wrong = (
        await ready.raw("GET", "/cds/v2/meter-devices"),
        await ready.raw("POST", METERS),
    )
    assert (unknown.status_code, wrong.status_code) == (404, 405)
    assert wrong.headers["Allow"] == "GET, HEAD"
    for answer in (unknown, wrong):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "/docs" in answer.json()["detail"]
