"""An aligned table as JSON or CSV text; pure. Generation is positive, numbers are exact."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

import numpy as np
import orjson

from api.comparisons.series.table import Column, Table
from api.web.amounts import DECIMALS, decimal_texts
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import Bool, Exact
from gridfeed.domain.published.validity import MEASURED

Cells = Sequence[str]
COUNTS = ("parts", "expected", "estimated")


def series_json(table: Table) -> bytes:
    """Return the JSON text; a row is its start and one value a column, null where it is missing."""
    scope = table.scope
    described, cells = _cells(table, "null")
    rows = "],[".join(map(",".join, zip(_starts(table.spans, '"'), *cells, strict=True)))
    named = (
        {"cds_productionproject_id": scope.project.cds_productionproject_id}
        if scope.meter_number is None
        else {"meter_number": scope.meter_number}
    )
    document = {
        **named,
        "meter_numbers": list(dict.fromkeys(each.meter_number for each in scope.memberships)),
        "timezone": scope.project.timezone,
        "units": scope.project.units,
        "start": table.start,
        "end": table.end,
        "interval": table.interval,
        "as_of": table.as_of,
        "columns": described,
        "rows": orjson.Fragment(f"[[{rows}]]" if len(table.spans) else "[]"),
    }
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def series_csv(table: Table) -> bytes:
    """Return the table with a line of column ids; a missing value is empty."""
    described, cells = _cells(table, "")
    head = StringIO()  # a run's code or a model may have a comma or a quote in it
    csv.writer(head).writerow(["start", *(column["id"] for column in described)])
    rows = map(",".join, zip(_starts(table.spans, ""), *cells, strict=True))
    return (head.getvalue() + "\r\n".join([*rows, ""])).encode()


def _starts(spans: Spans, quote: str) -> list[str]:
    texts = np.datetime_as_string(spans.start_us.view("datetime64[us]"), unit="s").tolist()
    return [f"{quote}{text}Z{quote}" for text in texts]


def _cells(table: Table, missing: str) -> tuple[list[dict[str, object]], list[Cells]]:
    """Return the columns' descriptions and their texts."""
    found = [column for each in table.columns for column in _of_column(table, each, missing)]
    return [described for described, _ in found], [cells for _, cells in found]


def _of_column(
    table: Table, column: Column, missing: str
) -> Iterator[tuple[dict[str, object], Cells]]:
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


def _described(column: Column, units: str, statistic: str) -> dict[str, object]:
    """Return what a column is. Its id says the same in one word, without what goes by default."""
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
    choice: dict[str, object] = {"vintage": chosen.choice, "model": chosen.vintage.model}
    if not of_forecast:
        choice = {"settlement": chosen.choice} if chosen.choice else {}
    return {
        "id": "_".join(filter(None, words)),
        "production_format": chosen.production_format,
        "reading_validity": column.validity,
        "statistic": statistic,
        **choice,
        "interval": column.interval_seconds,
        "missing_meters": column.missing_meters,
    }
