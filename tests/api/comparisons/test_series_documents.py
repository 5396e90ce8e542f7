"""The documents of series and completeness say what is answered, and their examples parse."""

import pytest

from tests.api.application import Application
from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import COMPLETENESS, HOUR, SERIES
from tests.api.discovery.documented import assert_documented, written

QUARTER = {"interval_seconds": 900}


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project("serf-east", interval_seconds=900, timezone="America/Denver")
    await store.run(0, "INITIAL", "serf-east")
    await store.meter("serf-east-1", "serf-east")
    await store.client()
    await store.values("2026-03-01", [1, 2, 3, 4], meter="serf-east-1", **QUARTER)
    await store.values("2026-03-01", [1, 2], meter="serf-east-1", production_format="settlement",
                       quality="revenue", **QUARTER)  # fmt: skip
    await store.values("2026-03-01", [1, 2], meter="serf-east-1", issued_at=utc("2026-02-28"),
                       production_format="forecast_day_ahead", **QUARTER)  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("path", "more"), [(SERIES, {"include": "counts"}), (COMPLETENESS, {"by": "day"})]
)
async def test_the_documented_members_are_those_that_are_answered(
    plant: Store, api: Application, path: str, more: dict[str, str]
) -> None:
    documented = (await api.get("/openapi.json")).json()["paths"][path]["get"]
    body = documented["responses"]["200"]["content"]["application/json"]
    for scope in ({"meter_number": "serf-east-1"}, {"cds_productionproject_id": "serf-east"}):
        assert_documented(body["schema"], (await api.get(path, **HOUR, **scope, **more)).json())


@pytest.mark.parametrize("path", [SERIES, COMPLETENESS])
async def test_every_example_parses(plant: Store, api: Application, path: str) -> None:
    operation = (await api.get("/openapi.json")).json()["paths"][path]["get"]
    scopes = "meter_number", "cds_productionproject_id"
    queries = [each for each in operation["parameters"] if each["in"] == "query"]
    examples = {each["name"]: written(each["example"]) for each in queries}
    needed = {name: examples[name] for name in ("start", "end")}
    for name, example in examples.items():
        scope = {} if name in scopes else {scopes[0]: examples[scopes[0]]}
        answer = await api.get(path, **(needed | scope | {name: example}))
        assert answer.status_code == 200, answer.text
