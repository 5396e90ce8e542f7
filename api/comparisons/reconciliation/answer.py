"""SCADA against settlement as an answer; pure."""

from fractions import Fraction
from typing import Annotated, Any

from msgspec import UNSET, Raw, UnsetType

from api.comparisons.answers import (
    HEADING_EXAMPLE,
    Compared,
    OfVersion,
    Units,
    heading,
    ratio,
    versions,
)
from api.comparisons.asked import Reconciliation as Found
from api.web.shapes import Number, Shape, Time, means
from gridfeed.domain.calendar.instants import instant, read_instant
from gridfeed.domain.published import drift
from gridfeed.domain.published.reconciled import Reconciled, ReconciledBy
from gridfeed.domain.published.reconciliation import Status


class ReconciledVersion(OfVersion):
    """How many intervals are of one settlement version."""

    intervals: Annotated[int, means("compared intervals of this version")]


class Line(Shape):
    """The line settlement = slope x SCADA + intercept."""

    slope: Annotated[float, means("slope: settlement = slope x SCADA + intercept")]
    intercept: Annotated[float, means("energy per interval")]
    r_squared: Annotated[float, means("share of the variance of settlement that the line explains")]
    intervals: Annotated[int, means("well covered intervals with both energies")]


class StatusCounts(Shape):
    """How many intervals have which status."""

    both_missing: Annotated[int, means("intervals")]
    scada_missing: Annotated[int, means("intervals")]
    settlement_missing: Annotated[int, means("intervals")]
    low_coverage: Annotated[int, means("intervals")]
    outside: Annotated[int, means("intervals")]
    within: Annotated[int, means("intervals")]


class ReconciledRow(Shape):
    """Both energies of an interval, a day or a month; only a sum of intervals has all members."""

    local: Annotated[
        str | None, means("the local date or month, null for an interval and the total")
    ]
    start: Annotated[Time, means("of the first interval")]
    end: Annotated[Time, means("of the last interval")]
    status: Annotated[
        str,
        means("within, outside, low_coverage, scada_missing, settlement_missing or both_missing"),
    ]
    scada: Annotated[Number | None, means("SCADA energy of all intervals that have one")]
    settlement: Annotated[Number | None, means("settlement energy of all intervals that have one")]
    difference: Annotated[
        Number | None, means("settlement minus SCADA, over the intervals with both")
    ]
    percent: Annotated[
        float | None, means("difference in percent of the settled energy; null if that is zero")
    ]
    tolerance: Annotated[Number | None, means("largest difference that counts as within")]
    coverage: Annotated[
        float | None, means("share of the compared time that SCADA samples cover, 0 to 1")
    ]
    settlement_versions: Annotated[
        list[ReconciledVersion], means("compared intervals by settlement version")
    ]
    intervals: Annotated[int | UnsetType, means("intervals in the row")] = UNSET
    compared: Annotated[int | UnsetType, means("intervals with both energies")] = UNSET
    compared_scada: Annotated[
        Number | UnsetType | None, means("SCADA energy of the compared intervals")
    ] = UNSET
    compared_settlement: Annotated[
        Number | UnsetType | None, means("settlement energy of the compared intervals")
    ] = UNSET
    statuses: Annotated[StatusCounts | UnsetType, means("intervals by status")] = UNSET
    line: Annotated[Line | UnsetType | None, means("null if SCADA or settlement does not vary")] = (
        UNSET
    )


class ShiftResidual(Shape):
    """The differences that remain after a shift."""

    shift: Annotated[int, means("-1, 0, 1")]
    rms: Annotated[float, means("root mean square of the differences, energy per interval")]


class ClockShift(Shape):
    """Whether the times of SCADA and settlement agree."""

    verdict: Annotated[
        str,
        means("aligned; shifted: best_shift fits clearly better; undetermined: too few data"),
    ]
    best_shift: Annotated[
        int | None,
        means(
            "intervals by which settlement is late: -1, 0 or 1; 1 means that the ends of intervals"
            " were read as their starts"
        ),
    ]
    residual_left: Annotated[
        float | None,
        means("squared differences after the best shift, divided by those without shift"),
    ]
    intervals: Annotated[int, means("settled intervals that were compared for every shift")]
    residuals: Annotated[list[ShiftResidual], means("remaining differences by shift")]


class Reconciliation(Compared):
    """SCADA against settlement."""

    scada_reading_validity: Annotated[str, means("total_gross or net_metering")]
    settlement_reading_validity: Annotated[str, means("total_gross or net_metering")]
    tolerance_percent: Annotated[float, means("as asked for")]
    tolerance_capacity_percent: Annotated[float, means("as asked for")]
    minimum_coverage: Annotated[float, means("as asked for")]
    clock_shift: Annotated[ClockShift, means("whether the times of SCADA and settlement agree")]
    total: Annotated[ReconciledRow | None, means("null if the range has no interval")]
    rows: Annotated[
        list[ReconciledRow], means("in order; rows of by=interval lack the members of sums")
    ]


