"""The columns of a table of usage segments, common to CSV, Arrow and Parquet; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from api.segments.columns import AVERAGE, CONTRACTED, PEAK, USAGE, VALUE_TYPES, ValueType
from gridfeed.domain.words import ProductionFormat

WORD = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("us", "UTC")
#: 10^-6 kWh have nine decimals in MWh and fewer in other units.
AMOUNT = pa.decimal128(38, 9)
#: A share of twelve decimals of a percent adds fourteen decimals. Fifteen digits are left before
#: the point.
SHARE = pa.decimal128(38, 23)

_MEAN, _P10, _P90 = "gridfeed_forecast_mean", "gridfeed_forecast_p10", "gridfeed_forecast_p90"
#: The column of each value type. Both forecast products use the same columns, since a row has only
#: one product.
NAMES: Mapping[ValueType, str] = {
    USAGE: "electric_usage",
    AVERAGE: "electric_demand_average",
    PEAK: "electric_demand_peak",
    CONTRACTED: "gridfeed_contracted_usage",
    **{
        value_type: name
        for product in (ProductionFormat.FORECAST_DAY_AHEAD, ProductionFormat.FORECAST_HOUR_AHEAD)
        for value_type, name in zip(VALUE_TYPES[product], (_MEAN, _P10, _P90), strict=True)
    },
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that clients may rely on. type: its Arrow type."""

    name: str
    type: Any
    meaning: str
    nullable: bool = False

    @property
    def kind(self) -> str:
        """Return the type in the words of the documentation."""
        return "word" if self.type == WORD else str(self.type)


def _value(name: str, meaning: str, type_: Any = AMOUNT) -> TableColumn:
    return TableColumn(name, type_, meaning, nullable=True)


#: Clients may rely on the names, order and types. New columns may be added at the end.
COLUMNS = (
    TableColumn("cds_usagesegment_id", WORD, "the row's segment"),
    TableColumn("cds_productionproject_id", WORD, "its project"),
    TableColumn("cds_meterdevice_id", WORD, "its meter"),
    TableColumn("meter_number", WORD, "number of the same meter"),
    TableColumn(
        "production_format",
        WORD,
        "scada, settlement, forecast_day_ahead or forecast_hour_ahead",
    ),
    TableColumn("reading_validity", WORD, "total_gross, net_metering or contracted"),
    TableColumn("direction", WORD, "reverse: generation; net: generation and station load"),
    TableColumn("interval_start", INSTANT, "start of the interval"),
    TableColumn("interval_seconds", pa.int32(), "its length"),
    _value("quality", "quality of the interval's values; forecasts have none", WORD),
    TableColumn("energy_unit", WORD, "Wh, kWh or MWh: the project's"),
    TableColumn("power_unit", WORD, "W, kW or MW, to match energy_unit"),
    _value("electric_usage", "energy, read or integrated"),
    _value("electric_demand_average", "mean power; only scada"),
    _value("electric_demand_peak", "highest power; only scada"),
    _value("gridfeed_contracted_usage", "energy under contract: a share, not a reading", SHARE),
    _value(_MEAN, "energy expected: a forecast, not a reading"),
    _value(_P10, "the 10 % quantile of expected generation"),
    _value(_P90, "the 90 % quantile of expected generation"),
    _value("issued_at", "forecasts: newest issue among the segment's values", INSTANT),
    TableColumn("cds_modified", INSTANT, "newest change inside the segment"),
)
SCHEMA = pa.schema([pa.field(each.name, each.type, each.nullable) for each in COLUMNS])
