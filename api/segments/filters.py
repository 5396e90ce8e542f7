"""The filters of a request for usage segments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.words import ProductionFormat, ReadingValidity

#: Every reading lies within these bounds. Requested bounds beyond them are moved here, so that date
#: arithmetic cannot overflow.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
#: The longest possible segment: no interval goes beyond the end of its local day.
LONGEST_SEGMENT = timedelta(hours=26)

_NAME = re.compile(r"([^\s\x00-\x1f\x7f]+):(\w+):(\d{4}-\d\d-\d\d):([1-9]\d{0,8})", re.ASCII)


def held(at: datetime) -> datetime:
    """Return the instant, moved into the bounds of possible readings."""
    return min(max(at, EARLIEST), LATEST)


@dataclass(frozen=True, slots=True)
class SegmentName:
    """The parts of a `cds_usagesegment_id`."""

    meter_number: str
    production_format: ProductionFormat
    local_date: date
    interval_seconds: int

    @classmethod
    def of(cls, cds_usagesegment_id: str) -> "SegmentName | None":
        """Return the parts of an id, or None if the text is not a segment's id."""
        match = _NAME.fullmatch(cds_usagesegment_id)
        if match is None:
            return None
        try:
            day = date.fromisoformat(match[3])
            production_format = ProductionFormat(match[2])
        except ValueError:
            return None
        if not EARLIEST.date() < day < LATEST.date():
            return None
        return cls(match[1], production_format, day, int(match[4]))

    @classmethod
    def and_behind(cls, text: str) -> "tuple[SegmentName | None, str]":
        """Return the parts of an id and the text that follows it after a #: ID or ID#12:05.

        A meter number may contain # too, so only the last # separates, and only after a valid id.
        """
        whole = cls.of(text)
        if whole is not None:
            return whole, ""
        identifier, _, behind = text.rpartition("#")
        return cls.of(identifier), behind


@dataclass(frozen=True, slots=True)
class SegmentFilters:
    """The requested filters. None does not narrow the result; an empty tuple matches nothing.

    interval: the length in seconds that values are summed to; None leaves the stored lengths.
    """

    before: datetime | None = None
    after: datetime | None = None
    meter_numbers: tuple[str, ...] | None = None
    cds_meterdevice_ids: tuple[str, ...] | None = None
    cds_productionproject_ids: tuple[str, ...] | None = None
    production_formats: tuple[ProductionFormat, ...] | None = None
    reading_validities: tuple[ReadingValidity, ...] | None = None
    names: tuple[SegmentName, ...] | None = None
    modified_after: datetime | None = None
    cds_account_ids: tuple[str, ...] | None = None
    account_numbers: tuple[str, ...] | None = None
    cds_servicecontract_ids: tuple[str, ...] | None = None
    contract_numbers: tuple[str, ...] | None = None
    cds_servicepoint_ids: tuple[str, ...] | None = None
    servicepoint_numbers: tuple[str, ...] | None = None
    interval: int | None = None

    @property
    def start_of_starts(self) -> datetime:
        """Return a lower bound of segment_start, derived from `after`, which bounds the end."""
        return EARLIEST if self.after is None else held(self.after) - LONGEST_SEGMENT

    @property
    def end_of_starts(self) -> datetime:
        """Return the exclusive upper bound of segment_start. A start at `before` is included."""
        if self.before is None:
            return LATEST
        return held(self.before) + MICROSECOND

    @property
    def places(self) -> tuple[datetime, datetime]:
        """Return the bounds of segments' places in the listing.

        A segment's place is its start when the listing began, and never moves. The segment may
        start earlier now, within the same day.
        """
        return self.start_of_starts, self.end_of_starts + LONGEST_SEGMENT

    def series(self) -> dict[str, object]:
        """Return the arguments that choose series."""
        formats = self.production_formats
        return {
            "production_formats": tuple(ProductionFormat) if formats is None else formats,
            "meter_numbers": self.meter_numbers,
            "cds_meterdevice_ids": self.cds_meterdevice_ids,
            "cds_productionproject_ids": self.cds_productionproject_ids,
        }

    def contracts(self) -> dict[str, Sequence[str] | None]:
        """Return the arguments that choose accounts and contracts, by id and number each."""
        return {
            "cds_account_ids": self.cds_account_ids,
            "account_numbers": self.account_numbers,
            "cds_servicecontract_ids": self.cds_servicecontract_ids,
            "contract_numbers": self.contract_numbers,
        }

    def points(self) -> dict[str, Sequence[str] | None]:
        """Return the arguments that choose service points, by id and number."""
        return {
            "cds_servicepoint_ids": self.cds_servicepoint_ids,
            "servicepoint_numbers": self.servicepoint_numbers,
        }
