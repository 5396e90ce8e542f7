"""The parts of a segment that are not interval values: register readings and the supply mix."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gridfeed.domain.declaration.customer_words import SupplyAttribution, SupplyType


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of one register at starts of intervals, as the dials showed them.

    register: its name, "" if unknown. multiplier: kWh per unit. places: as in Series, ascending.
    """

    register: str
    multiplier: Decimal
    places: Sequence[int]
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class SupplyComponent:
    """One component of the energy of [starts_at, ends_at); None is an open bound.

    ratio: the component's exact share of the energy. carbon_intensity: gCO2e per kWh.
    """

    supply_type: SupplyType
    attribution: SupplyAttribution
    ratio: Decimal
    carbon_intensity: Decimal | None
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Covering:
    """An energy attribute certificate that covers the energy of [starts_at, ends_at)."""

    cds_eac_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Supply:
    """The supply mix of a project: all its components and certificates, of all times."""

    components: Sequence[SupplyComponent] = ()
    certificates: Sequence[Covering] = ()


#: Nothing is declared.
UNKNOWN = Supply()
