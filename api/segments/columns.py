"""Value Formats and their Value Objects (CDS-WG3-01 10.8.2 to 10.8.5); pure.

Value Formats are entries of a fixed catalogue: an id always names the same format.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from msgspec import UNSET

from api.segments.basis import Basis, bases
from api.segments.segment import Amounts, Segment, SegmentKey
from api.segments.shape import ValueFormat
from api.web.amounts import DECIMALS, POWER_UNIT, decimal_texts, grid_sign
from gridfeed.domain.words import ProductionFormat, ReadingQuality, ReadingValidity


@dataclass(frozen=True, slots=True)
class ValueType:
    """The published form of a stored column.

    key: its name in the Value Object. column: the attribute of Series. word: its part of the
    format's id.
    """

    name: str
    key: str
    column: str
    word: str = ""
    power: bool = False
    members: tuple[tuple[str, str], ...] = ()


USAGE = ValueType("electric_usage", "eu", "energy_microkwh")
AVERAGE, PEAK = (
    ValueType("electric_demand", "ed", column, kind, power=True, members=(("demand_type", kind),))
    for kind, column in (("average", "mean_microkw"), ("peak", "peak_microkw"))
)
CONTRACTED = ValueType("gridfeed_contracted_usage", "cu", "energy_microkwh")


def _forecast(name: str) -> tuple[ValueType, ...]:
    columns = {"mean": "energy_microkwh", "p10": "p10_microkwh", "p90": "p90_microkwh"}
    return tuple(
        ValueType(name, "f", column, statistic, members=(("gridfeed_statistic", statistic),))
        for statistic, column in columns.items()
    )


#: The value types that each production format is published as; CONTRACTED is for contracted shares.
VALUE_TYPES: Mapping[ProductionFormat, tuple[ValueType, ...]] = {
    ProductionFormat.SCADA: (USAGE, AVERAGE, PEAK),
    ProductionFormat.SETTLEMENT: (USAGE,),
    ProductionFormat.FORECAST_DAY_AHEAD: _forecast("gridfeed_forecast_day_ahead"),
    ProductionFormat.FORECAST_HOUR_AHEAD: _forecast("gridfeed_forecast_hour_ahead"),
}
#: Words of ids. A share of net and a share of gross are two formats: their directions differ.
BASIS_WORD = {
    (ReadingValidity.TOTAL_GROSS, "reverse"): "gross",
    (ReadingValidity.NET_METERING, "net"): "net",
    (ReadingValidity.CONTRACTED, "reverse"): "contracted",
    (ReadingValidity.CONTRACTED, "net"): "contracted_net",
}


@lru_cache(maxsize=4096)
def value_format(
    value_type: ValueType,
    production_format: ProductionFormat,
    basis: tuple[ReadingValidity, str],
    units: str,
    quality: ReadingQuality | None,
) -> ValueFormat:
    """Return the catalogue's entry, e.g. gridfeed_scada_gross_kw_peak_calculated.

    basis: the reading validity and the direction.
    """
    validity, direction = basis
    further: dict[str, Any] = dict(value_type.members)
    words = (
        "gridfeed",
        production_format,
        BASIS_WORD[basis],
        units.lower(),
        value_type.word,
        quality or "",
    )
    return ValueFormat(
        id="_".join(filter(None, words)),
        type=value_type.name,
        units=units,
        direction=direction,
        quality=quality or UNSET,
        gridfeed_production_format=production_format,
        gridfeed_reading_validity=validity,
        **further,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A Value Format and a Value Object for each place: JSON text, "null" where there is none."""

    value_format: ValueFormat
    cells: Sequence[str]


def columns(segment: Segment, validities: Collection[ReadingValidity]) -> list[Column]:
    """Return the columns of these reading validities that have a value."""
    return [
        column
        for basis in bases(segment, validities)
        for value_type in value_types(segment.key.production_format, basis)
        for column in _of_basis(segment.key, basis, value_type)
    ]


def value_types(production_format: ProductionFormat, basis: Basis) -> tuple[ValueType, ...]:
    """Return the value types that the values of a basis are published as."""
    if basis.validity == ReadingValidity.CONTRACTED:
        return (CONTRACTED,)
    return VALUE_TYPES[production_format]


def _of_basis(key: SegmentKey, basis: Basis, value_type: ValueType) -> Iterator[Column]:
    units = POWER_UNIT[key.units] if value_type.power else key.units
    for series in basis.series:
        amounts: Amounts = getattr(series, value_type.column)
        if all(amount is None for amount in amounts):
            continue
        entry = value_format(
            value_type,
            key.production_format,
            (basis.validity, basis.direction),
            units,
            series.quality,
        )
        decimals = DECIMALS[units] + basis.scale
        texts = decimal_texts(grid_sign(amounts), decimals, f'{{"{value_type.key}":', "}")
        yield Column(entry, _in_place(texts, series.places, key.length()))


def _in_place(texts: Sequence[str], places: Sequence[int], length: int) -> list[str]:
    cells = ["null"] * length
    for place, text in zip(places, texts, strict=True):
        cells[place] = text
    return cells
