"""How published values came about: what `gridfeed explain --json` and the lineage of usage segments
answer.

Numbers are exact text: kWh and kW, generation positive. Instants are RFC 3339 in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

from msgspec import UNSET, UnsetType

from api.lineage.answer_inputs import (
    Members,
    Part,
    TracedSample,
    TracedVersion,
    TracedVintage,
    micro,
)
from api.lineage.code_version import CodeVersions
from api.lineage.query import FormerValue, TracedEdit, TracedValue
from api.web.shapes import Shape, Time, means


class ComparedValue(Shape):
    """The value of an interval, and the same value computed again."""

    energy_kwh: Annotated[str | None, means("generation positive")]
    mean_kw: Annotated[str | None, means("mean power")]
    peak_kw: Annotated[str | None, means("highest power")]
    p10_kwh: Annotated[str | None, means("quantile of a forecast")]
    p90_kwh: Annotated[str | None, means("quantile of a forecast")]
    quality: Annotated[str | None, means("as of usage segments")]
    samples: Annotated[int | None, means("number of samples inside the interval")]
    coverage_seconds: Annotated[str | None, means("time with known power")]
    longest_gap_seconds: Annotated[str | None, means("longest time without known power")]
    settlement_version: Annotated[int | None, means("of settlement")]
    issued_at: Annotated[Time | None, means("of a forecast")]
    model: Annotated[str | None, means("of a forecast")]
    recomputed_energy_kwh: Annotated[str | None, means("energy when the value is computed again")]
    equal: Annotated[
        bool | None, means("whether both are equal to the last digit; null: not known")
    ]


class StreamedValue(ComparedValue):
    """The streamed value of an interval whose published value is an edit."""


class PublishedVersion(Shape):
    """A value that was published for an interval."""

    energy_kwh: Annotated[str | None, means("generation positive")]
    quality: Annotated[str | None, means("as of usage segments")]
    settlement_version: Annotated[int | None, means("of settlement")]
    issued_at: Annotated[Time | None, means("of a forecast")]
    final: Annotated[bool, means("false: published while the interval was open")]
    recorded_at: Annotated[Time, means("published since")]
    cause: Annotated[
        str | None, means("why it was published; null: published before causes were kept")
    ]
    replaced_at: Annotated[Time | None, means("published until; null: still published")]
    replaced_by: Annotated[str | None, means("cause of the value that replaced it")]
    delta_kwh: Annotated[
        str | None, means("energy of the value that replaced it minus this energy")
    ]


class Edit(Shape):
    """A value that a person or an estimate set."""

    edit_id: Annotated[int, means("as `gridfeed edit list` shows it")]
    kind: Annotated[str, means("edit or estimate")]
    who: Annotated[str, means("author")]
    why: Annotated[str, means("reason in the author's words")]
    method: Annotated[str, means("how the value was found")]
    inputs: Annotated[dict[str, Any], means("data that the method used")]
    energy_kwh: Annotated[str | None, means("energy that was set")]
    quality: Annotated[str | None, means("as of usage segments")]
    recorded_at: Annotated[Time, means("in force since")]
    in_force: Annotated[bool, means("whether its value is the published one")]
    ended_at: Annotated[Time | None, means("in force until")]
    ended_by: Annotated[str | None, means("cause of its end")]
    withdrawn_who: Annotated[str | None, means("who withdrew it")]
    withdrawn_why: Annotated[str | None, means("reason of the withdrawal")]


class LineageInterval(ComparedValue):
    """How the value of one interval was computed."""

    channel: Annotated[str, means("GROSS, STATION_LOAD or NET")]
    interval_start: Annotated[Time, means("start")]
    interval_end: Annotated[Time, means("end")]
    recorded_at: Annotated[Time, means("published since")]
    cause: Annotated[str | None, means("why it was published")]
    final: Annotated[bool, means("whether every later change is a correction")]
    cds_productionproject_id: Annotated[str, means("project of the interval")]
    decided_by: Annotated[str, means("samples, settlement_version, vintage, or an edit in force")]
    streamed: Annotated[
        StreamedValue | None,
        means("the streamed value, if the published value is an edit"),
    ]
    published: Annotated[
        list[PublishedVersion], means("every version that was published, newest first")
    ]
    edits: Annotated[list[Edit], means("edits and estimates, newest first")]
    flags: Annotated[list[str], means("findings of validation, which never changes a value")]
    notes: Annotated[list[str], means("facts that may explain a difference")]
    gate: Annotated[
        Time | UnsetType, means("forecasts: latest instant of issue that counts, as declared now")
    ] = UNSET
    gate_rule: Annotated[
        str | UnsetType, means("forecasts: whether the gate itself still counts")
    ] = UNSET
    parts: Annotated[
        list[Part] | UnsetType, means("telemetry: the parts of the interval, in order")
    ] = UNSET
    replaced_samples: Annotated[
        list[TracedSample] | UnsetType,
        means("telemetry: samples replaced by a later message for the same instant"),
    ] = UNSET
    reasons: Annotated[list[str] | UnsetType, means("telemetry: the decisions in words")] = UNSET
    versions: Annotated[
        list[TracedVersion] | UnsetType, means("settlement: every version, the current one first")
    ] = UNSET
    vintages: Annotated[
        list[TracedVintage] | UnsetType, means("forecasts: every vintage, the current one first")
    ] = UNSET


class Lineage(Shape):
    """How the published values of a usage segment were computed."""

    cds_usagesegment_id: Annotated[str, means("as asked for")]
    timezone: Annotated[str, means("time zone of the local day")]
    production_format: Annotated[str, means("as in the id")]
    as_of: Annotated[Time | None, means("as asked for")]
    code: Annotated[CodeVersions, means("versions of the code that explains")]
    intervals: Annotated[list[LineageInterval], means("in order")]
    next: Annotated[str | None, means("URL of the intervals that follow, null when there are none")]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A value as it comes out again; 10^-6 kWh and kW, generation positive."""

    energy: int | None
    mean: int | None = None
    peak: int | None = None
    quality: str | None = None
    p10: int | None = None
    p90: int | None = None
    settlement_version: int | None = None

    @classmethod
    def of(cls, stored: TracedValue) -> Self:
        """Return what a stored value ought to come out as."""
        return cls(
            stored.energy_microkwh,
            stored.mean_microkw,
            stored.peak_microkw,
            stored.quality,
            stored.p10_microkwh,
            stored.p90_microkwh,
            stored.settlement_version,
        )

    def equals(self, stored: TracedValue) -> bool:
        """Tell whether the stored value is the same to the last digit."""
        return self == Recomputed.of(stored)


