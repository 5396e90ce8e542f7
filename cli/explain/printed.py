"""Prints explanations on the terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import typer
from msgspec import UNSET

from api.lineage.answer import ComparedValue, Edit, Lineage, LineageInterval
from api.lineage.answer_inputs import Candidate, KafkaPlace, Part
from api.web.shapes import Shape
from cli import terminal
from gridfeed.domain.calendar.instants import rfc3339

#: Column to member of the answer.
_TELEMETRY = {"known s": "coverage_seconds", "samples": "samples"}
_SETTLED = {"version": "settlement_version", "issued at": "issued_at"}
_PUBLISHED = {
    "published": "recorded_at",
    "until": "replaced_at",
    "energy kWh": "energy_kwh",
    "quality": "quality",
    **_SETTLED,
    "cause": "cause",
    "delta kWh": "delta_kwh",
}


def print_explanation(answer: Lineage, *, detailed: bool) -> None:
    """Print the table of a segment's intervals, or the details of those that were asked for."""
    zone = ZoneInfo(answer.timezone)
    local = f"local times: {answer.timezone}"
    typer.echo(f"{answer.cds_usagesegment_id}  ({local}; generation positive)")
    if detailed:
        for interval in answer.intervals:
            _print_interval(interval, zone)
        return
    more = _TELEMETRY if answer.production_format == "scada" else _SETTLED
    terminal.print_table(
        ("channel", "local start", "energy kWh", "quality", *more, "again"),
        (_row(each, zone, more.values()) for each in answer.intervals),
    )
    for note in dict.fromkeys(note for each in answer.intervals for note in each.notes):
        terminal.note(note)


def _row(interval: LineageInterval, zone: ZoneInfo, more: Iterable[str]) -> tuple[object, ...]:
    start, told = _local(interval.interval_start, zone), _members(interval, more)
    return interval.channel, start, interval.energy_kwh, interval.quality, *told, _verdict(interval)


def _members(shape: Shape, names: Iterable[str]) -> list[object]:
    return [_text(getattr(shape, name)) for name in names]


def _print_interval(interval: LineageInterval, zone: ZoneInfo) -> None:
    state = "final" if interval.final else "open"
    typer.echo(
        f"\n{interval.channel} {_local(interval.interval_start, zone)}"
        f" ({_text(interval.interval_start)} to {_text(interval.interval_end)}), {state},"
        f" recorded {_text(interval.recorded_at)}"
    )
    typer.echo(
        f"stored: energy {_or_null(interval.energy_kwh, 'kWh')},"
        f" mean {_or_null(interval.mean_kw, 'kW')}, peak {_or_null(interval.peak_kw, 'kW')},"
        f" quality {interval.quality or 'none'}"
    )
    typer.echo(
        f"recomputed: {_or_null(interval.recomputed_energy_kwh, 'kWh')}: {_verdict(interval)}"
    )
    if interval.flags:
        typer.echo(f"validation flags: {', '.join(interval.flags)}")
    for edit in interval.edits:
        typer.echo(_edit(edit))
    if streamed := interval.streamed:
        typer.echo(f"streams say: {_or_null(streamed.energy_kwh, 'kWh')}: {_verdict(streamed)}")
    if interval.parts is not UNSET:
        _print_samples(interval)
    if interval.versions is not UNSET:
        _print_candidates(interval.versions)
    if interval.vintages is not UNSET:
        typer.echo(f"gate: {_text(interval.gate)}, {interval.gate_rule}")
        _print_candidates(interval.vintages)
    terminal.print_table(
        list(_PUBLISHED),
        (_members(each, _PUBLISHED.values()) for each in interval.published),
    )
    for note in interval.notes:
        terminal.note(note)


def _print_samples(interval: LineageInterval) -> None:
    for reason in interval.reasons or ():
        typer.echo(f"- {reason}")
    terminal.print_table(
        ("from", "seconds", "power kW", "why", "sample", "quality", "Kafka"),
        (_part_row(part) for part in interval.parts or ()),
    )
    for sample in interval.replaced_samples or ():
        typer.echo(
            f"replaced by a later message: {_text(sample.observed_at)} {sample.power_kw} kW"
            f" {sample.quality} {_place(sample)}"
        )


def _edit(edit: Edit) -> str:
    energy, quality = _or_null(edit.energy_kwh, "kWh"), edit.quality or "none"
    state = "in force" if edit.in_force else f"until {_text(edit.ended_at)} ({edit.ended_by})"
    said = (
        f"{edit.kind} {edit.edit_id}, {state}: {energy}, quality {quality}, by {edit.who}:"
        f" {edit.why} ({edit.method}, {edit.inputs})"
    )
    if edit.withdrawn_who:
        said += f"; taken back by {edit.withdrawn_who}: {edit.withdrawn_why}"
    return terminal.printable(said)


def _part_row(part: Part) -> tuple[object, ...]:
    sample, since = part.sample, _text(part.since)
    power = part.power_kw and " to ".join(dict.fromkeys(part.power_kw))
    why = f"carried in, {part.why}" if part.carry_in else part.why
    if sample is None:
        return since, part.seconds, power, why, None, None, None
    seen = f"{_text(sample.observed_at)} {sample.power_kw}"
    return since, part.seconds, power, why, seen, sample.quality, _place(sample)


def _print_candidates(candidates: Sequence[Candidate]) -> None:
    members = candidates[0].__struct_fields__ if candidates else ()
    names = [name for name in members if name not in Candidate.__struct_fields__]
    terminal.print_table(
        ("", *names, "Kafka", "why"),
        (
            (
                "current" if each.current else "kept",
                *_members(each, names),
                _place(each),
                each.why,
            )
            for each in candidates
        ),
    )


def _place(message: KafkaPlace) -> str:
    return f"{message.topic}/{message.partition}@{message.offset}"


def _verdict(value: ComparedValue) -> str:
    if value.equal is None:
        return "unknown"
    return "equal" if value.equal else "DIFFERS"


def _or_null(text: str | None, unit: str) -> str:
    return "null" if text is None else f"{text} {unit}"


def _text(value: object) -> object:
    """Return an instant as RFC 3339 in UTC, anything else as it is."""
    return rfc3339(value) if isinstance(value, datetime) else value


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S%z")
