"""What bad input gets, on every path there is: a problem document that helps, and nothing else."""

import http.client
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.server import build_app
from api.web.transport.front import MAX_URL_BYTES
from tests.api.application import METERS, SEGMENTS, TELEMETRY, Application, settings_for
from tests.api.builders import Store
from tests.api.discovery.documented import DOCUMENT, written
from tests.api.seeded import METER, PROJECT, SEGMENT, WEBHOOK
from tests.api.served import served

OPERATIONS = {
    path: item["get"]
    for path, item in DOCUMENT["paths"].items()
    if {"200", "400"} <= item.get("get", {"responses": {}})["responses"].keys()
}
LINEAGE = "/cds/v1/usage-segments/{cds_usagesegment_id}/lineage"


def parameters_of(path: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in OPERATIONS[path]["parameters"] if each["in"] == "query"}


RANGED = [path for path in OPERATIONS if "start" in parameters_of(path) and "/cds/" not in path]


def needed(path: str) -> dict[str, str]:
    """Return the examples of the parameters without which a path is not answered."""
    every = parameters_of(path)
    names = [name for name, each in every.items() if each["required"] or name == "meter_number"]
    return {name: written(every[name]["example"]) for name in names if path.startswith("/v1/")}


def url(path: str) -> str:
    return path.replace("{cds_usagesegment_id}", SEGMENT).replace("{webhook_id}", WEBHOOK)


def of_kind(**wanted: object) -> list[tuple[str, str]]:
    """Return path and name of every parameter whose schema says so."""
    return [
        (path, name)
        for path in OPERATIONS
        for name, each in parameters_of(path).items()
        if wanted.items() <= each["schema"].items()
    ]


@pytest.fixture(scope="module")
async def api(seeded_database_url: str) -> AsyncIterator[Application]:
    async with Application(settings_for(seeded_database_url)) as application:
        await application.wait_until_ready()
        yield application


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


@pytest.mark.parametrize(("path", "name"), of_kind(format="date-time"))
@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-03-01", "2026-03-01T00:00:00", "2026-02-30T00:00:00Z", "1772323200"],
)
async def test_a_bad_date_time_is_named_and_the_example_is_answered(
    api: Application, path: str, name: str, text: str
) -> None:
    refused = problem(await api.get(url(path), **(needed(path) | {name: text})), 400)
    assert refused["parameter"] == name
    assert text in refused["detail"]
    again = await api.get(url(path), **(needed(path) | {name: refused["example"]}))
    assert again.status_code == 200, again.text


@pytest.mark.parametrize("path", RANGED)
@pytest.mark.parametrize("end", ["2026-03-01T07:00:00Z", "2026-02-28T07:00:00Z"])
async def test_a_range_that_is_empty_or_reversed_is_refused(
    api: Application, path: str, end: str
) -> None:
    bounds = {"start": "2026-03-01T07:00:00Z", "end": end}
    assert problem(await api.get(path, **(needed(path) | bounds)), 400)["parameter"] == "end"


@pytest.mark.parametrize("path", RANGED)
async def test_a_range_that_is_too_long_is_refused_before_anything_is_read(
    api: Application, path: str
) -> None:
    bounds = {"start": "1950-01-01T07:00:00Z", "end": "2250-01-01T07:00:00Z"}
    assert problem(await api.get(path, **(needed(path) | bounds)), 400)["parameter"] == "end"


@pytest.mark.parametrize("path", [path for path in OPERATIONS if "cursor" in parameters_of(path)])
@pytest.mark.parametrize("text", ["nonsense", "bm9uZQ", "W10", "e30", "%00", "ü" * 9])
async def test_a_malformed_cursor_is_refused(api: Application, path: str, text: str) -> None:
    assert problem(await api.get(path, cursor=text), 400)["parameter"] == "cursor"


@pytest.mark.parametrize("path", [path for path in OPERATIONS if path.startswith("/v1/")])
async def test_an_unknown_parameter_is_refused_by_name(api: Application, path: str) -> None:
    refused = problem(await api.get(url(path), **(needed(path) | {"meter_nubmer": "x"})), 400)
    assert refused["parameter"] == "meter_nubmer"
    assert all(name in refused["detail"] for name in parameters_of(path))


@pytest.mark.parametrize("path", [path for path in OPERATIONS if path.startswith("/cds/")])
async def test_listings_of_the_specification_ignore_what_they_do_not_know(
    api: Application, path: str
) -> None:
    assert (await api.get(url(path), page_size="7")).status_code == 200


