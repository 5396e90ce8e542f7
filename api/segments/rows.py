"""Makes segments of the rows of `segment_page.sql`.

There is one row for each channel, quality and length. Rows of one id are neighbours.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import groupby

import asyncpg

from api.segments.segment import Segment, SegmentKey, Series
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality

_AS_STORED = [
    name
    for name in SegmentKey.__slots__
    if name not in {"production_format", "shares", "settlement_runs", "synced_at"}
]
_COLUMNS = [name for name in Series.__slots__ if name != "part_seconds"]


def segments_of(rows: Sequence[asyncpg.Record], as_of: datetime | None) -> list[Segment]:
    """Return the segments of the rows, in their order.

    A session of the past (`as_of`) has no watermark: past ones are not stored, and the present one
    would promise too much.
    """
    return [
        _segment(list(of_one), as_of)
        for _, of_one in groupby(rows, key=lambda row: row["cds_usagesegment_id"])
    ]


def _segment(rows: Sequence[asyncpg.Record], as_of: datetime | None) -> Segment:
    first = rows[0]
    key = SegmentKey(
        production_format=ProductionFormat(first["production_format"]),
        shares=shares_of(first),
        settlement_runs=tuple(
            zip(first["run_versions"] or (), first["run_codes"] or (), strict=True)
        ),
        synced_at=None if as_of else first["synced_at"],
        **{name: first[name] for name in _AS_STORED},
    )
    return Segment(key, [_series(row) for row in rows])


def shares_of(row: asyncpg.Record) -> tuple[ContractShare, ...]:
    if row["share_numerators"] is None:
        return ()
    columns = (row[f"share_{name}"] for name in ("numerators", "denominators", "starts", "ends"))
    return tuple(
        ContractShare(Fraction(numerator, denominator), starts_at, ends_at)
        for numerator, denominator, starts_at, ends_at in zip(*columns, strict=True)
    )


def _series(row: asyncpg.Record) -> Series:
    channel, quality, *amounts = (row[name] for name in _COLUMNS)
    parts = row["part_seconds"] if row["part_seconds"] != row["interval_seconds"] else None
    of = ReadingQuality(quality) if quality else None
    return Series(Channel(channel), of, *[*amounts, parts])
