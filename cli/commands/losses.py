"""`gridfeed losses`: lists messages that left the log unhandled, and acknowledges them."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from cli import session, terminal
from cli.trouble import TroubleError
from gridfeed.settings import Settings
from gridfeed.storage.lost import LostStretch, acknowledge, lost_stretches

app = terminal.commands()


@app.command()
def losses(
    everything: Annotated[
        bool, typer.Option("--all", help="Also print acknowledged losses.")
    ] = False,
    acknowledged: Annotated[
        list[int] | None,
        typer.Option("--acknowledge", metavar="ID", help="Acknowledge this loss; may be repeated."),
    ] = None,
    who: Annotated[str | None, typer.Option(help="With --acknowledge: your name.")] = None,
    note: Annotated[str | None, typer.Option(help="What you did about the loss.")] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Print the messages that retention or an administrator deleted before a worker read them.

    The broker got these messages between the times in the columns `after` and `before`. The column
    `series` counts the series that may lack samples; their values of that time are estimated, not
    calculated. `gridfeed doctor` and the workers' /readyz report a loss until it is acknowledged.

    \b
    Examples:
      gridfeed losses --json
      gridfeed losses --acknowledge 3 --who ana --note "sent again by the historian"
    """
    if acknowledged and not who:
        raise typer.BadParameter("--acknowledge needs your name: --who NAME")
    settings = session.start()
    if acknowledged and who:
        asyncio.run(_acknowledge(settings, acknowledged, who, note))
    found = asyncio.run(_lost(settings, everything or bool(acknowledged)))
    if acknowledged:
        found = [each for each in found if everything or each.lost_id in acknowledged]
    if as_json:
        terminal.print_json([asdict(each) | {"offsets": each.offsets} for each in found])
        return
    columns = "id", "topic", "offsets", "noticed", "after", "before", "series", "acknowledged"
    terminal.print_table(columns, (_row(each) for each in found))


async def _lost(settings: Settings, acknowledged: bool) -> list[LostStretch]:
    async with session.connected(settings) as connection:
        return await lost_stretches(connection, acknowledged=acknowledged)


async def _acknowledge(settings: Settings, lost_ids: list[int], who: str, note: str | None) -> None:
    async with session.connected(settings) as connection:
        known = {each.lost_id for each in await lost_stretches(connection, acknowledged=True)}
        if unknown := sorted(set(lost_ids) - known):
            raise TroubleError(
                f"no loss has the id {', '.join(map(str, unknown))}",
                "`gridfeed losses --all` lists every loss with its id.",
            )
        await acknowledge(connection, lost_ids, who, note)


def _row(each: LostStretch) -> tuple[object, ...]:
    place = f"{each.topic}[{each.kafka_partition}]"
    offsets = f"{each.first_offset} to {each.last_offset}"
    seen_to = each.acknowledged_by and ": ".join(filter(None, (each.acknowledged_by, each.note)))
    times = map(_time, (each.noticed_at, each.after_at, each.before_at))
    return (each.lost_id, place, offsets, *times, each.series, seen_to)


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if at else None
