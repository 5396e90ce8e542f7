"""The results of the derived views' queries, which the answers are built from.

They are frozen and in stored units: generation is positive, energies are integers of 10^-6 kWh, and
instants are aware UTC.
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
    """The part of a question that the answers of both views repeat.

    settlement: the parameter as the client wrote it.
    """

    scope: Scope
    start: datetime
    end: datetime
    interval_seconds: int
    settlement: str
    as_of: datetime | None

    def runs(self) -> dict[int, str]:
        """Return the run's code of each settlement version."""
        return {run.settlement_version: run.code for run in self.scope.settlement_runs()}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The score of all forecasts together, and of each group if groups were requested."""

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
    """The comparison of SCADA with settlement."""

    asked: Asked
    by: ReconciledBy
    scada_validity: ReadingValidity
    settlement_validity: ReadingValidity
    tolerance: Tolerance
    total: Reconciled | None
    rows: Sequence[Reconciled]
    shift: Shift
