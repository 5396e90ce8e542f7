"""Every vintage of a forecast on spans of time; each vintage counts by itself; pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.aligned import Exact, divided, widened
from gridfeed.domain.published.scoring import Forecasts
from gridfeed.domain.telemetry.samples import Int64

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class VintageRows:
    """Forecast intervals of several meters and vintages, one in each row, in any order.

    model: a number for each model. A vintage is a forecast by one model issued at one instant.
    energy, p10, p90: 10^-6 kWh. Times are microseconds since the epoch, UTC.
    """

    start_us: Int64
    length_us: Int64
    issued_at_us: Int64
    model: Int64
    energy: Exact
    p10: Column
    p90: Column


def every_vintage(rows: VintageRows, spans: Spans, expected_us: Int64) -> Forecasts:
    """Return for each vintage the energy of the spans that it forecasts completely.

    expected_us: the total time of the intervals that all meters should have in each span: a vintage
    that lacks a meter is no forecast of the project. Quantiles do not add up: they are known only
    if one interval fills the span.
    """
    place = np.searchsorted(spans.start_us, rows.start_us, "right") - 1
    inside = place >= 0
    inside[inside] = (rows.start_us + rows.length_us)[inside] <= spans.end_us[place[inside]]
    order = np.lexsort((place, rows.model, rows.issued_at_us))
    kept = order[inside[order]]
    heads = _heads(rows.issued_at_us[kept], rows.model[kept], place[kept])
    if not len(heads):
        return _none()
    found_us, count = np.add.reduceat(rows.length_us[kept], heads), np.diff(heads, append=len(kept))
    energy = np.add.reduceat(widened(rows.energy[kept], int(count.max())), heads)
    at = place[kept[heads]]
    whole = (found_us == expected_us[at]) & (found_us > 0)
    first = kept[heads][whole]
    alone = count[whole] == 1
    return Forecasts(
        spans.start_us[at[whole]],
        rows.issued_at_us[first],
        energy[whole].astype(np.int64),
        *(
            Column(quantile.energy[first], quantile.known[first] & alone)
            for quantile in (rows.p10, rows.p90)
        ),
    )


def mean_energies(power: Int64, seconds: Int64) -> Exact:
    """Return `gridfeed.domain.settlement.forecast.mean_energy` of every row."""
    return divided(widened(power, int(seconds.max(initial=1))) * seconds, SECONDS_PER_HOUR)


def _heads(*keys: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return the rows whose keys differ from the row before."""
    differs = [np.diff(key, prepend=key[:1] - 1) != 0 for key in keys]
    return np.flatnonzero(np.any(differs, axis=0))


def _none() -> Forecasts:
    empty = np.empty(0, np.int64)
    nothing = Column(empty, np.empty(0, np.bool_))
    return Forecasts(empty, empty, empty, nothing, nothing)
