"""A range that is read window by window has the same answer as one that is read at once."""

from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from api.comparisons import aligned
from api.comparisons.parameters import MOST_SUMMED
from api.comparisons.series import query
from api.web.services import provided
from api.web.transport import streamed
from api.web.transport.streamed import Slots
from gridfeed.settings import Settings
from tests.api.application import Application
from tests.api.builders import Store, utc

RECONCILIATION, ACCURACY = "/v1/reconciliation", "/v1/forecast-accuracy"
SERIES = "/v1/series"
START, DAYS = utc("2026-03-26 00:00"), 8
HOUR = timedelta(hours=1)
RANGE = {"start": "2026-03-26T00:00:00Z", "end": "2026-04-02T22:00:00Z"}
#: Eight days of two meters are several windows of this many.
FEW = 50


@pytest.fixture(scope="module")
async def plant(module_store: Store, module_api: Application) -> Application:
    """Two meters, one of which moves in; holes, corrections, a change of the clock."""
    store, draw = module_store, Random(7)
    await store.project(interval_seconds=3600, timezone="Europe/Amsterdam")
    for number in ("m", "n"):
        await store.meter(number)
        for hour in range(DAYS * 24):
            await _hour(store, number, hour, draw)
    await store.execute(
        "UPDATE membership SET starts_at = '2026-03-28 05:00Z' WHERE meter_id ="
        " (SELECT meter_id FROM meter WHERE meter_number = 'n')"
    )
    await store.client()
    return module_api
    return store


async def _hour(store: Store, number: str, hour: int, draw: Random) -> None:
    start, row = START + hour * HOUR, {"meter": number, "interval_seconds": 3600}
    for production_format, channel in (
        ("scada", "GROSS"), ("settlement", "NET"), ("forecast_day_ahead", "GROSS"),
    ):  # fmt: skip
        if draw.random() < 0.05:
            continue
        columns: dict[str, Any] = {"production_format": production_format, "channel": channel}
        if production_format == "settlement":
            columns |= {"settlement_version": draw.randrange(3), "quality": "revenue"}
        if production_format == "forecast_day_ahead":
            columns["issued_at"] = start - timedelta(hours=draw.randrange(12, 36))
        energy = None if draw.random() < 0.02 else round(draw.uniform(0, 100), 3)
        await store.value(start, energy, **row, **columns)


@pytest.mark.parametrize(
    "question",
    [
        (RECONCILIATION, {"by": "interval"}),
        (RECONCILIATION, {"by": "day", "reading_validity": "total_gross"}),
        (RECONCILIATION, {"by": "month", "interval": "3600"}),
        (RECONCILIATION, {"by": "day", "settlement": "initial"}),
        (ACCURACY, {"production_format": "forecast_day_ahead", "truth": "scada", "by": "day"}),
        (ACCURACY, {"production_format": "forecast_day_ahead", "by": "hour_of_day"}),
        (ACCURACY, {"production_format": "forecast_day_ahead", "vintage": "newest"}),
    ],
)
@pytest.mark.parametrize(
    "scope", [{"cds_productionproject_id": "p"}, {"meter_number": "n"}], ids=["project", "meter"]
)
async def test_the_answer_is_that_of_reading_at_once(
    plant: Application,
    monkeypatch: pytest.MonkeyPatch,
    question: tuple[str, dict[str, str]],
    scope: dict[str, str],
) -> None:
    path, parameters = question
    asked = RANGE | parameters | scope
    at_once = await plant.get(path, **asked)
    assert at_once.status_code == 200, at_once.text
    windows: list[int] = []
    summed = aligned.sums
    monkeypatch.setattr(aligned, "AT_ONCE", FEW)
    monkeypatch.setattr(
        aligned, "sums", lambda *given: windows.append(len(given[2])) or summed(*given)
    )
    # Not one that the server remembers.
    later = await plant.get(path, **asked | {"end": "2026-04-02T22:00:00.000Z"})
    assert len(windows) > 4
    assert later.json() == at_once.json()


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"interval": "3600", "include": "counts"},
        {"interval": "day", "settlement": "latest initial", "vintage": "gate newest"},
        {"interval": "month", "production_formats": "scada settlement", "include": "counts"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "scope", [{"cds_productionproject_id": "p"}, {"meter_number": "n"}], ids=["project", "meter"]
)
async def test_a_table_is_that_of_reading_at_once(
    plant: Application,
    monkeypatch: pytest.MonkeyPatch,
    parameters: dict[str, str],
    scope: dict[str, str],
) -> None:
    asked = RANGE | parameters | scope
    at_once = await plant.get(SERIES, **asked)
    assert at_once.status_code == 200, at_once.text
    parts: list[int] = []
    part = query.part
    monkeypatch.setattr(aligned, "AT_ONCE", FEW)
    monkeypatch.setattr(query, "part", lambda *given: parts.append(len(given[2])) or part(*given))
    # Not one that the server remembers.
    later = await plant.get(SERIES, **asked | {"end": "2026-04-02T22:00:00.000Z"})
    assert len(parts) > 4
    assert later.json() == at_once.json()


async def test_a_meter_without_values_in_a_window_is_missing_only_if_it_has_none_in_any(
    store: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.project(interval_seconds=3600)
    for number in ("early", "late", "none"):
        await store.meter(number)
    await store.value("2026-03-26 01:00", 5, meter="early", interval_seconds=3600)
    await store.value("2026-04-02 01:00", 7, meter="late", interval_seconds=3600)
    await store.client()
    monkeypatch.setattr(aligned, "AT_ONCE", FEW)
    asked = RANGE | {"cds_productionproject_id": "p", "interval": "3600"}
    (column,) = (await api.get(SERIES, **asked)).json()["columns"]
    assert column["missing_meters"] == ["none"]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        (RECONCILIATION, {}),
        (SERIES, {}),
        (ACCURACY, {"production_format": "forecast_day_ahead"}),
        ("/v1/completeness", {}),
    ],
)
async def test_a_long_range_waits_for_its_turn_as_tables_do(
    plant: Application, monkeypatch: pytest.MonkeyPatch, path: str, parameters: dict[str, str]
) -> None:
    monkeypatch.setattr(aligned, "AT_ONCE", FEW)
    monkeypatch.setattr(streamed, "SLOT_SECONDS", 0.2)
    asked = RANGE | parameters | {"cds_productionproject_id": "p"}
    short = asked | {"end": "2026-03-26T01:00:00Z"}
    slots, places = provided(plant.app, Slots), provided(plant.app, Settings).database_pool // 2
    async with AsyncExitStack() as taken:
        for client in range(places):
            await taken.enter_async_context(slots.making(1000 + client))
        assert (await plant.get(path, **asked)).status_code == 503
        assert (await plant.get(path, **short)).status_code == 200
    assert (await plant.get(path, **asked)).status_code == 200


async def test_more_than_a_year_of_twenty_meters_is_refused_with_what_may_be_asked(
    store: Store, api: Application
) -> None:
    await store.project(interval_seconds=60)
    for number in range(20):
        await store.meter(f"m{number}")
    await store.client()
    year = {"start": "2025-01-01T00:00:00Z", "end": "2025-03-01T00:00:00Z"}
    found = {"cds_productionproject_id": "p", "interval": "3600"} | year
    assert (await api.get(RECONCILIATION, **found)).status_code == 200
    answer = await api.get(RECONCILIATION, **found | {"end": "2025-12-01T00:00:00Z"})
    assert answer.status_code == 400
    assert f"at most {MOST_SUMMED} are" in answer.json()["detail"]
