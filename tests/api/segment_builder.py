"""Segments in memory, for tests of their representation; energies in kWh, powers in kW."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from api.segments.segment import Segment, SegmentKey, Series
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality
from tests.api.builders import micro, utc

Amounts = Sequence[str | float | None]
START = utc("2026-03-01 07:00")


def key(
    intervals: int,
    production_format: ProductionFormat = ProductionFormat.SCADA,
    *,
    start: datetime = START,
    seconds: int = 900,
    **columns: object,
) -> SegmentKey:
    """Build the key of a segment of so many intervals."""
    others: dict[str, object] = {
        "units": "kWh", "shares": (), "settlement_runs": (), "issued_at": None, "synced_at": None,
        "account_number": "", "contract_number": "", "cds_account_id": None,
        "cds_servicecontract_ids": (), "cds_servicepoint_ids": (), "cds_meterdevice_id": "md-m",
    } | columns  # fmt: skip
    return SegmentKey(
        cds_usagesegment_id=f"m:{production_format}:{start.date()}:{seconds}",
        meter_number="m", cds_productionproject_id="p",
        production_format=production_format, interval_seconds=seconds,
        segment_start=start, segment_end=start + timedelta(seconds=intervals * seconds),
        created_at=utc("2026-03-02"), modified_at=utc("2026-03-03"), listed_start=start, age_rank=0,
        **others,  # type: ignore[arg-type]
    )  # fmt: skip


def share(rule: str, starts_at: str | None = None, ends_at: str | None = None) -> ContractShare:
    """Build the share of a rule such as "37.5%" or "1/3"."""
    part = Fraction(rule.removesuffix("%")) / (100 if rule.endswith("%") else 1)
    return ContractShare(part, starts_at and utc(starts_at), ends_at and utc(ends_at))


def series(
    energies: Amounts,
    channel: Channel = Channel.GROSS,
    quality: ReadingQuality | None = ReadingQuality.CALCULATED,
    *,
    places: Sequence[int] | None = None,
    **columns: Amounts,
) -> Series:
    """Build a series: energies, and by name mean_kw, peak_kw, p10 and p90."""
    none: Amounts = [None] * len(energies)
    mean, peak, p10, p90 = (
        [micro(amount) for amount in columns.get(name, none)]
        for name in ("mean_kw", "peak_kw", "p10", "p90")
    )
    energy = [micro(amount) for amount in energies]
    return Series(channel, quality, places or range(len(energies)), energy, mean, peak, p10, p90)


def segment(length: int, *every: Series, **columns: object) -> Segment:
    """Build a segment."""
    return Segment(key(length, **columns), every)  # type: ignore[arg-type]
