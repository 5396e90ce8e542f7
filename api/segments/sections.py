"""The sections of a listing of usage segments, by account number, then by contract number."""

from dataclasses import dataclass, replace
from datetime import datetime

from api.reading.cursor import Cursor
from api.reading.session import Session
from api.segments.filters import EARLIEST, LATEST, SegmentFilters


@dataclass(frozen=True, slots=True)
class Section:
    """The segments of one account number and one contract number; "" if absent.

    They belong to these projects and start in [starts_at, ends_at). A listing has several sections
    of one name where nothing of that name starts for a while between them.
    """

    account_number: str
    contract_number: str
    cds_productionproject_ids: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    @property
    def name(self) -> tuple[str, str]:
        """Return the section's sort key: by code point, absent numbers first."""
        return self.account_number, self.contract_number


async def sections(
    session: Session, filters: SegmentFilters, cursor: Cursor | None
) -> list[Section]:
    """Return the sections that may hold requested segments, in the direction of reading.

    Those of the cursor's own name come first.
    """
    rows = await session.fetch(
        "segments/segment_sections",
        cds_productionproject_ids=filters.cds_productionproject_ids,
        meter_numbers=filters.meter_numbers,
        cds_meterdevice_ids=filters.cds_meterdevice_ids,
        **filters.contracts(),
    )
    every = [
        Section(
            row["account_number"],
            row["contract_number"],
            tuple(row["cds_productionproject_ids"]),
            row["starts_at"] or EARLIEST,
            row["ends_at"] or LATEST,
        )
        for row in rows
    ]
    if cursor is None:
        return every
    place = cursor.key[:2]
    if cursor.backwards:
        return [section for section in reversed(every) if section.name <= place]
    return [section for section in every if section.name >= place]


async def narrowed_to_points(session: Session, filters: SegmentFilters) -> SegmentFilters:
    """Return filters that name all meters ever installed at the requested service points.

    The page's statement checks when each meter was installed there.
    """
    points = filters.points()
    if all(each is None for each in points.values()):
        return filters
    rows = await session.fetch("segments/meters_at_points", **points)
    there = {row["meter_number"] for row in rows}
    asked = filters.meter_numbers
    chosen = there if asked is None else there & set(asked)
    return replace(filters, meter_numbers=tuple(sorted(chosen)))