_EXAMPLE_ROW: dict[str, Any] = {
    "start": read_instant("2026-03-01T07:00:00Z"),
    "end": read_instant("2026-03-02T07:00:00Z"),
    "status": "within",
    "scada": Raw(b"30.9"),
    "settlement": Raw(b"30.4"),
    "difference": Raw(b"-0.5"),
    "percent": -1.644737,
    "tolerance": Raw(b"0.72"),
    "coverage": 0.998,
    "settlement_versions": [
        ReconciledVersion(settlement_version=2, settlement_run="FINAL", intervals=96)
    ],
    "intervals": 96,
    "compared": 96,
    "compared_scada": Raw(b"30.9"),
    "compared_settlement": Raw(b"30.4"),
    "statuses": StatusCounts(
        both_missing=0, scada_missing=0, settlement_missing=0, low_coverage=0, outside=0, within=96
    ),
    "line": Line(slope=0.985012, intercept=-0.0021, r_squared=0.999871, intervals=96),
}
EXAMPLE = Reconciliation(
    **HEADING_EXAMPLE,
    scada_reading_validity="net_metering",
    settlement_reading_validity="net_metering",
    tolerance_percent=2,
    tolerance_capacity_percent=0.5,
    minimum_coverage=0.95,
    clock_shift=ClockShift(
        verdict="aligned",
        best_shift=0,
        residual_left=1,
        intervals=94,
        residuals=[
            ShiftResidual(shift=-1, rms=0.0412),
            ShiftResidual(shift=0, rms=0.0021),
            ShiftResidual(shift=1, rms=0.0409),
        ],
    ),
    total=ReconciledRow(local=None, **_EXAMPLE_ROW),
    rows=[ReconciledRow(local="2026-03-01", **_EXAMPLE_ROW)],
)


def reconciliation(found: Found) -> Reconciliation:
    """Return the answer."""
    tolerance, by_interval = found.tolerance, found.by is ReconciledBy.INTERVAL
    return Reconciliation(
        **heading(found.asked, found.by),
        scada_reading_validity=found.scada_validity.value,
        settlement_reading_validity=found.settlement_validity.value,
        tolerance_percent=_percent(tolerance.of_energy),
        tolerance_capacity_percent=_percent(tolerance.of_capacity),
        minimum_coverage=float(tolerance.coverage),
        clock_shift=_shift(found),
        total=_row(found, found.total, is_sum=True) if found.total else None,
        rows=[_row(found, row, is_sum=not by_interval) for row in found.rows],
    )


def _row(found: Found, row: Reconciled, *, is_sum: bool) -> ReconciledRow:
    units, balance = Units(found.asked.scope.project.units), row.balance
    return ReconciledRow(
        local=row.local,
        start=instant(row.start_us),
        end=instant(row.end_us),
        status=balance.status(found.tolerance).value,
        scada=units.energy(balance.some_scada),
        settlement=units.energy(balance.some_settlement),
        difference=units.energy(balance.difference),
        percent=ratio(balance.percent),
        tolerance=units.energy(balance.band(found.tolerance)),
        coverage=ratio(balance.coverage),
        settlement_versions=versions(found.asked, ReconciledVersion, row.versions, "intervals"),
        **(_sum(units, row) if is_sum else {}),
    )


def _sum(units: Units, row: Reconciled) -> dict[str, Any]:
    """Return the members that only a row of several intervals has."""
    balance = row.balance
    return {
        "intervals": balance.intervals,
        "compared": balance.both,
        "compared_scada": units.energy(balance.scada if balance.both else None),
        "compared_settlement": units.energy(balance.settlement if balance.both else None),
        "statuses": StatusCounts(
            **{name: row.statuses.get(Status(name), 0) for name in StatusCounts.__struct_fields__}
        ),
        "line": _line(units, row.line),
    }


def _line(units: Units, line: drift.Line | None) -> Line | None:
    if line is None:
        return None
    return Line(
        slope=ratio(line.slope),
        intercept=units.power(line.intercept),
        r_squared=ratio(line.r_squared),
        intervals=line.intervals,
    )


def _shift(found: Found) -> ClockShift:
    units, shift = Units(found.asked.scope.project.units), found.shift
    return ClockShift(
        verdict=shift.verdict.value,
        best_shift=shift.best,
        residual_left=ratio(shift.leaves),
        intervals=shift.intervals,
        residuals=[
            ShiftResidual(shift=number, rms=units.power(line.residual_rms))
            for number, line in zip(drift.SHIFTS, shift.lines, strict=False)
        ],
    )


def _percent(share: Fraction) -> float:
    return float(100 * share)