@pytest.mark.parametrize("path", RANGED)
@pytest.mark.parametrize("scope", ["meter_number", "cds_productionproject_id"])
async def test_what_others_may_see_is_answered_as_what_is_not_there(
    store: Store, database_url: str, path: str, scope: str
) -> None:
    """Word by word the same, but for the name that was asked for."""
    if scope not in parameters_of(path):
        return
    await store.project("theirs")
    await store.meter("theirs", "theirs")
    await store.values("2026-03-01", range(12), meter="theirs")
    await store.client("mine", projects=["mine"])
    range_ = {name: text for name, text in needed(path).items() if name != "meter_number"}
    async with Application(settings_for(database_url)) as api:
        await api.wait_until_ready()
        answers = [
            await api.get(path, "mine", **range_, **{scope: name}) for name in ("theirs", "nobodys")
        ]
    theirs, nobodys = (problem(answer, 404) for answer in answers)
    assert theirs == {**nobodys, "detail": nobodys["detail"].replace("nobodys", "theirs")}
    assert answers[0].headers.keys() == answers[1].headers.keys()


@pytest.mark.parametrize(
    "segment", ["nobodys:scada:2026-03-01:300", f"{METER}:scada:1999-01-01:300", "nonsense", "a/b"]
)
async def test_a_segment_that_is_not_there_is_404(api: Application, segment: str) -> None:
    path = LINEAGE.replace("{cds_usagesegment_id}", segment)
    assert segment in problem(await api.get(path), 404)["detail"]


async def test_a_url_that_is_too_long_is_refused_before_it_is_read(api: Application) -> None:
    longest = f"{METERS}?x={'a' * (MAX_URL_BYTES - len(METERS) - 3)}"
    assert (await api.get(longest)).status_code == 200
    assert str(MAX_URL_BYTES) in problem(await api.get(longest + "a"), 414)["detail"]
    problem(await api.get(f"/{'a' * MAX_URL_BYTES}"), 414)


def test_the_server_itself_lets_such_a_url_through_to_the_document(
    seeded_database_url: str,
) -> None:
    settings = settings_for(seeded_database_url)
    with served(build_app(settings), settings) as base:
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=10)
        connection.request("GET", f"{METERS}?x={'a' * 3 * MAX_URL_BYTES}")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("content-type")) == (
            414, "application/problem+json",
        )  # fmt: skip
        connection.close()


@pytest.mark.parametrize("path", [*OPERATIONS, "/healthz", "/metrics", "/docs", "/openapi.json"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_another_method_is_refused_with_those_that_are_answered(
    api: Application, path: str, method: str
) -> None:
    answered = {known.upper() for known in DOCUMENT["paths"].get(path, {"get": {}})}
    if method in answered:
        return
    answer = await api.raw(method, url(path), authorization="Bearer all")
    problem(answer, 405)
    assert answer.headers["allow"] == ", ".join(sorted(answered | {"HEAD"}))


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "multipart/form-data; boundary="])
async def test_no_path_takes_a_body_whatever_its_type(api: Application, kind: str) -> None:
    """POST is refused for the method, and the body of a GET has no meaning (RFC 9110 9.3.1)."""
    problem(
        await api.raw("POST", METERS, authorization="Bearer all", **{"content-type": kind}), 405
    )
    answer = await api.raw("GET", METERS, authorization="Bearer all", **{"content-type": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/cds/v1", "/cds/v1/", f"{METERS}/", "/v2/x", "/%00", "/ü"])
async def test_an_unknown_path_is_404(api: Application, path: str) -> None:
    assert "/docs" in problem(await api.get(path), 404)["detail"]


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic YWxsOg==", "Bearer wrong", "Bearer \xff"]
)
async def test_without_a_token_that_is_known_nothing_is_answered(
    api: Application, authorization: str
) -> None:
    answer = await api.raw("GET", METERS, authorization=authorization.encode("latin-1"))  # type: ignore[arg-type]
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_lists_are_counted_over_all_their_spellings(api: Application) -> None:
    words = " ".join(f"m{n}" for n in range(501))
    both = f"{SEGMENTS}?meter_numbers={words}&meter_numbers={words.replace('m', 'n')}"
    assert problem(await api.get(both), 400)["parameter"] == "meter_numbers"


async def test_a_project_and_a_meter_together_are_refused(api: Application) -> None:
    both = {"meter_number": METER, "cds_productionproject_id": PROJECT}
    refused = problem(await api.get("/v1/series", **(needed("/v1/series") | both)), 400)
    assert "both are given" in refused["detail"]


async def test_a_required_parameter_that_is_missing_is_named(api: Application) -> None:
    refused = problem(await api.get(TELEMETRY, start="2026-03-01T07:00:00Z"), 400)
    assert (refused["parameter"], refused["example"]) == ("meter_number", METER)
