"""How published values came about, as plain data: what `gridfeed explain --json` and the lineage of
usage segments answer.

Numbers are exact text: kWh and kW, generation positive. Instants are RFC 3339 in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.lineage.query import FormerValue, TracedEdit, TracedValue
from gridfeed.domain.calendar.instants import rfc3339

Shape = dict[str, Any]


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

    def equals(self, stored: TracedValue) -> bool:
        """Tell whether the stored value is the same to the last digit."""
        return self == Recomputed(
            stored.energy_microkwh,
            stored.mean_microkw,
            stored.peak_microkw,
            stored.quality,
            stored.p10_microkwh,
            stored.p90_microkwh,
            stored.settlement_version,
        )


def value_shape(stored: TracedValue) -> Shape:
    """Return a published value with its interval."""
    end = stored.interval_start + timedelta(seconds=stored.interval_seconds)
    return {
        "channel": stored.channel,
        "interval_start": text(stored.interval_start),
        "interval_end": text(end),
        **amounts_shape(stored),
        "recorded_at": text(stored.recorded_at),
        "cause": stored.cause,
        "final": stored.finalize_at is None,
    }


def amounts_shape(stored: TracedValue) -> Shape:
    """Return what is published of an interval."""
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
        "issued_at": text(stored.issued_at),
        "model": stored.model,
    }


def streamed_shape(streamed: TracedValue | None, again: Recomputed | None) -> Shape | None:
    """Return what the streams say of an interval that an edit decides, None for nothing."""
    if streamed is None:
        return None
    return {**amounts_shape(streamed), **verdict(streamed, again)}


def verdict(stored: TracedValue, again: Recomputed | None) -> Shape:
    """Return whether a value comes out again; equal is null where nobody can tell."""
    return {
        "recomputed_energy_kwh": micro(again.energy) if again else None,
        "equal": again.equals(stored) if again else None,
    }


def edits_shape(edits: Iterable[TracedEdit]) -> list[Shape]:
    """Return who set an interval to what and why, newest first."""
    return [
        {
            "edit_id": each.edit_id,
            "kind": each.kind,
            "who": each.who,
            "why": each.why,
            "method": each.method,
            "inputs": each.inputs,
            "energy_kwh": micro(each.energy_microkwh),
            "quality": each.quality,
            "recorded_at": text(each.recorded_at),
            "in_force": each.ended_at is None,
            "ended_at": text(each.ended_at),
            "ended_by": each.ended_by,
            "withdrawn_who": each.withdrawn_who,
            "withdrawn_why": each.withdrawn_why,
        }
        for each in edits
    ]


def published_shape(stored: TracedValue, former: Iterable[FormerValue]) -> list[Shape]:
    """Return every version that was published, the newest first."""
    newest = {
        "energy_kwh": micro(stored.energy_microkwh),
        "quality": stored.quality,
        "settlement_version": stored.settlement_version,
        "issued_at": text(stored.issued_at),
        "final": stored.finalize_at is None,
        "recorded_at": text(stored.recorded_at),
        "cause": stored.cause,
        "replaced_at": None,
        "replaced_by": None,
        "delta_kwh": None,
    }
    before = [
        {
            "energy_kwh": micro(each.energy_microkwh),
            "quality": each.quality,
            "settlement_version": each.settlement_version,
            "issued_at": text(each.issued_at),
            "final": each.finalize_at is None,
            "recorded_at": text(each.recorded_at),
            "cause": each.cause,
            "replaced_at": text(each.replaced_at),
            "replaced_by": each.replaced_by,
            "delta_kwh": micro(each.delta_microkwh),
        }
        for each in former
    ]
    return [newest, *reversed(before)]


def micro(amount: int | None) -> str | None:
    """Return millionths as exact text with six decimals."""
    return None if amount is None else f"{Decimal(amount).scaleb(-6):.6f}"


def text(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC."""
    return None if at is None else rfc3339(at)
