"""Usage segments as they are answered (CDS-WG3-01 10.8)."""

from typing import Annotated

from msgspec import UNSET, Meta, Raw, UnsetType

from api.web.page import envelope
from api.web.shapes import Number, Shape, Time, answer, means
from gridfeed.domain.calendar.instants import read_instant

Index = Annotated[int, Meta(ge=0)]


class ValueFormat(Shape):
    """A column of values: an entry of the catalogue (CDS-WG3-01 10.8.2 to 10.8.5)."""

    id: Annotated[str, means("entry of the catalogue; an id always names the same format")]
    type: Annotated[
        str,
        means(
            "electric_usage, electric_demand, electric_supply_mix, meter_readings, or a type of"
            " this server, which begins with gridfeed_"
        ),
    ]
    units: Annotated[
        str | UnsetType, means("Wh, kWh, MWh, W, kW or MW; not of electric_supply_mix")
    ] = UNSET
    direction: Annotated[
        str | UnsetType, means("reverse: generation; net: generation and station load")
    ] = UNSET
    gridfeed_production_format: Annotated[str | UnsetType, means("as of the segment")] = UNSET
    gridfeed_reading_validity: Annotated[
        str | UnsetType, means("total_gross, net_metering or contracted")
    ] = UNSET
    quality: Annotated[
        str | UnsetType,
        means("quality of every value of the column; each quality has its own column"),
    ] = UNSET
    demand_type: Annotated[str | UnsetType, means("average or peak")] = UNSET
    gridfeed_statistic: Annotated[
        str | UnsetType, means("mean, p10 or p90; quantiles refer to generation")
    ] = UNSET
    related_meterdevice: Annotated[str | UnsetType, means("meter_readings: the meter's id")] = UNSET
    register: Annotated[str | UnsetType | None, means("meter_readings: the register's name")] = (
        UNSET
    )
    supply_type: Annotated[
        str | UnsetType,
        means("electric_supply_mix: energy source, e.g. solar"),
    ] = UNSET
    attribution: Annotated[
        str | UnsetType, means("electric_supply_mix: base, individual or residual")
    ] = UNSET
    indexes: Annotated[
        list[Index] | UnsetType,
        means("electric_supply_mix: positions of the formats that it describes"),
    ] = UNSET


class SettlementRun(Shape):
    """A settlement run of values in the segment."""

    settlement_version: Annotated[int, means("the highest version of an interval is published")]
    code: Annotated[str | None, means("name that the project declares for it, e.g. TRUE_UP")]


class ValueObject(Shape):
    """A value of one format for one interval."""

    eu: Annotated[
        Number | UnsetType,
        means("electric_usage: energy; into the grid is negative, as for ed, cu and f"),
    ] = UNSET
    ed: Annotated[Number | UnsetType, means("electric_demand: average or peak power")] = UNSET
    cu: Annotated[Number | UnsetType, means("gridfeed_contracted_usage: energy under contract")] = (
        UNSET
    )
    f: Annotated[Number | UnsetType, means("gridfeed_forecast_...: expected energy")] = UNSET
    r: Annotated[
        str | UnsetType, means("meter_readings: number on the register at the interval's start")
    ] = UNSET
    sm: Annotated[Number | UnsetType, means("electric_supply_mix: ratio of the energy, exact")] = (
        UNSET
    )
    ci: Annotated[Number | UnsetType, means("electric_supply_mix: gCO2e per kWh")] = UNSET
    eacs: Annotated[
        list[str] | UnsetType, means("electric_supply_mix: certificates applied to it")
    ] = UNSET