def compared(stored: TracedValue, again: Recomputed | None) -> Members:
    """Return the members of ComparedValue; equal is null where nobody can tell."""
    return {
        "energy_kwh": micro(stored.energy_microkwh),
        "mean_kw": micro(stored.mean_microkw),
        "peak_kw": micro(stored.peak_microkw),
        "p10_kwh": micro(stored.p10_microkwh),
        "p90_kwh": micro(stored.p90_microkwh),
        "quality": stored.quality,
        "samples": stored.samples,
        "coverage_seconds": micro(stored.coverage_us),
        "longest_gap_seconds": micro(stored.longest_gap_us),
        "settlement_version": stored.settlement_version,
        "issued_at": stored.issued_at,
        "model": stored.model,
        "recomputed_energy_kwh": micro(again.energy) if again else None,
        "equal": again.equals(stored) if again else None,
    }


def edit(traced: TracedEdit) -> Edit:
    """Return who set an interval to what and why."""
    return Edit(
        edit_id=traced.edit_id,
        kind=traced.kind,
        who=traced.who,
        why=traced.why,
        method=traced.method,
        inputs=traced.inputs,
        energy_kwh=micro(traced.energy_microkwh),
        quality=traced.quality,
        recorded_at=traced.recorded_at,
        in_force=traced.ended_at is None,
        ended_at=traced.ended_at,
        ended_by=traced.ended_by,
        withdrawn_who=traced.withdrawn_who,
        withdrawn_why=traced.withdrawn_why,
    )


def published(stored: TracedValue, former: Iterable[FormerValue]) -> list[PublishedVersion]:
    """Return every version that was published, the newest first."""
    before = [
        _version(each, each.replaced_at, each.replaced_by, micro(each.delta_microkwh))
        for each in former
    ]
    return [_version(stored, None, None, None), *reversed(before)]


def _version(
    value: TracedValue | FormerValue,
    replaced_at: datetime | None,
    replaced_by: str | None,
    delta_kwh: str | None,
) -> PublishedVersion:
    return PublishedVersion(
        energy_kwh=micro(value.energy_microkwh),
        quality=value.quality,
        settlement_version=value.settlement_version,
        issued_at=value.issued_at,
        final=value.finalize_at is None,
        recorded_at=value.recorded_at,
        cause=value.cause,
        replaced_at=replaced_at,
        replaced_by=replaced_by,
        delta_kwh=delta_kwh,
    )
