"""What the synthetic fleet sends is a function of time: no instant twice, none left out."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cli.demo.plant import Plant
from cli.demo.recordings import examples, read_recording
from gridfeed.domain.published.recording import Recording
from gridfeed.domain.settlement.messages import Forecast
from gridfeed.domain.words import Channel, Product, ReadQuality

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 9, 17, 3, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def minutes() -> Recording:
    return read_recording(examples() / "data" / "serf_east_1min_ac_power.csv")


@pytest.fixture(scope="module")
def quarters() -> Recording:
    return read_recording(examples() / "data" / "serf_east_15min_ac_power.csv")


@pytest.fixture
def plant(minutes: Recording, quarters: Recording) -> Plant:
    return plant_of(minutes, quarters)


def plant_of(
    minutes: Recording, quarters: Recording, *, capacity_kw: int = 6, lag: int = 0
) -> Plant:
    zone = ZoneInfo("America/Denver")
    recorded = {Channel.NET: minutes, Channel.GROSS: minutes.not_below_zero()}
    return Plant("m", zone, Decimal(capacity_kw), lag * MINUTE, recorded, quarters)


def test_the_recordings_are_read_whole_and_exact(minutes: Recording, quarters: Recording):
    assert (len(minutes.kilowatts), len(quarters.kilowatts)) == (2607, 10_000)
    assert minutes.start == datetime(2022, 3, 18, 11, 33, tzinfo=UTC)  # 04:33-07:00
    assert minutes.kilowatts[0] == Decimal("-0.0027098")  # -2.7098 W
    assert quarters.end == datetime(2016, 10, 13, 11, 0, tzinfo=UTC)  # 03:45-07:00 and a quarter


def test_a_plant_of_the_recorded_size_sends_the_recorded_values(plant: Plant, minutes: Recording):
    first_day = minutes.start + 1440 * MINUTE
    sent = list(plant.samples(minutes.start - MINUTE, first_day, MINUTE))
    net = [power for _at, channel, power in sent if channel is Channel.NET]
    gross = [power for _at, channel, power in sent if channel is Channel.GROSS]
    assert net == list(minutes.kilowatts[:1441])
    assert gross == [max(power, Decimal(0)) for power in net]


def test_a_larger_plant_sends_the_same_scaled_and_later(
    plant: Plant, minutes: Recording, quarters: Recording
):
    larger = plant_of(minutes, quarters, capacity_kw=600, lag=7)
    [(at, channel, power), _gross] = plant.samples(NOW - MINUTE, NOW, MINUTE)
    [later, _gross] = larger.samples(NOW + 6 * MINUTE, NOW + 7 * MINUTE, MINUTE)
    assert later == (at + 7 * MINUTE, channel, 100 * power)


def test_cutting_time_into_pieces_changes_nothing(plant: Plant):
    since = NOW - 3 * DAY
    cuts = [since, since + 1.37 * DAY, since + 1.38 * DAY, NOW]
    pieces = list(itertools.pairwise(cuts))
    for part in (plant.reads, plant.forecasts):
        whole = list(part(since, NOW))
        cut = [item for a, b in pieces for item in part(a, b)]
        assert sorted(map(repr, cut)) == sorted(map(repr, whole))
    whole = list(plant.samples(since, NOW, MINUTE))
    assert whole == [item for a, b in pieces for item in plant.samples(a, b, MINUTE)]
    assert len(whole) == 3 * 1440 * 2


def test_a_read_is_power_times_a_quarter_of_an_hour_exactly(plant: Plant, quarters: Recording):
    start = quarters.start + 48 * timedelta(minutes=15)  # noon of the first day, local
    [read] = (
        r
        for r in plant.reads(start, start + 6.25 * timedelta(hours=1))
        if r.interval_start == start
    )
    assert quarters.kilowatts[48] == Decimal("3.4043")
    assert read.energy_microkwh == 851_075  # 3.4043 kW x 0.25 h
    assert (read.settlement_version, read.quality) == (0, ReadQuality.REVENUE)
    assert read.read_at == start + timedelta(hours=6, minutes=15)


def test_one_read_an_hour_is_corrected_two_days_later(plant: Plant):
    reads = list(plant.reads(NOW - DAY, NOW))
    corrected = [read for read in reads if read.settlement_version == 1]
    assert (len(reads) - len(corrected), len(corrected)) == (96, 24)
    assert {read.quality for read in corrected} == {ReadQuality.CORRECTED}


def test_reads_are_never_read_before_their_interval_is_over_nor_in_the_future(plant: Plant):
    for read in plant.reads(NOW - 4 * DAY, NOW):
        assert read.interval_start + timedelta(minutes=15) < read.read_at <= NOW


def test_forecasts_are_issued_before_their_gate(plant: Plant):
    for forecast in plant.forecasts(NOW - 4 * DAY, NOW):
        assert forecast.issued_at < forecast.start
        assert forecast.issued_at <= NOW


@pytest.mark.parametrize(
    ("day", "quarter_hours"),
    [(date(2026, 3, 8), 92), (date(2026, 3, 9), 96), (date(2026, 11, 1), 100)],
)
def test_day_ahead_covers_one_local_day(plant: Plant, day: date, quarter_hours: int):
    forecast = day_ahead_of(plant, day)
    local = forecast.start.astimezone(plant.timezone)
    assert (local.date(), local.hour, local.minute) == (day, 0, 0)
    assert len(forecast.power_kw) == quarter_hours


def day_ahead_of(plant: Plant, day: date) -> Forecast:
    """Return the day-ahead forecast for one local day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=plant.timezone).astimezone(UTC)
    [forecast] = (o for o in plant.forecasts(noon - DAY, noon) if o.product is Product.DAY_AHEAD)
    return forecast


def test_an_hour_ahead_forecast_is_issued_every_hour(plant: Plant):
    issued = [o for o in plant.forecasts(NOW - DAY, NOW) if o.product is Product.HOUR_AHEAD]
    assert len(issued) == 24
    assert {len(o.power_kw) for o in issued} == {4}
    assert {o.issued_at.minute for o in issued} == {45}


def test_the_register_counts_what_is_settled_in_the_end(plant: Plant):
    first, last = plant.dials().reads(NOW - 5 * DAY, NOW - 3 * DAY)
    assert (first.read_at, last.read_at) == (
        datetime(2026, 3, 5, 7, tzinfo=UTC), datetime(2026, 3, 6, 7, tzinfo=UTC))  # fmt: skip
    settled = {}
    for read in plant.reads(first.read_at, last.read_at + 3 * DAY):
        settled[read.interval_start] = read.energy_microkwh  # a correction comes later
    counted = sum(settled[first.read_at + place * 15 * MINUTE] for place in range(96))
    assert abs((Decimal(last.value) - Decimal(first.value)) * 10**6 - counted) < 1000


def test_the_dials_never_go_back_and_repeat_themselves(plant: Plant):
    reads = list(plant.dials().reads(NOW - 250 * DAY, NOW))
    assert len(reads) == 250
    values = [Decimal(read.value) for read in reads]
    assert all(former < later for former, later in itertools.pairwise(values))
    assert list(plant.dials().reads(NOW - 2 * DAY, NOW)) == reads[-2:]
    assert {read.read_at.astimezone(plant.timezone).hour for read in reads} == {0}
