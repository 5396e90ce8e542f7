"""Accept: the media type that the client likes best, or 406 with those that there are."""

import pytest

from api.web.negotiation import chosen
from tests.api.application import CHANGES, METERS, PROJECTS, SEGMENTS, TELEMETRY, Application
from tests.api.builders import Store

JSON, CSV = "application/json", "text/csv"
HOUR = "meter_number=m&start=2026-03-01T00:00:00Z&end=2026-03-01T01:00:00Z"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV; charset=utf-8", CSV),
        ("text/*", CSV),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/csv;q=0.9, application/json;q=0.8", CSV),
        ("text/csv, application/json", JSON),  # both alike: the path's own order
        ("application/json;q=0, */*", CSV),
        ("text/csv;q=0.001", CSV),
        ("application/xml", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;q=much", None),
        ("nonsense", None),
        (",,", JSON),  # no range at all
    ],
)
def test_the_best_of_two_offered_types(accept: str | None, expected: str | None) -> None:
    assert chosen(accept, [JSON, CSV]) == expected


@pytest.mark.parametrize(
    "path", [SEGMENTS, PROJECTS, METERS, CHANGES, f"{TELEMETRY}?{HOUR}", f"/v1/series?{HOUR}"]
)
async def test_what_is_not_offered_is_refused_with_what_is(
    store: Store, api: Application, path: str
) -> None:
    await store.client()
    answer = await api.raw("GET", path, authorization="Bearer all", accept="application/xml")
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["parameter"] == "Accept"
    assert document["example"] in document["detail"]
    again = await api.raw("GET", path, authorization="Bearer all", accept=document["example"])
    assert again.status_code != 406
