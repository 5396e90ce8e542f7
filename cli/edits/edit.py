"""`gridfeed edit`: values set by hand, with the author and the reason."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli import input_file, session, terminal
from cli.edits import edit_rows
from cli.edits.edit_rows import EditRow
from cli.trouble import TroubleError
from gridfeed.domain.words import Channel, ReadingQuality
from gridfeed.settings import Settings
from gridfeed.storage import edits
from gridfeed.storage.edits import EditKind, EditReason, EditSummary, Recorded

app = terminal.commands("Set published values by hand, with author and reason; withdraw edits.")


def _text(given: str) -> str:
    if not given.strip() or not given.isprintable():
        raise typer.BadParameter("must be readable text on one line, because it is kept for ever")
    return given.strip()


Who = Annotated[str, typer.Option(help="Author of the edit; kept for ever.", callback=_text)]
Why = Annotated[str, typer.Option(help="Reason for the edit; kept for ever.", callback=_text)]
Quality = Annotated[
    ReadingQuality | None,
    typer.Option(help="Default: corrected if the value was billed (revenue), otherwise manual."),
]
Database = Annotated[str | None, typer.Option(help="Database URL. Default: GRIDFEED_DATABASE_URL.")]


@app.command("set", context_settings={"ignore_unknown_options": True})
def set_value(
    interval: Annotated[str, typer.Argument(help="cds_usagesegment_id#HH:MM (local) or #INSTANT.")],
    value_kwh: Annotated[
        str, typer.Argument(help="kWh, generation positive, at most 6 decimals; or null.")
    ],
    *,
    who: Who,
    why: Why,
    channel: Annotated[
        Channel | None, typer.Option(help="Default: the only channel that has values.")
    ] = None,
    quality: Quality = None,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Publish a value of one interval by hand, of telemetry or settlement.

    \b
    The value is in kWh, whatever the project's unit is, and generation is positive; the API's usage
    segments have the grid's sign and show generation as negative. null removes the value. Streamed
    values that arrive later are kept, but not published until the edit is withdrawn.

    \b
    Examples:
      gridfeed edit set m-1:settlement:2026-03-01:900#12:15 3.25 --who ana --why "report 77"
      gridfeed edit set m-1:scada:2026-03-01:300#12:05 null --who ana --why "arc flash"
    """
    settings = session.start(database_url=database_url)
    row = edit_rows.named(interval, value_kwh, channel, quality)
    _print(asyncio.run(_apply(settings, [row], EditReason(who, why))), as_json=as_json)


@app.command("csv")
def from_csv(
    file: Annotated[
        Path, typer.Argument(callback=input_file.readable, help="CSV file; - reads stdin.")
    ],
    *,
    who: Who,
    why: Why,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Publish values of many intervals by hand, as one edit: all of them or none.

    \b
    The first line names the columns, in any order; those in brackets may be left out:
      meter_number,production_format,channel,interval_start,interval_seconds,energy_kwh[,quality]
    production_format is scada or settlement. interval_start has an offset. energy_kwh is generation
    positive, exact, with at most 6 decimals; null takes a value away.

    \b
    Examples:
      gridfeed edit csv edits.csv --who ana@example.org --why "resettled by hand, ticket 812"
    """
    settings = session.start(database_url=database_url)
    rows = edit_rows.from_file(input_file.content(file), input_file.spelled(file))
    _print(asyncio.run(_apply(settings, rows, EditReason(who, why))), as_json=as_json)


@app.command("withdraw")
def withdraw(
    edit_id: Annotated[int, typer.Argument(help="Number of the edit; `edit list` prints it.")],
    *,
    who: Who,
    why: Why,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Withdraw an edit or estimate: the streamed values are published again.

    \b
    An interval without a streamed value then has no value. Edit and withdrawal are both kept.

    \b
    Examples:
      gridfeed edit withdraw 12 --who ana@example.org --why "wrong meter"
    """
    settings = session.start(database_url=database_url)
    _print(asyncio.run(_withdraw(settings, edit_id, EditReason(who, why))), as_json=as_json)


@app.command("list")
def list_stored(
    *,
    meter: Annotated[str | None, typer.Option(help="Meter number. Default: all meters.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most edits to print.")] = 100,
    database_url: Database = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Print edits, estimates and withdrawals, the newest first.

    \b
    Examples:
      gridfeed edit list
      gridfeed edit list --meter m-1 --json
    """
    settings = session.start(database_url=database_url)
    found = asyncio.run(_list(settings, meter, limit))
    if as_json:
        terminal.print_json(found)
        return
    terminal.print_table(
        ("edit", "kind", "recorded", "who", "why", "meters", "from", "until", "in force"),
        (_row(each) for each in found),
    )


async def _apply(settings: Settings, rows: list[EditRow], reason: EditReason) -> Recorded:
    intervals = await edit_rows.checked(settings, rows)
    async with session.connected(settings) as connection:
        try:
            return await edits.apply_edit(connection, EditKind.EDIT, reason, intervals)
        except edits.AcrossIntervalsError as error:
            raise TroubleError(str(error), "Edit the stored intervals themselves.") from None


async def _withdraw(settings: Settings, edit_id: int, reason: EditReason) -> Recorded:
    async with session.connected(settings) as connection:
        try:
            return await edits.withdraw_edit(connection, edit_id, reason)
        except edits.NotWithdrawableError as error:
            raise TroubleError(str(error), "See `gridfeed edit list`.") from None


async def _list(settings: Settings, meter: str | None, limit: int) -> list[EditSummary]:
    async with session.connected(settings) as connection:
        return await edits.list_edits(connection, meter, limit)


def _print(recorded: Recorded, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(recorded)
        return
    typer.echo(
        f"edit {recorded.edit_id}: {recorded.intervals} intervals,"
        f" {recorded.changes} entries in the change feed"
    )


def _row(each: EditSummary) -> tuple[object, ...]:
    what = f"{each.kind} of {each.withdraws}" if each.withdraws else each.kind
    return (
        each.edit_id,
        what,
        f"{each.recorded_at:%Y-%m-%d %H:%M:%S}Z",
        each.who,
        each.why,
        " ".join(each.meter_numbers),
        f"{each.first_start:%Y-%m-%d %H:%M}Z",
        f"{each.last_end:%Y-%m-%d %H:%M}Z",
        f"{each.in_force} of {each.intervals}",
    )
