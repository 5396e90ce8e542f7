"""SCADA against settlement as JSON text; pure."""

from fractions import Fraction

import orjson

from api.comparisons.answers import Units, heading, ratio, versions
from api.comparisons.asked import Reconciliation
from gridfeed.domain.calendar.instants import instant, rfc3339
from gridfeed.domain.published.drift import SHIFTS, Line
from gridfeed.domain.published.reconciled import Reconciled, ReconciledBy
from gridfeed.domain.published.reconciliation import Status


def reconciliation(found: Reconciliation) -> bytes:
    """Return the JSON text."""
    total, tolerance = found.total, found.tolerance
    document = {
        **heading(found.asked, found.by),
        "scada_reading_validity": found.scada_validity.value,
        "settlement_reading_validity": found.settlement_validity.value,
        "settlement": found.asked.settlement,
        "tolerance_percent": _percent(tolerance.of_energy),
        "tolerance_capacity_percent": _percent(tolerance.of_capacity),
        "minimum_coverage": float(tolerance.coverage),
        "clock_shift": _shift(found),
        "total": (_row(found, total) | _sum(found, total)) if total else None,
        "rows": [
            _row(found, row) | ({} if found.by is ReconciledBy.INTERVAL else _sum(found, row))
            for row in found.rows
        ],
    }
    return orjson.dumps(document)


def _row(found: Reconciliation, row: Reconciled) -> dict[str, object]:
    units, balance = Units(found.asked.scope.project.units), row.balance
    return {
        "local": row.local,
        "start": rfc3339(instant(row.start_us)),
        "end": rfc3339(instant(row.end_us)),
        "status": balance.status(found.tolerance).value,
        "scada": units.energy(balance.some_scada),
        "settlement": units.energy(balance.some_settlement),
        "difference": units.energy(balance.difference),
        "percent": ratio(balance.percent),
        "tolerance": units.energy(balance.band(found.tolerance)),
        "coverage": ratio(balance.coverage),
        "settlement_versions": versions(found.asked, row.versions, "intervals"),
    }


def _sum(found: Reconciliation, row: Reconciled) -> dict[str, object]:
    """Return what only a row of several intervals has to say."""
    units, balance = Units(found.asked.scope.project.units), row.balance
    return {
        "intervals": balance.intervals,
        "compared": balance.both,
        "compared_scada": units.energy(balance.scada if balance.both else None),
        "compared_settlement": units.energy(balance.settlement if balance.both else None),
        "statuses": {status.value: row.statuses.get(status, 0) for status in Status},
        "line": _line(units, row.line),
    }


def _line(units: Units, line: Line | None) -> dict[str, object] | None:
    if line is None:
        return None
    return {
        "slope": ratio(line.slope),
        "intercept": units.power(line.intercept),
        "r_squared": ratio(line.r_squared),
        "intervals": line.intervals,
    }


def _shift(found: Reconciliation) -> dict[str, object]:
    units, shift = Units(found.asked.scope.project.units), found.shift
    return {
        "verdict": shift.verdict.value,
        "best_shift": shift.best,
        "residual_left": ratio(shift.leaves),
        "intervals": shift.intervals,
        "residuals": [
            {"shift": number, "rms": units.power(line.residual_rms)}
            for number, line in zip(SHIFTS, shift.lines, strict=False)
        ],
    }


def _percent(share: Fraction) -> float:
    return float(100 * share)
