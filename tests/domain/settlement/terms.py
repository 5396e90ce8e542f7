"""The settings that messages are judged by, at their defaults."""

from datetime import datetime

from gridfeed.domain.settlement.validation import Terms


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
