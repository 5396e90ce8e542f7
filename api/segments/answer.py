"""Usage segments (CDS-WG3-01 10.8) as they are answered; pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import UNSET, Raw, UnsetType

from api.segments.columns import USAGE, Column, columns
from api.segments.readings import readings
from api.segments.segment import Segment, SegmentKey
from api.segments.shape import SettlementRun, UsageSegment
from api.segments.supply_mix import supply_mix
from gridfeed.domain.words import ProductionFormat, ReadingValidity

_FORECASTS = {ProductionFormat.FORECAST_DAY_AHEAD, ProductionFormat.FORECAST_HOUR_AHEAD}


def usage_segment(
    segment: Segment, validities: Collection[ReadingValidity] = tuple(ReadingValidity)
) -> UsageSegment:
    """Return a segment as it is answered, decimals exact, with the columns of these validities.

    values[k] covers `interval` seconds from segment_start + k * interval. segment_start is the
    start of the local day's first interval that has a row, and segment_end is the end of its last,
    so len(values) * interval is their difference. cds_synced is the watermark of the meter's
    stream. Where the watermark is unknown, as in answers about the past, cds_synced is the time of
    the last change: the content was last confirmed then.
    """
    key = segment.key
    values = columns(segment, validities)
    found = [*values, *_details(segment, values, validities)]
    return UsageSegment(
        cds_usagesegment_id=key.cds_usagesegment_id,
        cds_created=key.created_at,
        cds_modified=key.modified_at,
        cds_synced=key.synced_at or key.modified_at,
        related_aggregations=[],
        related_accounts=[key.cds_account_id] if key.cds_account_id else [],
        related_servicecontracts=list(key.cds_servicecontract_ids),
        related_servicepoints=list(key.cds_servicepoint_ids),
        related_meterdevices=[key.cds_meterdevice_id],
        related_billsections=[],
        related_productionprojects=[key.cds_productionproject_id],
        gridfeed_production_format=key.production_format,
        gridfeed_issued_at=_issued_at(key),
        gridfeed_settlement_runs=_settlement_runs(key),
        segment_start=key.segment_start,
        segment_end=key.segment_end,
        interval=key.interval_seconds,
        formats=[column.value_format for column in found],
        # Thousands of values are JSON text already: an object for each would take most of the time.
        values=Raw(_value_sets(found, key.length()).encode()),  # type: ignore[arg-type]
    )


def _details(
    segment: Segment, found: Sequence[Column], validities: Collection[ReadingValidity]
) -> list[Column]:
    """Return the columns that are not interval values: register readings and supply mixes.

    A register has no reading validity, so a request that leaves out any validity gets no readings.
    """
    indexes = [place for place, each in enumerate(found) if each.value_format.type == USAGE.name]
    every = set(validities) == set(ReadingValidity)
    return [*(readings(segment) if every else ()), *supply_mix(segment, indexes)]


def _issued_at(key: SegmentKey) -> datetime | UnsetType:
    if key.production_format not in _FORECASTS or key.issued_at is None:
        return UNSET
    return key.issued_at


def _settlement_runs(key: SegmentKey) -> list[SettlementRun] | UnsetType:
    if key.production_format != ProductionFormat.SETTLEMENT:
        return UNSET
    return [SettlementRun(version, code) for version, code in key.settlement_runs]


def _value_sets(found: Sequence[Column], length: int) -> str:
    if not found:
        return f"[{','.join(['[]'] * length)}]"
    rows = map(",".join, zip(*(column.cells for column in found), strict=True))
    return f"[[{'],['.join(rows)}]]"
