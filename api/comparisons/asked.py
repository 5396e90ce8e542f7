"""What the queries of derived views return and their representations read: frozen, stored units.

Generation is positive, energies are integers of 10^-6 kWh, instants aware UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.calendar.grouping import Grouping
from gridfeed.domain.published.drift import Shift
from gridfeed.domain.published.reconciled import Reconciled, ReconciledBy
from gridfeed.domain.published.reconciliation import Tolerance
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.scoring import Group
from gridfeed.domain.words import ProductionFormat, ReadingValidity


@dataclass(frozen=True, slots=True)
class Asked:
    """What both derived views are asked about, as the answer repeats it.

    settlement: as it was written.
    """

    scope: Scope
    start: datetime
    end: datetime
    interval_seconds: int
    settlement: str
    as_of: datetime | None

    def runs(self) -> dict[int, str]:
        """Return the codes of settlement versions."""
        return {run.settlement_version: run.code for run in self.scope.settlement_runs()}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The score of forecasts: all together, and by group where groups were asked for."""

    asked: Asked
    by: Grouping
    product: ProductionFormat
    truth: ProductionFormat
    truth_validity: ReadingValidity
    vintage: str
    model: str | None
    daylight_only: bool
    total: Group
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """SCADA against settlement."""

    asked: Asked
    by: ReconciledBy
    scada_validity: ReadingValidity
    settlement_validity: ReadingValidity
    tolerance: Tolerance
    total: Reconciled | None
    rows: Sequence[Reconciled]
    shift: Shift
