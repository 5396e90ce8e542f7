"""The supply mix of usage segments as columns (CDS-WG3-01 10.8.5.3); pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from api.segments.columns import Column
from api.segments.details import Covering, Supply, SupplyComponent
from api.segments.segment import Segment, SegmentKey
from api.segments.shape import ValueFormat, ValueObject
from api.web.shapes import as_json, number

Kind = tuple[str, str]


def supply_mix(segment: Segment, indexes: Sequence[int]) -> list[Column]:
    """Return a column for each supply type and attribution, null where it is not in force.

    indexes: the columns of the segment that the mix describes. Without any, the list is empty.
    """
    if not indexes:
        return []
    supply, length = segment.supply, segment.key.length()
    columns: dict[Kind, list[str]] = {}
    for first, end in _runs(segment.key, supply):
        start = _instant(segment.key, first)
        in_force = [each for each in supply.components if _holds(each, start)]
        applied = _applied(in_force, supply.certificates, start, _instant(segment.key, first + 1))
        for each in in_force:
            kind = each.supply_type, each.attribution
            cells = columns.setdefault(kind, ["null"] * length)
            eacs = applied if each.attribution == "individual" else ()
            cells[first:end] = [_cell(each, eacs)] * (end - first)
    return [
        Column(_format(*kind, tuple(indexes)), columns[kind])
        for kind in dict.fromkeys(
            (each.supply_type, each.attribution) for each in supply.components
        )
        if kind in columns
    ]


def _runs(key: SegmentKey, supply: Supply) -> Iterator[tuple[int, int]]:
    """Yield runs of intervals [first, end) inside which no component or certificate changes."""
    step, places = timedelta(seconds=key.interval_seconds), {0, key.length()}
    every: list[SupplyComponent | Covering] = [*supply.components, *supply.certificates]
    for each in every:
        for at in (each.starts_at, each.ends_at):
            if at and key.segment_start < at < key.segment_end:
                place, rest = divmod(at - key.segment_start, step)
                places |= {place, place + bool(rest)}
    yield from pairwise(sorted(places))


def _applied(
    in_force: Sequence[SupplyComponent],
    certificates: Sequence[Covering],
    start: datetime,
    end: datetime,
) -> tuple[str, ...]:
    """Return the certificates of an interval, if exactly one component can be theirs."""
    if sum(each.attribution == "individual" for each in in_force) != 1:
        return ()
    return tuple(
        each.cds_eac_id for each in certificates if each.starts_at <= start and end <= each.ends_at
    )


def _holds(each: SupplyComponent, at: datetime) -> bool:
    return (each.starts_at is None or each.starts_at <= at) and (
        each.ends_at is None or at < each.ends_at
    )


def _instant(key: SegmentKey, place: int) -> datetime:
    return key.segment_start + place * timedelta(seconds=key.interval_seconds)


def _cell(each: SupplyComponent, eacs: Sequence[str]) -> str:
    cell = ValueObject(sm=number(each.ratio))
    if each.carbon_intensity is not None:
        cell.ci = number(each.carbon_intensity)
    if eacs:
        cell.eacs = list(eacs)
    return as_json(cell).decode()


@lru_cache(maxsize=4096)
def _format(supply_type: str, attribution: str, indexes: tuple[int, ...]) -> ValueFormat:
    return ValueFormat(
        id="_".join(("gridfeed_supply_mix", supply_type, attribution, *map(str, indexes))),
        type="electric_supply_mix",
        indexes=list(indexes),
        attribution=attribution,
        supply_type=supply_type,
    )
