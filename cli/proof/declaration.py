"""Makes the declaration of a simulated fleet, and a ledger's header from a declaration; pure."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from cli.proof.ledger import Header, LedgerMeter
from gridfeed.domain.calendar.interval import anchor_seconds
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.declared import DeclaredMeter, DeclaredProject, newest
from gridfeed.domain.words import Integration

_TIMEZONE = "UTC"
#: Hold limits in samples, which the meters take in turn. Silences must become gaps within minutes.
_HOLDS = (5, 10, 20, 40)
#: One meter in this many is interpolated linearly.
_LINEAR_EVERY = 10


def simulated_project(
    name: str, meters: int, interval_seconds: int, rate: float
) -> DeclaredProject:
    """Return a project with that many meters, `{name}-00001` and so on.

    rate: samples per second; the hold limits depend on it. Raises UntileableError if
    interval_seconds does not divide a day.
    """
    anchor = anchor_seconds(_TIMEZONE, interval_seconds)
    project = Project(
        cds_productionproject_id=name,
        tenant="default",
        name=f"Simulated: {name}",
        timezone=_TIMEZONE,
        interval_seconds=interval_seconds,
        interval_anchor_seconds=anchor,
    )
    return DeclaredProject(project, tuple(_meter(name, place, rate) for place in range(meters)))


def _meter(name: str, place: int, rate: float) -> DeclaredMeter:
    return DeclaredMeter(
        meter_number=f"{name}-{place + 1:05d}",
        capacity_kw=Decimal(10 * (1 + place * 37 % 500)),
        integration=Integration.LINEAR
        if place % _LINEAR_EVERY == _LINEAR_EVERY - 1
        else Integration.STEP,
        hold_limit_seconds=min(ceil(_HOLDS[place % len(_HOLDS)] / min(rate, 1.0)), 86_400),
    )


def header_of(declared: Sequence[DeclaredProject], seed: int) -> Header:
    """Return the ledger's header for the declared meters. Raises ValueError if there is none."""
    meters = tuple(_ledger_meter(project, meter) for project, meter in newest(declared))
    if not meters:
        raise ValueError("no meter is declared")
    return Header(seed, declared[0].project.tenant, meters)


def _ledger_meter(project: Project, meter: DeclaredMeter) -> LedgerMeter:
    return LedgerMeter(
        meter.meter_number,
        str(meter.capacity_kw),
        project.interval_seconds,
        project.interval_anchor_seconds,
        meter.hold_limit_seconds,
        meter.integration,
        project.units,
    )