class UsageSegment(Shape, kw_only=True):
    """One meter, one production format, one local day and one interval length."""

    cds_usagesegment_id: Annotated[
        str,
        means("stable; meter number, production format, local date, interval length, with colons"),
    ]
    cds_created: Annotated[Time, means("when its first value was published")]
    cds_modified: Annotated[Time, means("newest change of a value or register reading inside it")]
    cds_synced: Annotated[
        Time,
        means(
            "watermark: everything streamed for the meter before this instant is published; with"
            " as_of the same as cds_modified, because former watermarks are not kept"
        ),
    ]
    related_aggregations: Annotated[list[str], means("empty: a segment belongs to one meter")]
    related_accounts: Annotated[list[str], means("the account of the project's owner")]
    related_servicecontracts: Annotated[
        list[str], means("contracts of the project in force during the segment")
    ]
    related_servicepoints: Annotated[
        list[str], means("service points of the meter during the segment")
    ]
    related_meterdevices: Annotated[list[str], means("the meter's id")]
    related_billsections: Annotated[list[str], means("empty on this server")]
    related_productionprojects: Annotated[list[str], means("the project's id")]
    gridfeed_production_format: Annotated[
        str, means("scada, settlement, forecast_day_ahead or forecast_hour_ahead")
    ]
    gridfeed_issued_at: Annotated[
        Time | UnsetType, means("forecasts: newest issue among the values")
    ] = UNSET
    gridfeed_settlement_runs: Annotated[
        list[SettlementRun] | UnsetType,
        means("settlement: the runs of the values, ascending"),
    ] = UNSET
    segment_start: Annotated[Time, means("start of the day's first interval that has a value")]
    segment_end: Annotated[Time, means("end of the day's last interval that has a value")]
    interval: Annotated[int, means("seconds")]
    formats: Annotated[list[ValueFormat], means("the columns of values")]
    values: Annotated[
        list[list[ValueObject | None]],
        means("item k starts at segment_start + k * interval: a Value Object per format, or null"),
    ]


NAME = "usage_segments"
PAGE = envelope(NAME, UsageSegment)
_MIX = ValueObject(sm=Raw(b"1"), ci=Raw(b"0"), eacs=["serf-east-2026"])
_EXAMPLE = UsageSegment(
    cds_usagesegment_id="serf-east-1:settlement:2026-03-01:900",
    cds_created=read_instant("2026-03-02T06:00:00Z"),
    cds_modified=read_instant("2026-03-05T09:30:00Z"),
    cds_synced=read_instant("2026-03-06T00:00:00Z"),
    related_aggregations=[],
    related_accounts=["ac-default"],
    related_servicecontracts=["sc-serf-east"],
    related_servicepoints=["sp-serf-east-1"],
    related_meterdevices=["md-serf-east-1"],
    related_billsections=[],
    related_productionprojects=["serf-east"],
    gridfeed_production_format="settlement",
    gridfeed_settlement_runs=[SettlementRun(1, "FINAL")],
    segment_start=read_instant("2026-03-01T07:00:00Z"),
    segment_end=read_instant("2026-03-01T07:45:00Z"),
    interval=900,
    formats=[
        ValueFormat(
            id="gridfeed_settlement_gross_kwh_revenue",
            type="electric_usage",
            units="kWh",
            direction="reverse",
            quality="revenue",
            gridfeed_production_format="settlement",
            gridfeed_reading_validity="total_gross",
        ),
        ValueFormat(
            id="gridfeed_readings_kwh:md-serf-east-1:total",
            type="meter_readings",
            related_meterdevice="md-serf-east-1",
            register="total",
            units="kWh",
            gridfeed_production_format="settlement",
        ),
        ValueFormat(
            id="gridfeed_supply_mix_solar_individual_0",
            type="electric_supply_mix",
            indexes=[0],
            attribution="individual",
            supply_type="solar",
        ),
    ],
    values=[
        [ValueObject(eu=Raw(b"-125.5")), ValueObject(r="000712.5"), _MIX],
        [None, None, _MIX],
        [ValueObject(eu=Raw(b"-131.25")), None, _MIX],
    ],
)
BODY = answer(PAGE(usage_segments=[_EXAMPLE], next=None, previous=None))
