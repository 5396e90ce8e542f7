"""An aligned table as an answer or as CSV text; pure.

Generation is positive, numbers are exact.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Annotated

import numpy as np
from msgspec import UNSET, Meta, Raw, UnsetType

from api.comparisons.series.table import Column, Table
from api.web.amounts import DECIMALS, decimal_texts
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import Bool, Exact
from gridfeed.domain.published.validity import MEASURED

Cells = Sequence[str]
COUNTS = ("parts", "expected", "estimated")


#: JSON text. A row is its start and one value for each column.
Rows = Annotated[
    Raw,
    Meta(
        extra_json_schema={
            "type": "array",
            "items": {"type": "array", "items": {"type": ["string", "number", "null"]}},
        }
    ),
]


class SeriesColumn(Shape, kw_only=True):
    """A column of the table."""

    id: Annotated[str, means("name of the column, also in the first line of CSV")]
    production_format: Annotated[
        str, means("scada, settlement, forecast_day_ahead or forecast_hour_ahead")
    ]
    reading_validity: Annotated[str, means("total_gross, net_metering or contracted")]
    statistic: Annotated[
        str,
        means(
            "total (measured energy), mean, p10, p90 (forecast energy); with include=counts also"
            " parts, expected, estimated"
        ),
    ]
    settlement: Annotated[str | UnsetType, means("settlement: the version as asked for")] = UNSET
    vintage: Annotated[str | UnsetType, means("forecasts: the vintage as asked for")] = UNSET
    model: Annotated[str | UnsetType | None, means("forecasts: the model; null: any")] = UNSET
    interval: Annotated[int, means("length in seconds of the stored intervals that are summed")]
    missing_meters: Annotated[list[str], means("meters without any value in the rows")]


class Series(Shape, kw_only=True):
    """A table of energies for the same intervals."""

    meter_number: Annotated[str | UnsetType, means("as asked for")] = UNSET
    cds_productionproject_id: Annotated[str | UnsetType, means("as asked for")] = UNSET
    meter_numbers: Annotated[list[str], means("the meters that are summed")]
    timezone: Annotated[str, means("time zone of days and months")]
    units: Annotated[str, means("unit of all energies: Wh, kWh or MWh")]
    start: Annotated[Time, means("as asked for")]
    end: Annotated[Time, means("as asked for")]
    interval: Annotated[int | str, means("length of a row: seconds, day or month")]
    as_of: Annotated[Time | None, means("as asked for")]
    columns: Annotated[list[SeriesColumn], means("columns of the numbers in a row")]
    rows: Annotated[Rows, means("start, then one number per column; null: a part is missing")]


EXAMPLE = Series(
    meter_number="serf-east-1",
    meter_numbers=["serf-east-1"],
    timezone="America/Denver",
    units="kWh",
    start=read_instant("2026-03-01T19:00:00Z"),
    end=read_instant("2026-03-01T21:00:00Z"),
    interval=3600,
    as_of=None,
    columns=[
        SeriesColumn(
            id="scada_total_gross_kwh",
            production_format="scada",
            reading_validity="total_gross",
            statistic="total",
            interval=300,
            missing_meters=[],
        ),
        SeriesColumn(
            id="settlement_total_gross_kwh_initial",
            production_format="settlement",
            reading_validity="total_gross",
            statistic="total",
            settlement="initial",
            interval=900,
            missing_meters=[],
        ),
    ],
    rows=Raw(b'[["2026-03-01T19:00:00Z",4.25,4.2],["2026-03-01T20:00:00Z",4.5,null]]'),
)
EXAMPLE_CSV = (
    "start,scada_total_gross_kwh,settlement_total_gross_kwh_initial\r\n"
    "2026-03-01T19:00:00Z,4.250000,4.200000\r\n"
)


def series_answer(table: Table) -> Series:
    """Return the answer. A missing value is null."""
    scope = table.scope
    described, cells = _cells(table, "null")
    rows = "],[".join(map(",".join, zip(_starts(table.spans, '"'), *cells, strict=True)))
    project_id = scope.project.cds_productionproject_id
    return Series(
        meter_number=UNSET if scope.meter_number is None else scope.meter_number,
        cds_productionproject_id=project_id if scope.meter_number is None else UNSET,
        meter_numbers=list(dict.fromkeys(each.meter_number for each in scope.memberships)),
        timezone=scope.project.timezone,
        units=scope.project.units,
        start=table.start,
        end=table.end,
        interval=table.interval,
        as_of=table.as_of,
        columns=described,
        rows=Raw((f"[[{rows}]]" if len(table.spans) else "[]").encode()),
    )


def series_csv(table: Table) -> bytes:
    """Return the table, headed by a line of column ids. A missing value is empty."""
    described, cells = _cells(table, "")
    head = StringIO()  # quoted by csv: a run's code or a model may contain a comma or a quote
    csv.writer(head).writerow(["start", *(column.id for column in described)])
    rows = map(",".join, zip(_starts(table.spans, ""), *cells, strict=True))
    return (head.getvalue() + "\r\n".join([*rows, ""])).encode()


def _starts(spans: Spans, quote: str) -> list[str]:
    texts = np.datetime_as_string(spans.start_us.view("datetime64[us]"), unit="s").tolist()
    return [f"{quote}{text}Z{quote}" for text in texts]


def _cells(table: Table, missing: str) -> tuple[list[SeriesColumn], list[Cells]]:
    """Return the descriptions of the columns, and the values of each as texts."""
    found = [column for each in table.columns for column in _of_column(table, each, missing)]
    return [described for described, _ in found], [cells for _, cells in found]


def _of_column(table: Table, column: Column, missing: str) -> Iterator[tuple[SeriesColumn, Cells]]:
    values, units = column.values, table.scope.project.units
    decimals = DECIMALS[units] + values.scale

    def texts(amounts: Exact, known: Bool) -> Cells:
        every = [a if k else None for a, k in zip(amounts.tolist(), known.tolist(), strict=True)]
        return _or(decimal_texts(every, decimals), missing)

    measured = column.chosen.production_format in MEASURED
    statistic = "total" if measured else "mean"
    yield _described(column, units, statistic), texts(values.energy, values.present)
    if not measured and table.quantiles:
        yield _described(column, units, "p10"), texts(values.p10, values.has_p10)
        yield _described(column, units, "p90"), texts(values.p90, values.has_p90)
    if table.counts:
        for name in COUNTS:
            yield _described(column, units, name), list(map(str, getattr(values, name).tolist()))


def _or(texts: Cells, missing: str) -> Cells:
    return texts if missing == "null" else [missing if t == "null" else t for t in texts]


def _described(column: Column, units: str, statistic: str) -> SeriesColumn:
    """Return the description of a column. Its id is the same in one word, without defaults."""
    chosen = column.chosen
    of_forecast = chosen.production_format not in MEASURED
    own = None if chosen.published else chosen.choice
    words = (
        chosen.production_format,
        column.validity,
        None if statistic in COUNTS else units.lower(),
        None if statistic in {"total", "mean"} else statistic,
        own,
        chosen.vintage.model if of_forecast else None,
    )
    return SeriesColumn(
        id="_".join(filter(None, words)),
        production_format=chosen.production_format,
        reading_validity=column.validity,
        statistic=statistic,
        settlement=UNSET if of_forecast else chosen.choice or UNSET,
        vintage=chosen.choice or UNSET if of_forecast else UNSET,
        model=chosen.vintage.model if of_forecast else UNSET,
        interval=column.interval_seconds,
        missing_meters=list(column.missing_meters),
    )
