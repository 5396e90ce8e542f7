"""The `gridfeed` program: lists its commands, and loads only the requested command."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import gridfeed
from cli import start
from cli.trouble import STOPPED, TroubleError
from gridfeed.settings import BadSettingsError

#: The summary of each command, and the module in `cli` that has it as `app`. A module is loaded
#: only when its command is called, since loading all modules takes a second.
COMMANDS = {
    "up": ("Run everything on this machine, with a synthetic fleet.", "up.command"),
    "projects": ("Declare projects and meters in a YAML file; list them.", "projects.command"),
    "migrate": ("Bring the database to this version's schema.", "commands.migrate"),
    "topics": ("List the Kafka topics; create the missing ones.", "commands.topics"),
    "clients": ("Create, list and revoke API clients.", "commands.clients"),
    "worker": ("Compute values from Kafka messages and store them.", "commands.worker"),
    "serve": ("Serve the API.", "commands.serve"),
    "import": ("Send readings from a file to Kafka.", "imports.command"),
    "dead-letters": (
        "List rejected messages with the reasons; replay them.",
        "commands.dead_letters",
    ),
    "losses": ("List messages that were deleted before they were read.", "commands.losses"),
    "tail": ("Print changes as they are published.", "commands.tail"),
    "demo": ("Send a synthetic fleet, made of real recordings, to Kafka.", "demo.command"),
    "bench": ("Measure ingest, REST requests, long ranges and push.", "bench.command"),
    "simulate": ("Send telemetry of a simulated fleet; keep a ledger of it.", "proof.simulate"),
    "verify": ("Compare what the API publishes with a ledger.", "proof.verify"),
    "explain": ("Show how a published value was computed.", "explain.command"),
    "vee": ("Check published values for faults; estimate missing values.", "edits.vee"),
    "edit": ("Set published values by hand; withdraw edits.", "edits.edit"),
    "conformance": (
        "Check any server against the checklist of CDS-WG3-01.",
        "commands.conformance",
    ),
    "asyncapi": (
        "Print the AsyncAPI document of topics, streams and webhooks.",
        "commands.asyncapi",
    ),
    "doctor": ("Check settings, Kafka, database, workers, meters and API.", "doctor.command"),
}


def load(name: str) -> Any:
    """Import the module of a command; return the command."""
    module = import_module(f"cli.{COMMANDS[name][1]}")
    return typer.main.get_command(module.app)


class _Unloaded(TyperCommand):
    """Stands for a command in the list; parsing its arguments loads the real command."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Parse with the real command, which the returned context then invokes."""
        command = load(str(self.name))
        start.loaded()
        return command.make_context(info_name, args, parent=parent, **extra)


class _Program(TyperGroup):
    """Lists every command without importing it; turns expected trouble into exit codes."""

    def __init__(self, **options: Any) -> None:
        """Fill the list with stand-ins."""
        super().__init__(**options)
        for name, (summary, _) in COMMANDS.items():
            self.add_command(_Unloaded(name, help=summary, rich_markup_mode=None))

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Wrong settings exit with 2, other trouble mostly with 1."""
        try:
            return super().invoke(ctx)
        except BadSettingsError as error:
            _give_up(error, 2)
        except TroubleError as error:
            _give_up(error, error.code)
        except KeyboardInterrupt:
            _give_up("stopped", STOPPED)


def _give_up(why: Exception | str, code: int) -> None:
    typer.echo(str(why), err=True)
    raise typer.Exit(code) from None


app = typer.Typer(
    cls=_Program,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gridfeed {gridfeed.__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn telemetry, reads and forecasts of power plants into exact usage segments.

    Environment variables GRIDFEED_* configure it; `gridfeed doctor` prints them all.

    \b
    Examples:
      gridfeed projects apply examples/projects.yaml
      gridfeed doctor
    """
    del version


def main() -> None:
    """Run the program."""
    app(prog_name="gridfeed")
