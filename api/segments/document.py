"""Usage segments."""

from api.web.schema import array_of, listing_body, members, or_null

_FORMAT = members(
    "ValueFormat",
    {
        "id": ("string", "entry of the catalogue; one id is always one format"),
        "type": (
            "string",
            (
                "electric_usage, electric_demand, electric_supply_mix, meter_readings, or one of"
                " the server's own that begin with gridfeed_"
            ),
        ),
    },
    units=("string", "Wh, kWh, MWh, W, kW or MW; not of electric_supply_mix"),
    direction=("string", "reverse: generation; net: generation and station load"),
    gridfeed_production_format=("string", "as of the segment"),
    gridfeed_reading_validity=("string", "total_gross, net_metering or contracted"),
    quality=("string", "of every value of the column; another quality is another column"),
    demand_type=("string", "average or peak"),
    gridfeed_statistic=("string", "mean, p10 or p90; quantiles are of generation"),
    related_meterdevice=("string", "meter_readings: the meter's id"),
    register=("string?", "meter_readings: the register's name"),
    supply_type=("string", "electric_supply_mix: what the energy is made of, e.g. solar"),
    attribution=("string", "electric_supply_mix: base, individual or residual"),
    indexes=(
        array_of({"type": "integer", "minimum": 0}),
        "electric_supply_mix: places of the formats that it describes",
    ),
)
_RUN = members(
    "SettlementRun",
    {
        "settlement_version": ("integer", "its rank: the highest of an interval is published"),
        "code": ("string?", "name that the project declares for it, e.g. TRUE_UP"),
    },
)
_VALUE = members(
    "ValueObject",
    {},
    eu=("number", "electric_usage: energy; into the grid is negative, as for ed, cu and f"),
    ed=("number", "electric_demand: average or peak power"),
    cu=("number", "gridfeed_contracted_usage: energy under contract"),
    f=("number", "gridfeed_forecast_...: energy that is expected"),
    r=("string", "meter_readings: what the register showed at the interval's start"),
    sm=("number", "electric_supply_mix: ratio of the energy, exact"),
    ci=("number", "electric_supply_mix: gCO2e per kWh"),
    eacs=("string[]", "electric_supply_mix: certificates applied to it"),
)
_SEGMENT = members(
    "UsageSegment",
    {
        "cds_usagesegment_id": (
            "string",
            "stable: meter number, production format, local date, interval length, with colons",
        ),
        "cds_created": ("datetime", "when its first value was published"),
        "cds_modified": ("datetime", "newest change of a value or register reading inside it"),
        "cds_synced": (
            "datetime",
            (
                "watermark: all that was streamed for the meter before it is published; with as_of"
                " the same as cds_modified, because the watermark of then is not kept"
            ),
        ),
        "related_aggregations": ("string[]", "none: a segment is of one meter"),
        "related_accounts": ("string[]", "the account of the project's owner"),
        "related_servicecontracts": ("string[]", "the project's contracts in force inside it"),
        "related_servicepoints": ("string[]", "where the meter was inside it"),
        "related_meterdevices": ("string[]", "the meter's id"),
        "related_billsections": ("string[]", "none on this server"),
        "related_productionprojects": ("string[]", "the project's id"),
        "gridfeed_production_format": (
            "string",
            "scada, settlement, forecast_day_ahead or forecast_hour_ahead",
        ),
        "segment_start": ("datetime", "start of the day's first interval that has a value"),
        "segment_end": ("datetime", "end of the day's last interval that has a value"),
        "interval": ("integer", "seconds"),
        "formats": (array_of(_FORMAT), "the columns of values"),
        "values": (
            array_of(array_of(or_null(_VALUE))),
            "k covers segment_start + k * interval: one Value Object a format, or null",
        ),
    },
    gridfeed_issued_at=("datetime", "forecasts: newest issue among the values"),
    gridfeed_settlement_runs=(
        array_of(_RUN),
        "settlement: the runs that the values are of, ascending",
    ),
)

BODY = listing_body(
    "usage_segments",
    _SEGMENT,
    {
        "cds_usagesegment_id": "serf-east-1:settlement:2026-03-01:900",
        "cds_created": "2026-03-02T06:00:00Z",
        "cds_modified": "2026-03-05T09:30:00Z",
        "cds_synced": "2026-03-06T00:00:00Z",
        "related_aggregations": [],
        "related_accounts": ["ac-default"],
        "related_servicecontracts": ["sc-serf-east"],
        "related_servicepoints": ["sp-serf-east-1"],
        "related_meterdevices": ["md-serf-east-1"],
        "related_billsections": [],
        "related_productionprojects": ["serf-east"],
        "gridfeed_production_format": "settlement",
        "gridfeed_settlement_runs": [{"settlement_version": 1, "code": "FINAL"}],
        "segment_start": "2026-03-01T07:00:00Z",
        "segment_end": "2026-03-01T07:45:00Z",
        "interval": 900,
        "formats": [
            {
                "id": "gridfeed_settlement_gross_kwh_revenue",
                "type": "electric_usage",
                "units": "kWh",
                "direction": "reverse",
                "quality": "revenue",
                "gridfeed_production_format": "settlement",
                "gridfeed_reading_validity": "total_gross",
            },
            {
                "id": "gridfeed_readings_kwh:md-serf-east-1:total",
                "type": "meter_readings",
                "related_meterdevice": "md-serf-east-1",
                "register": "total",
                "units": "kWh",
                "gridfeed_production_format": "settlement",
            },
            {
                "id": "gridfeed_supply_mix_solar_individual_0",
                "type": "electric_supply_mix",
                "indexes": [0],
                "attribution": "individual",
                "supply_type": "solar",
            },
        ],
        "values": [
            [{"eu": -125.5}, {"r": "000712.5"}, {"sm": 1, "ci": 0, "eacs": ["serf-east-2026"]}],
            [None, None, {"sm": 1, "ci": 0, "eacs": ["serf-east-2026"]}],
            [{"eu": -131.25}, None, {"sm": 1, "ci": 0, "eacs": ["serf-east-2026"]}],
        ],
    },
)
