"""`gridfeed up`: runs all programs on this machine with one command."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import session, terminal
from cli.interrupts import Interrupts
from cli.up import prepare
from cli.up.machine import Machine, MachinePlan, Running
from gridfeed.environment import forget_settings

#: The members of the JSON line of `--json`.
SHOWN = ("api", "kafka", "database", "token")

app = terminal.commands()


@app.command()
def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo-data", help="Start with a synthetic fleet, or empty.")
    ] = True,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the API; 0 picks a free one. Default: 8080."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many workers to start.")] = 1,
    directory: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for data and logs. Default: a temporary one."),
    ] = None,
    embedded: Annotated[
        bool,
        typer.Option("--embedded", help="Ignore this shell's settings, except GRIDFEED_API_PORT."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when everything is ready.")
    ] = False,
) -> None:
    """Run everything on this machine: broker, database, worker, API and a synthetic fleet.

    Ctrl-C stops everything that the command started; a second Ctrl-C stops it at once. Broker and
    database are embedded, unless GRIDFEED_KAFKA_BOOTSTRAP or GRIDFEED_DATABASE_URL is set. The
    embedded broker keeps everything in memory: with --directory the database survives, but the
    topics start again at offset 0. --embedded is for a shell with the settings of another run.

    \b
    Examples:
      gridfeed up
      gridfeed up --no-demo-data --directory ./gridfeed-data
      gridfeed up --json --no-demo-data --port 0
    """
    if embedded and (left_out := forget_settings(["api_port"])):
        terminal.note(f"ignored settings of this shell: {', '.join(left_out)}")
    settings = session.start(api_port=port)
    plan = MachinePlan(settings, directory, workers, prepare.demonstration() if demo else None)
    interrupts = Interrupts()

    def announce(running: Running) -> None:
        if as_json:
            shape = asdict(running)
            terminal.print_json({name: shape[name] for name in SHOWN})
        else:
            typer.echo(summary(running, demo=demo))

    with interrupts.held():
        try:
            Machine(plan, interrupts, announce).run()
        except KeyboardInterrupt:
            terminal.note("stopped while starting")


def summary(running: Running, *, demo: bool) -> str:
    """Return the text with which a newcomer can go on."""
    meter = "serf-east-1" if demo else "YOUR-METER"
    curls = (
        _curl("/cds/v1/production-projects")
        + _curl(f"/cds/v1/usage-segments?meter_numbers={meter}&production_formats=scada")
        + _curl("/v1/changes?after=0&limit=10")
    )
    text = _WHERE + (_FLEET if demo else _EMPTY) + curls + _OWN_DATA
    return text.format(**asdict(running))


def _curl(path: str) -> str:
    return f"  curl -sS --fail-with-body -H 'Authorization: Bearer {{token}}' '{{api}}{path}'\n"


_WHERE = """
Gridfeed is running; Ctrl-C stops it.

  API        {api}/docs
  Kafka      {kafka}
  database   {database}
  token      {token}
  logs       {directory}

"""
_FLEET = """\
The fleet is synthetic: recordings of NREL's SERF East plant (examples/data), scaled to each meter
of examples/projects.yaml and shifted by whole days. Gross power is the recorded power, with zero
instead of negative values; live values are interpolated between recorded minutes. Settlement reads
come six hours after their interval; one read per hour is corrected by 0.2 % after two days.
Registers are read at midnight and count the settled energy. A day-ahead forecast repeats the day
before; an hour-ahead forecast also adds the last hour's difference from that day.

"""
_EMPTY = """\
Nothing is declared yet. Declare your meters (see below), then:

"""
_OWN_DATA = """
Your own data:

  export GRIDFEED_KAFKA_BOOTSTRAP={kafka} GRIDFEED_DATABASE_URL={database}
  gridfeed projects apply FILE.yaml    declare projects and meters
  gridfeed import csv --help           send a file
  or produce Avro to scada.telemetry, meter.reads, forecasts on {kafka} (schemas/avro)
"""
