"""A partition of `forecasts`: keeps every vintage, publishes the newest one before the gate."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from gridfeed.domain.settlement.forecast import to_microkw
from gridfeed.domain.settlement.gate import in_time
from gridfeed.domain.settlement.messages import Forecast
from gridfeed.domain.words import FORECAST_FORMAT, Channel
from gridfeed.storage.connect import Connection
from gridfeed.storage.forecasts import VintageKey, VintageRow, current_forecasts, insert_forecasts
from gridfeed.storage.taken import SpansToLookAt, Taken
from gridfeed.storage.values import publish_values
from stream.fetched import Records
from stream.letters import Rejection
from stream.meters import Accepted
from stream.settled import SettledPartition

#: Rows in one statement; building them takes about 20 ms.
MOST_ROWS = 2_000


class ForecastsPartition(SettledPartition[Forecast]):
    """Writes each batch together with its offset in one transaction."""

    async def decode(self, records: Records) -> tuple[list[Accepted[Forecast]], list[Rejection]]:
        """Decode and validate."""
        return await self.tools.meters.forecasts(records, self.tenant)

    def spans(self, accepted: Sequence[Accepted[Forecast]]) -> SpansToLookAt:
        """Return the spans that the forecasts cover."""
        return SpansToLookAt.of(
            (
                each.meter.meter_id,
                FORECAST_FORMAT[each.message.product],
                Channel.GROSS,
                each.message.start,
                _end(each.message),
            )
            for each in accepted
        )

    def overlapping(self, each: Accepted[Forecast], taken: Taken) -> str | None:
        """Return what a forecast overlaps; if it overlaps nothing, claim its intervals."""
        forecast = each.message
        series = taken.of(each.meter.meter_id, FORECAST_FORMAT[forecast.product], Channel.GROSS)
        clash = series.claim(_starts(forecast), forecast.interval_seconds)
        if clash is None:
            return None
        return (
            f"{forecast.interval_seconds} s from {clash:%Y-%m-%dT%H:%M:%SZ} overlaps a"
            " published interval of another length; send one length per meter and product"
        )

    async def write(
        self, connection: Connection, accepted: Sequence[Accepted[Forecast]], recorded_at: datetime
    ) -> int:
        """Keep all vintages and publish those that count now."""
        assert self.source is not None
        rows = (row for each in accepted for row in _rows(each))
        keys: set[VintageKey] = set()
        while part := list(islice(rows, MOST_ROWS)):
            await insert_forecasts(connection, self.source.source_id, part, recorded_at)
            keys.update(row.key for row in part)
        # Only after all inserts: of two vintages in one transaction, the older was never published.
        ordered, changes = iter(sorted(keys)), 0
        while some := list(islice(ordered, MOST_ROWS)):
            values = await current_forecasts(connection, some)
            changes += await publish_values(connection, values, recorded_at, self.appended_at)
        return changes


def _end(forecast: Forecast) -> datetime:
    return forecast.start + timedelta(seconds=forecast.interval_seconds * len(forecast.power_kw))


def _starts(forecast: Forecast) -> list[datetime]:
    length = timedelta(seconds=forecast.interval_seconds)
    return [forecast.start + position * length for position in range(len(forecast.power_kw))]


def _rows(each: Accepted[Forecast]) -> Iterator[VintageRow]:
    forecast = each.message
    nothing = (None,) * len(forecast.power_kw)
    columns = zip(
        _starts(forecast),
        forecast.power_kw,
        forecast.p10_kw or nothing,
        forecast.p90_kw or nothing,
        strict=True,
    )
    for start, power, p10, p90 in columns:
        yield VintageRow(
            meter_id=each.meter.meter_id,
            production_format=FORECAST_FORMAT[forecast.product],
            interval_start=start,
            interval_seconds=forecast.interval_seconds,
            issued_at=forecast.issued_at,
            in_time=in_time(forecast.product, forecast.issued_at, start, each.meter.project),
            power_microkw=to_microkw(power),
            p10_microkw=None if p10 is None else to_microkw(p10),
            p90_microkw=None if p90 is None else to_microkw(p90),
            model=forecast.model,
            kafka_offset=each.record.offset,
        )
