"""`gridfeed demo`: two real recordings, replayed as a synthetic fleet."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli import session, terminal
from cli.demo.plant import Plant
from cli.demo.play import play
from cli.demo.recordings import examples, read_recording
from cli.up import prepare
from gridfeed.domain.declaration.declared import DeclaredProject, newest
from gridfeed.domain.words import Channel
from gridfeed.settings import Settings

#: Each meter sees the recorded clouds this much later than the previous meter.
LAG = timedelta(minutes=3)

app = terminal.commands()


@app.command()
def demo(
    file: Annotated[
        Path | None, typer.Argument(help="Project file; by default examples/projects.yaml.")
    ] = None,
) -> None:
    """Send a synthetic fleet to Kafka: two days of history at once, then live data.

    The meters of the project file must be declared already. They replay two recordings of NREL's
    SERF East plant, scaled to their capacity and shifted by whole days. The one-minute recording
    becomes telemetry: NET as recorded, GROSS with negative power set to zero. The 15-minute
    recording becomes settlement reads and a register that is read every local midnight. A day-ahead
    forecast repeats the same interval of the day before; an hour-ahead forecast adjusts that to the
    level of the last hour.

    \b
    Examples:
      gridfeed projects apply examples/projects.yaml && gridfeed demo
    """
    settings = session.start()
    plants = fleet(prepare.demonstration(file).projects)
    with session.kafka_trouble(settings):
        asyncio.run(_until_stopped(settings, plants))


def fleet(declared: Sequence[DeclaredProject]) -> list[Plant]:
    """Return the meters of the declared projects as plants that replay the recordings."""
    data = examples() / "data"
    minutes = read_recording(data / "serf_east_1min_ac_power.csv")
    quarters = read_recording(data / "serf_east_15min_ac_power.csv")
    return [
        Plant(
            meter.meter_number,
            ZoneInfo(project.timezone),
            meter.capacity_kw,
            place * LAG,
            # The recording is net of the station load; at night there is only station load.
            {Channel.NET: minutes, Channel.GROSS: minutes.not_below_zero()},
            quarters,
        )
        for place, (project, meter) in enumerate(newest(declared))
    ]


async def _until_stopped(settings: Settings, plants: Sequence[Plant]) -> None:
    playing = asyncio.ensure_future(play(settings, plants, terminal.note))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, playing.cancel)
    await asyncio.wait((playing,))
    if not playing.cancelled():
        playing.result()
