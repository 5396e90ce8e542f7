"""Edits and estimates of published values, and their withdrawal. Nothing is ever deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import asyncpg
import orjson

from gridfeed.domain.telemetry.exact import divide_one
from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat, ReadingQuality
from gridfeed.storage.connect import Connection
from gridfeed.storage.source import recording_instant
from gridfeed.storage.statements import Call, sql
from gridfeed.storage.values import ValueColumns, publish_edited


class EditKind(StrEnum):
    """An estimate ends when a measured value comes, an edit when it is withdrawn."""

    ESTIMATE = "estimate"
    EDIT = "edit"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class EditReason:
    """Who changes published values and why; both are kept for ever and may not be empty."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The new value of one interval: 10^-6 kWh, generation positive, None for no value.

    inputs: what the value was made from, ready for JSON.
    """

    meter_id: int
    production_format: ProductionFormat
    channel: Channel
    interval_start: datetime
    interval_seconds: int
    energy_microkwh: int | None
    quality: ReadingQuality | None
    method: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored edit: its number of intervals and of feed entries."""

    edit_id: int
    recorded_at: datetime
    intervals: int
    changes: int


@dataclass(frozen=True, slots=True)
class EditSummary:
    """An edit in a list. in_force: the number of its intervals that it still decides."""

    edit_id: int
    kind: str
    who: str
    why: str
    recorded_at: datetime
    withdraws: int | None
    meter_numbers: Sequence[str]
    production_formats: Sequence[str]
    first_start: datetime
    last_end: datetime
    intervals: int
    in_force: int


class AcrossIntervalsError(Exception):
    """An edit's interval crosses stored intervals of its series; nothing was written."""


class NotWithdrawableError(Exception):
    """The edit does not exist, or no part of it is in force; nothing was written."""


async def apply_edit(
    connection: Connection, kind: EditKind, reason: EditReason, intervals: Sequence[Edited]
) -> Recorded:
    """Publish edits or estimates in one transaction, with who made them and why.

    Former edits of the intervals end. Values that the streams have published or bring later wait in
    `streamed_value`. Raises AcrossIntervalsError.
    """
    cause = ChangeCause(kind)
    values = _values(intervals, cause)
    async with connection.transaction():
        recorded_at = await recording_instant(connection, sorted(set(values.meter_id)))
        await _refuse_across(connection, values)
        edit_id = await connection.fetchval(*_inserted(kind, reason, recorded_at, withdraws=None))
        await connection.execute(
            *sql("end_replaced_edits", **values.keys(), ended_at=recorded_at, ended_by=cause)
        )
        await connection.execute(
            *sql(
                "insert_edited_intervals",
                edit_id=edit_id,
                recorded_at=recorded_at,
                ends_by_measurement=kind is EditKind.ESTIMATE,
                **values.keys(),
                interval_seconds=values.interval_seconds,
                energy_microkwh=values.energy_microkwh,
                quality=values.quality,
                method=[each.method for each in intervals],
                inputs=[orjson.dumps(each.inputs).decode() for each in intervals],
            )
        )
        changes = await publish_edited(connection, values, recorded_at)
    return Recorded(edit_id, recorded_at, len(intervals), changes)


async def withdraw_edit(connection: Connection, edit_id: int, reason: EditReason) -> Recorded:
    """Publish the streams' values again for all intervals where the edit is in force.

    Without a streamed value an interval has no value afterwards. Raises NotWithdrawableError.
    """
    async with connection.transaction():
        meters = await connection.fetch(*sql("meters_in_force", edit_id=edit_id))
        if not meters:
            raise NotWithdrawableError(await _why_not(connection, edit_id))
        recorded_at = await recording_instant(connection, [row["meter_id"] for row in meters])
        rows = await connection.fetch(
            *sql("end_withdrawn_edit", edit_id=edit_id, ended_at=recorded_at)
        )
        if not rows:
            raise NotWithdrawableError(await _why_not(connection, edit_id))
        withdrawal = await connection.fetchval(
            *_inserted(EditKind.WITHDRAWAL, reason, recorded_at, withdraws=edit_id)
        )
        changes = await publish_edited(connection, _streamed(rows), recorded_at)
    return Recorded(withdrawal, recorded_at, len(rows), changes)


async def list_edits(
    connection: Connection, meter_number: str | None, limit: int
) -> list[EditSummary]:
    """Return the newest edits, of one meter or of all."""
    rows = await connection.fetch(*sql("edit_list", meter_number=meter_number, limit=limit))
    return [EditSummary(**dict(row)) for row in rows]


def _inserted(
    kind: EditKind, reason: EditReason, recorded_at: datetime, *, withdraws: int | None
) -> Call:
    return sql(
        "insert_edit",
        kind=kind,
        who=reason.who,
        why=reason.why,
        recorded_at=recorded_at,
        withdraws=withdraws,
    )


def _values(intervals: Sequence[Edited], cause: ChangeCause) -> ValueColumns:
    return ValueColumns(
        meter_id=[each.meter_id for each in intervals],
        production_format=[each.production_format for each in intervals],
        channel=[each.channel for each in intervals],
        interval_start=[each.interval_start for each in intervals],
        interval_seconds=[each.interval_seconds for each in intervals],
        cause=[cause] * len(intervals),
        energy_microkwh=[each.energy_microkwh for each in intervals],
        mean_microkw=[_mean(each) for each in intervals],
        quality=[each.quality for each in intervals],
    )


def _mean(each: Edited) -> int | None:
    """Return the mean power that is published beside an energy of telemetry; 10^-6 kW."""
    if each.production_format is not ProductionFormat.SCADA or each.energy_microkwh is None:
        return None
    return divide_one(each.energy_microkwh * 3600, each.interval_seconds)


def _streamed(rows: Sequence[asyncpg.Record]) -> ValueColumns:
    columns = {name: [row[name] for row in rows] for name in rows[0].keys()}  # noqa: SIM118
    return ValueColumns(cause=[ChangeCause.WITHDRAWN] * len(rows), **columns)


async def _refuse_across(connection: Connection, values: ValueColumns) -> None:
    row = await connection.fetchrow(
        *sql(
            "edits_across",
            **values.keys(),
            interval_seconds=values.interval_seconds,
            earliest=min(values.interval_start),
            latest=max(values.interval_start),
        )
    )
    if row is not None:
        raise AcrossIntervalsError(
            f"{_span(row['interval_start'], row['interval_seconds'])} overlaps part of the stored"
            f" interval {_span(row['stored_start'], row['stored_seconds'])}"
        )


async def _why_not(connection: Connection, edit_id: int) -> str:
    kind = await connection.fetchval(*sql("edit_kind", edit_id=edit_id))
    if kind is None:
        return f"there is no edit {edit_id}"
    if kind == EditKind.WITHDRAWAL:
        return f"edit {edit_id} is a withdrawal; to undo it, set the values again"
    return f"no value of edit {edit_id} is in force any more"


def _span(start: datetime, seconds: int) -> str:
    end = start + timedelta(seconds=seconds)
    return f"{start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
