"""What segments show beside interval values: register readings, and what energy is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gridfeed.domain.declaration.customer_words import SupplyAttribution, SupplyType


@dataclass(frozen=True, slots=True)
class Readings:
    """What a register showed at starts of intervals, the dials as they were read.

    register: its name; "" is unknown. multiplier: kWh a unit. places: as in Series, ascending.
    """

    register: str
    multiplier: Decimal
    places: Sequence[int]
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class SupplyComponent:
    """A part of what the energy of [starts_at, ends_at) is made of; None is open.

    ratio: of the energy, exact. carbon_intensity: gCO2e per kWh.
    """

    supply_type: SupplyType
    attribution: SupplyAttribution
    ratio: Decimal
    carbon_intensity: Decimal | None
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Covering:
    """An energy attribute certificate that the energy of [starts_at, ends_at) is covered by."""

    cds_eac_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Supply:
    """What the energy of a project is made of: all parts, whenever they are in force."""

    components: Sequence[SupplyComponent] = ()
    certificates: Sequence[Covering] = ()


#: Nothing is declared.
UNKNOWN = Supply()
