"""The share of a project's energy that is under contract: an exact fraction, while it is valid."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ContractShare:
    """The share of intervals that lie in [starts_at, ends_at); instants aware, None is open."""

    share: Fraction
    starts_at: datetime | None = None
    ends_at: datetime | None = None
