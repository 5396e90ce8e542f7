"""The meter and the settings, at their defaults, that messages are judged by."""

from datetime import datetime
from decimal import Decimal

from gridfeed.domain.declaration.catalogue import Meter, Project
from gridfeed.domain.settlement.validation import Terms

METER = Meter(
    meter_id=1,
    meter_number="m",
    project=Project(
        cds_productionproject_id="p",
        tenant="a",
        name="P",
        timezone="America/Denver",
        interval_seconds=300,
        interval_anchor_seconds=0,
    ),
    capacity_kw=Decimal(6),
)


def usual_terms(now: datetime) -> Terms:
    """Return the terms of an untied topic at an instant."""
    return Terms(
        now=now,
        tenant=None,
        future_seconds=300,
        retention_days=7300,
        capacity_factor=10,
        forecast_days=400,
    )
