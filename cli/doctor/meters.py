"""Checks for meters that never sent, fell silent, or send too rarely for their declaration."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil

from cli import session
from cli.doctor.check import Check
from gridfeed import clock
from gridfeed.domain.few import few
from gridfeed.settings import Settings
from gridfeed.storage.meter_health import (
    RareSamples,
    Silent,
    Unheard,
    rare_samples,
    silent_meters,
    unheard_meters,
)

_LONGEST_HOLD = 86_400


async def look_for_data(settings: Settings) -> list[Check]:
    """Return the meters in force from which no message ever came."""
    async with session.connected(settings) as connection:
        unheard = await unheard_meters(connection, clock.now())
    return [*_unheard(unheard)] or [Check("meters", "every meter in force has data")]


async def look_at_telemetry(settings: Settings) -> list[Check]:
    """Return the meters in force that fell silent, or sample too rarely for their hold limit."""
    now = clock.now()
    async with session.connected(settings) as connection:
        silent = await silent_meters(connection, now)
        rare = await rare_samples(connection, now, silent)
    found = [*_silent(silent), *_rare(rare)]
    return found or [Check("telemetry", "no meter is silent or sends too rarely")]


def _unheard(unheard: Sequence[Unheard]) -> Iterator[Check]:
    if new := [each.meter_number for each in unheard if each.is_new]:
        seen = f"declared within the last hour, without data so far ({len(new)}): {few(new)}"
        yield Check("new meters", seen, is_note=True)
    if old := [each.meter_number for each in unheard if not each.is_new]:
        seen = f"in force, but never sent a message ({len(old)}): {few(old)}"
        fix = (
            "Compare meter_number in the producer's messages with `gridfeed projects list`, and see"
            " `gridfeed dead-letters list --reason unknown_meter`. If a meter is out of service,"
            " give it `to: DATE` in the project file."
        )
        yield Check("meters without data", seen, fix)


def _silent(silent: Sequence[Silent]) -> Iterator[Check]:
    if not silent:
        return
    names = [f"{each.meter_number} (since {_since(each)})" for each in silent]
    seen = f"in force, but sent no telemetry for an hour ({len(silent)}): {few(names)}"
    fix = (
        "Check that their producers run and reach Kafka. If a meter is out of service, give it"
        " `to: DATE` in the project file."
    )
    yield Check("silent meters", seen, fix)


def _since(silent: Silent) -> str:
    return f"{silent.until:%Y-%m-%d %H:%M}Z" if silent.until else str(silent.last_day)


def _rare(rare: Sequence[RareSamples]) -> Iterator[Check]:
    """Yield a problem for each hold limit that would suffice."""
    for enough, group in groupby(sorted(rare, key=_enough), key=_enough):
        meters = [
            f"{each.meter_number} (every {each.seconds_apart:.0f} s, holds for"
            f" {each.hold_limit_seconds} s)"
            for each in group
        ]
        seen = f"samples are further apart than their hold limit ({len(meters)}): {few(meters)}"
        fix = (
            f"Set hold_limit_seconds: {enough} for these meters in the project file and run"
            " `gridfeed projects apply FILE`. Until then there are gaps between the samples, and an"
            " interval with known power for less than half its time has no energy."
        )
        yield Check(f"hold limit {enough} s", seen, fix)


def _enough(meter: RareSamples) -> int:
    """Return the shortest hold limit, in whole minutes, that lasts from one sample to the next."""
    return min(_LONGEST_HOLD, ceil(meter.seconds_apart / 60) * 60)
