"""`gridfeed vee`: finds implausible published values, and estimates missing values."""

import asyncio
from collections import Counter
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer

from api.comparisons.validation.answer import validation as represent
from api.comparisons.validation.query import validation
from api.comparisons.validation.shapes import Validation
from api.web import shapes
from cli import moments, session, terminal
from cli.edits import vee_apply
from cli.edits.vee_apply import REGISTER, Wish
from cli.edits.vee_meter import Interval, Meter, Place, opened
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.vee.proposal import Proposal
from gridfeed.domain.vee.series import Flag, kwh_text
from gridfeed.domain.words import Channel, ProductionFormat
from gridfeed.settings import Settings
from gridfeed.storage.edits import EditReason

app = terminal.commands("Check published values for faults; estimate missing values.")

Database = Annotated[str | None, typer.Option(help="Database URL. Default: GRIDFEED_DATABASE_URL.")]


@app.command("check")
def check(
    *,
    meter: Meter,
    start: Interval,
    end: Interval,
    production_format: Place = ProductionFormat.SCADA,
    as_of: Annotated[
        str | None, typer.Option(help="Check the values of this instant: 2026-03-02T12:00:00Z.")
    ] = None,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """List intervals that are missing or implausible. Nothing is changed.

    \b
    gap         no value
    stuck       the same generation, to the last digit, for two hours
    spike       far from both neighbours, which are close to each other
    high_limit  more than 110 % of the meter's capacity
    low_limit   more negative than the station load
    daylight    solar power while the sun is well below the horizon
    register    intervals that do not sum to what the register counted
    docs/validation.md gives the thresholds and their reasons. Generation is positive.

    \b
    Examples:
      gridfeed vee check --meter serf-east-1 --start 2026-03-01 --end 2026-03-02
      gridfeed vee check --meter m-1 --format settlement --start 2026-03-01 --end 2026-04-01 --json
    """
    settings = session.start(database_url=database_url)
    found = asyncio.run(_checked(settings, meter, production_format, (start, end), as_of))
    if as_json:
        terminal.print_json(orjson.Fragment(shapes.as_json(represent(found))))
    else:
        _print_findings(found)


@app.command("estimate")
def estimate(
    *,
    meter: Meter,
    start: Interval,
    end: Interval,
    production_format: Place = ProductionFormat.SCADA,
    channel: Annotated[
        Channel | None, typer.Option(help="Default: every channel that has values.")
    ] = None,
    flag: Annotated[
        list[Flag] | None, typer.Option(help="Flag to estimate; may be repeated. Default: gap.")
    ] = None,
    total_kwh: Annotated[
        str | None,
        typer.Option(
            "--total-kwh",
            help=f"Energy from start to end in kWh, or `{REGISTER}` for the register's count.",
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Publish the estimates.")] = False,
    who: Annotated[str | None, typer.Option(help="With --apply: author.")] = None,
    why: Annotated[str | None, typer.Option(help="With --apply: reason, kept for ever.")] = None,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Propose values for intervals that have none, or with --apply publish them as `estimated`.

    \b
    The first of these methods that can be used:
      linear          at most two hours: a line between the values before and after
      scada_shape     settlement: telemetry, scaled by the ratio of both near the gap
      reference_days  the mean of the nearest days of the same type at the same time
    If none can be used, there is no estimate. With --total-kwh the sum is exactly this energy. A
    measured value that comes later replaces an estimate; `gridfeed edit withdraw` removes it.

    \b
    Examples:
      gridfeed vee estimate --meter serf-east-1 --start 2026-03-01 --end 2026-03-02
      gridfeed vee estimate --meter m-1 --start 2026-03-01 --end 2026-03-02 --total-kwh 812.5
      gridfeed vee estimate --meter m-1 --start 2026-03-01 --end 2026-03-02 --apply --who a --why b
    """
    reason = _reason(who, why) if apply else None
    wish = Wish(
        meter, production_format, (start, end), channel, tuple(flag or (Flag.GAP,)), total_kwh
    )
    settings = session.start(database_url=database_url)
    answer = asyncio.run(vee_apply.estimated(settings, wish, reason))
    if as_json:
        terminal.print_json(vee_apply.shape(answer))
        return
    for each in answer.proposals:
        _print_proposal(each, answer.zone_name)
    if answer.recorded:
        typer.echo(
            f"published {answer.recorded.intervals} estimates as edit {answer.recorded.edit_id}"
        )
    elif any(each.estimates for each in answer.proposals):
        terminal.note("Nothing was published. To publish, add --apply --who NAME --why REASON.")


def _reason(who: str | None, why: str | None) -> EditReason:
    for option, text in (("--who", who), ("--why", why)):
        if not (text or "").strip():
            raise typer.BadParameter(f"--apply needs {option} with a text, which is kept for ever")
    return EditReason(str(who).strip(), str(why).strip())


async def _checked(
    settings: Settings,
    meter_number: str,
    production_format: ProductionFormat,
    texts: tuple[str, str],
    as_of: str | None,
) -> Validation:
    async with opened(settings, meter_number, as_of) as (view, meter):
        span = moments.span(*texts, meter.zone)
        return await validation(view, meter, production_format, span)


def _print_findings(found: Validation) -> None:
    zone = found.meter.zone
    flagged = [each for each in found.findings if each.flags]
    rows = (
        (
            each.channel,
            moments.local_text(instant(each.start_us), zone),
            each.seconds,
            None if each.energy_microkwh is None else kwh_text(each.energy_microkwh),
            " ".join(each.flags),
        )
        for each in flagged
    )
    if flagged:
        terminal.print_table(("channel", "local start", "seconds", "energy kWh", "flags"), rows)
    counts = Counter(flag for each in flagged for flag in each.flags)
    told = ", ".join(f"{counts[flag]} {flag}" for flag in Flag if counts[flag]) or "no flags"
    typer.echo(f"{len(found.findings)} intervals: {told}")


def _print_proposal(proposal: Proposal, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    if proposal.estimates:
        terminal.print_table(
            ("channel", "local start", "seconds", "energy kWh", "method"),
            (
                (
                    proposal.channel,
                    moments.local_text(instant(each.start_us), zone),
                    each.seconds,
                    kwh_text(each.energy_microkwh),
                    each.method,
                )
                for each in proposal.estimates
            ),
        )
    total = sum(each.energy_microkwh for each in proposal.estimates)
    typer.echo(
        f"{proposal.channel}: {len(proposal.estimates)} estimates, sum {kwh_text(total)} kWh;"
        f" {proposal.left} intervals have none"
    )
