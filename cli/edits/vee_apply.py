"""Estimates for a span of time: proposed from published values, and published on request."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from api.comparisons.validation.query import energies
from api.comparisons.validation.shapes import PlantMeter
from api.meters.registers.query import registers
from api.reading.session import Session
from cli import moments, session
from cli.edits.vee_meter import opened
from cli.imports import cells
from cli.trouble import TroubleError
from gridfeed.domain.calendar.instants import instant, microseconds, rfc3339
from gridfeed.domain.settlement.registers import PICO_PER_KWH
from gridfeed.domain.telemetry.exact import divide_one
from gridfeed.domain.vee.estimates import UnfittingTotalError
from gridfeed.domain.vee.proposal import REACH, Proposal, Published, propose
from gridfeed.domain.vee.series import Flag, kwh_text
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality
from gridfeed.settings import Settings
from gridfeed.storage.edits import Edited, EditKind, EditReason, Recorded, apply_edit

#: A word in place of a number: the total is the energy that the register counted.
REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for estimates, as written. span: start and end. total: kWh or REGISTER."""

    meter_number: str
    production_format: ProductionFormat
    span: tuple[str, str]
    channel: Channel | None
    flags: tuple[Flag, ...]
    total: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The proposals, and the edit that published them, if any."""

    zone_name: str
    proposals: Sequence[Proposal]
    recorded: Recorded | None = None


async def estimated(settings: Settings, wish: Wish, reason: EditReason | None) -> Answer:
    """Propose estimates, and publish them if there is a reason. Raises TroubleError."""
    async with opened(settings, wish.meter_number) as (view, meter):
        proposals = await _proposed(view, meter, wish)
    intervals = [each for proposal in proposals for each in _edited(meter, wish, proposal)]
    if reason is None or not intervals:
        return Answer(meter.zone.key, proposals)
    async with session.connected(settings) as connection:
        recorded = await apply_edit(connection, EditKind.ESTIMATE, reason, intervals)
    return Answer(meter.zone.key, proposals, recorded)


def shape(answer: Answer) -> dict[str, Any]:
    """Return the answer as plain data; energies in kWh as exact text, generation positive."""
    return {
        "proposals": [
            {
                "channel": proposal.channel,
                "left": proposal.left,
                "estimates": [
                    {
                        "interval_start": rfc3339(instant(each.start_us)),
                        "interval_seconds": each.seconds,
                        "energy_kwh": kwh_text(each.energy_microkwh),
                        "method": each.method,
                        "inputs": each.inputs,
                    }
                    for each in proposal.estimates
                ],
            }
            for proposal in answer.proposals
        ],
        "published": answer.recorded and asdict(answer.recorded),
    }


async def _proposed(view: Session, meter: PlantMeter, wish: Wish) -> list[Proposal]:
    start, end = moments.span(*wish.span, meter.zone)
    reach = start - REACH, end + REACH
    own = await energies(view, meter, wish.production_format, reach)
    telemetry = {}
    if wish.production_format is ProductionFormat.SETTLEMENT:
        telemetry = dict((await energies(view, meter, ProductionFormat.SCADA, reach)).values)
    published = Published(own.values, own.estimates, telemetry)
    channels = [wish.channel] if wish.channel else [each for each in Channel if each in own.values]
    total = await _total(view, meter, wish, channels)
    bounds = microseconds(start), microseconds(min(end, view.opened_at))
    place = meter.plant, meter.zone
    try:
        return [
            propose(published, channel, place, bounds, flags=wish.flags, total=total)
            for channel in channels
        ]
    except UnfittingTotalError as error:
        raise TroubleError(str(error), "Leave --total-kwh out, or take a shorter span.") from None


async def _total(
    view: Session, meter: PlantMeter, wish: Wish, channels: Sequence[Channel]
) -> int | None:
    if wish.total is None:
        return None
    if len(channels) != 1:
        raise TroubleError(
            f"--total-kwh needs one channel; found: {', '.join(channels) or 'none'}",
            "Name the channel with --channel.",
        )
    if moments.span(*wish.span, meter.zone)[1] > view.opened_at:
        raise TroubleError("--total-kwh: --end is in the future", "Give an earlier --end.")
    if wish.total == REGISTER:
        return await _counted(view, meter, wish)
    try:
        return cells.microkwh(wish.total)
    except ValueError as error:
        raise TroubleError(f"--total-kwh: {error}", f"Give kWh, or `{REGISTER}`.") from None


async def _counted(view: Session, meter: PlantMeter, wish: Wish) -> int:
    """Return the energy that the register counted in the span, in 10^-6 kWh, rounded once."""
    start, end = moments.span(*wish.span, meter.zone)
    found = await registers(view, meter.meter_number, start, end)
    every = found.registers if found else ()
    advice = "Start and end the span at register reads, or give --total-kwh a number."
    if len(every) != 1:
        names = ", ".join(each.register for each in every) or "none"
        raise TroubleError(
            f"--total-kwh needs one register with reads at start and end; found: {names}", advice
        )
    counted = [energy for energy, _ in every[0].energies]
    known = [each.energy_picokwh for each in counted if each.energy_picokwh is not None]
    whole = bool(counted) and counted[0].start == start and counted[-1].end == end
    if not whole or len(known) < len(counted):
        raise TroubleError(f"the energy of register {every[0].register} is not known", advice)
    return divide_one(sum(known), PICO_PER_KWH // 1_000_000)


def _edited(meter: PlantMeter, wish: Wish, proposal: Proposal) -> list[Edited]:
    return [
        Edited(
            meter.meter_id,
            wish.production_format,
            proposal.channel,
            instant(each.start_us),
            each.seconds,
            each.energy_microkwh,
            ReadingQuality.ESTIMATED,
            each.method,
            each.inputs,
        )
        for each in proposal.estimates
    ]
