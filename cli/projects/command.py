"""`gridfeed projects`: declare projects and meters from a file, list them."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic.fields import FieldInfo

from cli import input_file, session, terminal
from cli.projects.file import BadProjectFileError, DeclaredFile, read_file
from cli.projects.file_model import MODELS, PLACES, FileModel
from cli.projects.strict_model import keys
from cli.trouble import TroubleError
from gridfeed.domain.declaration.declared import Action, Difference
from gridfeed.settings import Settings
from gridfeed.storage import catalogue

#: The kinds of changes that a person wants to see before they are written.
SHOWN = (Action.ADD, Action.CHANGE, Action.REMOVE)

app = terminal.commands("Declare projects and meters in a YAML file; list them.")


@app.command("apply")
def apply_file(
    file: Annotated[
        Path, typer.Argument(callback=input_file.readable, help="Project file; - reads stdin.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the differences; write nothing.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove customer data that is no longer in the file.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Write the projects, meters and customer data of a YAML file into the catalogue.

    \b
    Applying a file again changes nothing. An object that is no longer in the file is kept and
    reported. --remove deletes the tenant's other contracts of these projects, service points
    without meters, aggregations and certificates; projects and meters are never deleted, because
    values may belong to them. The time zone and base interval of a project cannot change once its
    meters have stored values. A meter that changes project is declared in both: with `to: DATE`
    in the project it leaves, with `from: DATE` in the project it joins.
    `gridfeed projects schema` lists every key and its default:
      tenant: default
      projects:
        - id: serf-east
          timezone: America/Denver
          contract: {type: PPA, rule: "100%", start: 2020-01-01, end: 2030-01-01}
          meters:
            - {number: serf-east-1, capacity_kw: 6}

    \b
    Examples:
      gridfeed projects apply examples/projects.yaml --dry-run
      cat examples/projects.yaml | gridfeed projects apply -
    """
    settings = session.start()
    declared = _read(file)
    planned = asyncio.run(_apply(settings, declared, dry_run=dry_run, remove=remove))
    if as_json:
        shapes = [_shape(each) for each in planned]
        terminal.print_json({"dry_run": dry_run, "differences": shapes})
    else:
        _print(planned, dry_run=dry_run)
    refusals = [each for each in planned if each.action is Action.REFUSE]
    if refusals:
        raise TroubleError("\n".join(_refusal(input_file.spelled(file), each) for each in refusals))


@app.command("list")
def list_stored(as_json: terminal.AsJson = False) -> None:
    """Print the projects of the catalogue.

    \b
    Examples:
      gridfeed projects list
      gridfeed projects list --json
    """
    settings = session.start()
    projects = asyncio.run(_list(settings))
    if as_json:
        terminal.print_json(projects)
        return
    terminal.print_table(
        ("tenant", "id", "name", "timezone", "interval", "contract", "meters", "capacity kW"),
        (
            (
                each.tenant,
                each.cds_productionproject_id,
                each.name,
                each.timezone,
                f"{each.interval_seconds} s",
                " ".join(filter(None, (each.contract_type, each.contract_rule))) or None,
                len(each.meter_numbers),
                each.capacity_kw,
            )
            for each in projects
        ),
    )


@app.command("schema")
def schema(as_json: terminal.AsJson = False) -> None:
    """Print every key of a project file with its default and meaning.

    \b
    Examples:
      gridfeed projects schema
      gridfeed projects schema --json
    """
    if as_json:
        terminal.print_json(FileModel.model_json_schema())
    else:
        terminal.print_table(("key", "default", "meaning"), key_rows())


def _read(file: Path) -> DeclaredFile:
    name = input_file.spelled(file)
    try:
        return read_file(input_file.content(file).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TroubleError(f"{name}: not UTF-8 ({error})", "Save the file as UTF-8.") from None
    except BadProjectFileError as error:
        lines = (f"{name}:{fault.line}: {fault.text}" for fault in error.faults)
        raise TroubleError("\n".join(lines), "Nothing was applied.") from None


async def _apply(
    settings: Settings, declared: DeclaredFile, *, dry_run: bool, remove: bool
) -> list[Difference]:
    what = declared.projects, declared.customer
    async with session.connected(settings) as connection:
        if dry_run:
            return await catalogue.plan(connection, *what, remove=remove)
        try:
            return await catalogue.apply(connection, *what, remove=remove)
        except catalogue.RefusedError as error:
            return list(error.refusals)


async def _list(settings: Settings) -> list[catalogue.ListedProject]:
    async with session.connected(settings) as connection:
        return await catalogue.list_projects(connection)


def _print(planned: Sequence[Difference], *, dry_run: bool) -> None:
    shown = [each for each in planned if each.action in SHOWN]
    if shown:
        terminal.print_table(
            ("line", "action", "kind", "name", "change"),
            (
                (each.line or None, each.action, each.what, each.name, _changes(each))
                for each in shown
            ),
        )
    for each in planned:
        if each.action is Action.UNDECLARED:
            terminal.note(f"warning: {each.what} {each.name} {each.reason}")
    if any(each.action is Action.REFUSE for each in planned):
        return
    count = Counter(each.action for each in planned)
    typer.echo(
        f"{count[Action.ADD]} added, {count[Action.CHANGE]} changed, {count[Action.KEEP]} unchanged"
        + (f", {count[Action.REMOVE]} removed" if count[Action.REMOVE] else "")
        + (" (dry run: nothing was written)" if dry_run else "")
    )


def _changes(difference: Difference) -> str:
    return ", ".join(
        f"{name}: {_word(was)} -> {_word(now)}" for name, was, now in difference.changes
    )


def _word(value: object) -> str:
    return "none" if value is None else str(value)


def _refusal(file: str, each: Difference) -> str:
    return f"{file}:{each.line}: {each.what} {each.name} {each.reason}"


def _shape(each: Difference) -> dict[str, object]:
    return {
        "action": each.action,
        "kind": each.kind,
        "name": each.name,
        "line": each.line or None,
        "changes": [
            {"field": field, "stored": was, "declared": now} for field, was, now in each.changes
        ],
        "reason": each.reason,
    }


def key_rows() -> Iterator[tuple[str, str, str | None]]:
    """Yield each key of a project file, its default and its meaning."""
    for prefix, model in MODELS.items():
        for name, field in keys(model).items():
            yield PLACES[prefix] + name, _default(field), field.description


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return "null" if value is None else str(value).lower() if value is False else str(value)
