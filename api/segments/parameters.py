"""The query parameters of GET /cds/v1/usage-segments."""

from typing import Annotated, Self

from pydantic import model_validator

from api.reading.cursor import Cursor
from api.segments.filters import SegmentFilters, SegmentName
from api.segments.interval_length import Interval
from api.segments.pages import CURSOR_SHAPE
from api.web import cds_parameters as cds
from api.web.parameters import Instant, Words, cursor_of, known_words_of, told
from gridfeed.domain.words import ProductionFormat, ReadingValidity


class SegmentParameters(cds.Dated, cds.Listed):
    """The query parameters."""

    cds_usagesegment_ids: Words = cds.any_of(
        "Ids of usage segments", "serf-east-1:settlement:2026-03-01:900"
    )
    before: Instant = told(
        "Keep segments whose segment_start is at or before this RFC 3339 date-time.",
        "2026-03-02T00:00:00Z",
    )
    after: Instant = told(
        "Keep segments whose segment_end is at or after this RFC 3339 date-time.",
        "2026-03-01T00:00:00Z",
    )
    meter_numbers: cds.MeterNumbers = None
    meter_number: cds.MeterNumber = None
    cds_meterdevice_ids: cds.MeterDeviceIds = None
    cds_productionproject_ids: cds.ProjectIds = None
    production_formats: Annotated[
        tuple[ProductionFormat, ...] | None, known_words_of(ProductionFormat)
    ] = cds.any_of(
        "Production formats: scada, settlement, forecast_day_ahead, forecast_hour_ahead",
        "scada settlement",
    )
    reading_validities: Annotated[
        tuple[ReadingValidity, ...] | None, known_words_of(ReadingValidity)
    ] = told(
        "Space-separated list of total_gross, net_metering, contracted: only columns of these"
        " validities, and only segments that have such a column.",
        "net_metering contracted",
    )
    interval: Interval = None
    modified_after: Instant = told(
        "Keep segments whose cds_modified is later than this RFC 3339 date-time.",
        "2026-03-02T12:00:00Z",
    )
    cds_account_ids: cds.AccountIds = None
    account_numbers: cds.AccountNumbers = None
    cds_servicecontract_ids: cds.ContractIds = None
    contract_numbers: cds.ContractNumbers = None
    cds_servicepoint_ids: cds.PointIds = None
    servicepoint_numbers: cds.PointNumbers = None
    cds_billsection_ids: Words = told(
        f"Ids of bill sections. {cds.LIST} This server has no bill sections, so nothing matches.",
        "none-yet",
    )
    cursor: Annotated[Cursor | None, cursor_of(*CURSOR_SHAPE)] = cds.place(*CURSOR_SHAPE)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.before and self.after and self.before < self.after:
            fault = "it is earlier than after; give before >= after"
            raise self.refused("before", fault)
        return self

    def filters(self) -> SegmentFilters:
        """Return the filters that the parameters give."""
        ids = self.cds_usagesegment_ids
        names = None if ids is None else (SegmentName.of(each) for each in ids)
        return SegmentFilters(
            before=self.before,
            after=self.after,
            meter_numbers=cds.together(self.meter_numbers, self.meter_number),
            cds_meterdevice_ids=self.cds_meterdevice_ids,
            cds_productionproject_ids=(
                () if self.cds_billsection_ids else self.cds_productionproject_ids
            ),
            production_formats=self.production_formats,
            reading_validities=self.reading_validities,
            names=None if names is None else tuple(name for name in names if name),
            modified_after=self.modified_after,
            interval=self.interval,
            cds_account_ids=self.cds_account_ids,
            account_numbers=self.account_numbers,
            cds_servicecontract_ids=self.cds_servicecontract_ids,
            contract_numbers=self.contract_numbers,
            cds_servicepoint_ids=self.cds_servicepoint_ids,
            servicepoint_numbers=self.servicepoint_numbers,
        )
