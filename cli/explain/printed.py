"""Explanations on the terminal."""

from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from api.lineage.answer import Shape
from cli import terminal

_TELEMETRY = ("channel", "local start", "energy kWh", "quality", "known s", "samples", "again")
_SETTLED = ("channel", "local start", "energy kWh", "quality", "version", "issued at", "again")


def print_explanation(shape: Shape, *, detailed: bool) -> None:
    """Print the table of a segment's intervals, or the details of those that were asked for."""
    zone = ZoneInfo(shape["timezone"])
    typer.echo(
        f"{shape['cds_usagesegment_id']}  (local times: {shape['timezone']}; generation positive)"
    )
    if detailed:
        for interval in shape["intervals"]:
            _print_interval(interval, zone)
        return
    telemetry = shape["production_format"] == "scada"
    row = _telemetry_row if telemetry else _settled_row
    terminal.print_table(
        _TELEMETRY if telemetry else _SETTLED, (row(each, zone) for each in shape["intervals"])
    )
    for note in dict.fromkeys(note for each in shape["intervals"] for note in each["notes"]):
        terminal.note(note)


def _telemetry_row(interval: Shape, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        interval["channel"],
        _local(interval["interval_start"], zone),
        interval["energy_kwh"],
        interval["quality"],
        interval["coverage_seconds"],
        interval["samples"],
        _verdict(interval),
    )


def _settled_row(interval: Shape, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        interval["channel"],
        _local(interval["interval_start"], zone),
        interval["energy_kwh"],
        interval["quality"],
        interval["settlement_version"],
        interval["issued_at"],
        _verdict(interval),
    )


def _print_interval(interval: Shape, zone: ZoneInfo) -> None:
    state = "final" if interval["final"] else "open"
    typer.echo(
        f"\n{interval['channel']} {_local(interval['interval_start'], zone)}"
        f" ({interval['interval_start']} to {interval['interval_end']}), {state},"
        f" recorded {interval['recorded_at']}"
    )
    typer.echo(
        f"stored: energy {_or_null(interval['energy_kwh'], 'kWh')},"
        f" mean {_or_null(interval['mean_kw'], 'kW')}, peak {_or_null(interval['peak_kw'], 'kW')},"
        f" quality {interval['quality'] or 'none'}"
    )
    typer.echo(
        f"recomputed: {_or_null(interval['recomputed_energy_kwh'], 'kWh')}: {_verdict(interval)}"
    )
    if interval["flags"]:
        typer.echo(f"validation flags: {', '.join(interval['flags'])}")
    for edit in interval["edits"]:
        typer.echo(_edit(edit))
    if streamed := interval["streamed"]:
        typer.echo(f"streams say: {_or_null(streamed['energy_kwh'], 'kWh')}: {_verdict(streamed)}")
    if "parts" in interval:
        _print_samples(interval)
    if "versions" in interval:
        _print_candidates(interval["versions"])
    if "vintages" in interval:
        typer.echo(f"gate: {interval['gate']}, {interval['gate_rule']}")
        _print_candidates(interval["vintages"])
    terminal.print_table(
        (
            "published",
            "until",
            "energy kWh",
            "quality",
            "version",
            "issued at",
            "cause",
            "delta kWh",
        ),
        (_published_row(each) for each in interval["published"]),
    )
    for note in interval["notes"]:
        terminal.note(note)


def _print_samples(interval: Shape) -> None:
    for reason in interval["reasons"]:
        typer.echo(f"- {reason}")
    terminal.print_table(
        ("from", "seconds", "power kW", "why", "sample", "quality", "Kafka"),
        (_part_row(part) for part in interval["parts"]),
    )
    for sample in interval["replaced_samples"]:
        typer.echo(
            f"replaced by a later message: {sample['observed_at']} {sample['power_kw']} kW"
            f" {sample['quality']} {_place(sample)}"
        )


def _edit(edit: Shape) -> str:
    energy, quality = _or_null(edit["energy_kwh"], "kWh"), edit["quality"] or "none"
    state = "in force" if edit["in_force"] else f"until {edit['ended_at']} ({edit['ended_by']})"
    said = (
        f"{edit['kind']} {edit['edit_id']}, {state}: {energy}, quality {quality}, by {edit['who']}:"
        f" {edit['why']} ({edit['method']}, {edit['inputs']})"
    )
    if edit["withdrawn_who"]:
        said += f"; taken back by {edit['withdrawn_who']}: {edit['withdrawn_why']}"
    return terminal.printable(said)


def _published_row(version: Shape) -> tuple[object, ...]:
    return (
        version["recorded_at"],
        version["replaced_at"],
        version["energy_kwh"],
        version["quality"],
        version["settlement_version"],
        version["issued_at"],
        version["cause"],
        version["delta_kwh"],
    )


def _part_row(part: Shape) -> tuple[object, ...]:
    sample = part["sample"]
    power = part["power_kw"] and " to ".join(dict.fromkeys(part["power_kw"]))
    why = f"carried in, {part['why']}" if part["carry_in"] else part["why"]
    if sample is None:
        return part["from"], part["seconds"], power, why, None, None, None
    seen = f"{sample['observed_at']} {sample['power_kw']}"
    return part["from"], part["seconds"], power, why, seen, sample["quality"], _place(sample)


def _print_candidates(candidates: list[Shape]) -> None:
    left_out = {"topic", "partition", "offset", "current", "why"}
    names = [name for name in candidates[0] if name not in left_out] if candidates else []
    terminal.print_table(
        ("", *names, "Kafka", "why"),
        (
            (
                "current" if each["current"] else "kept",
                *(each[name] for name in names),
                _place(each),
                each["why"],
            )
            for each in candidates
        ),
    )


def _place(sample: Shape) -> str:
    return f"{sample['topic']}/{sample['partition']}@{sample['offset']}"


def _verdict(interval: Shape) -> str:
    if interval["equal"] is None:
        return "unknown"
    return "equal" if interval["equal"] else "DIFFERS"


def _or_null(text: str | None, unit: str) -> str:
    return "null" if text is None else f"{text} {unit}"


def _local(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%H:%M:%S%z")
