"""The proof of `as_of`: what was published at T is what the inputs recorded until T make of it.

Random histories of one meter run through the code of workers and edits against a real database. At
every instant at which something was recorded, just before each, long before and long after, the
views that the API reads as of that instant hold exactly what a plain replay of the log, cut there,
says: values, causes, and when each was recorded. As of one instant of each history the listing of
usage segments, the edits in force and the number of known inputs are compared, too.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.segments.segment import Segment
from tests import services
from tests.conftest import CHOICE
from tests.history.course import Course
from tests.history.log import Key, Row
from tests.history.replay import replayed
from tests.history.steps import RULES, Step, histories
from tests.history.system import Kind, System

MICROSECOND, LONG = timedelta(microseconds=1), timedelta(days=400)
#: How many histories, where the services are the real ones and elsewhere; some put nothing in.
MANY, FEW = 2_100, 200

kinds = st.tuples(st.integers(0, len(RULES) - 1), st.booleans(), st.booleans())


@dataclass
class Count:
    """What was tried."""

    histories: int = 0
    entries: int = 0
    questions: int = 0
    rows: int = 0


@pytest.fixture(scope="module")
def system(database_server: str, migrated_template: str) -> Iterator[tuple[asyncio.Runner, System]]:
    """A database that all histories share: each has a meter and partitions of its own."""
    with asyncio.Runner() as runner:
        name = runner.run(services.create_database(database_server, migrated_template))
        system = System(services.url_of(database_server, name))
        runner.run(system.open())
        yield runner, system
        runner.run(system.close())
        runner.run(services.drop_database(database_server, name))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_as_of_any_instant_the_answer_is_the_replay_of_the_log_cut_there(
    system: tuple[asyncio.Runner, System],
    pytestconfig: pytest.Config,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runner, there = system
    count, real = Count(), pytestconfig.stash[CHOICE].real

    @settings(
        max_examples=MANY if real else FEW,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(kinds, histories, st.randoms(use_true_random=False))
    def holds(kind, history, random):
        runner.run(prove(there, kind, history, random, count))

    holds()
    assert count.histories >= (2_000 if real else 180)
    with capsys.disabled():
        print(f"\n{count}")


async def prove(
    there: System, kind: Kind, history: Sequence[Step], random: Random, count: Count
) -> None:
    course = await there.new_course(kind)
    for step in history:
        await course.take(step)
    instants = questions(course)
    if not instants:
        return
    for instant in instants:
        expected = replayed(course.log, instant, course.rule, course.gates).rows
        assert await there.published(course.meter, instant) == expected
        count.rows += len(expected)
    await prove_the_rest(there, course, random.choice(instants))
    count.histories += 1
    count.entries += len(course.log)
    count.questions += len(instants)


async def prove_the_rest(there: System, course: Course, instant: datetime) -> None:
    """Compare the listing of usage segments, edits in force, and what is known of inputs."""
    expected = replayed(course.log, instant, course.rule, course.gates)
    listed = await there.segments(course.meter, instant)
    assert energies(listed) == {key: row.value.energy for key, row in expected.rows.items()}
    assert modified(listed) == newest(expected.rows)
    assert await there.in_force(course.meter, instant) == {
        key: edit.edit_id for key, edit in expected.in_force.items()
    }
    assert await there.kept(course.meter, instant) == len(expected.kept)


def questions(course: Course) -> list[datetime]:
    """Return every instant at which something was recorded, just before each, and far away."""
    recorded = {at for at, _ in course.log}
    if not recorded:
        return []
    around = {at - MICROSECOND for at in recorded} | {min(recorded) - LONG, max(recorded) + LONG}
    return sorted(recorded | around)


def energies(listed: Sequence[Segment]) -> dict[Key, int | None]:
    """Return the energy of every interval that the segments hold."""
    return {
        (key.production_format, series.channel, start_of(segment, place)): energy
        for segment in listed
        for key in [segment.key]
        for series in segment.series
        for place, energy in zip(series.places, series.energy_microkwh, strict=True)
    }


def modified(listed: Sequence[Segment]) -> dict[str, datetime]:
    return {segment.key.production_format: segment.key.modified_at for segment in listed}


def start_of(segment: Segment, place: int) -> datetime:
    return segment.key.segment_start + place * timedelta(seconds=segment.key.interval_seconds)


def newest(rows: dict[Key, Row]) -> dict[str, datetime]:
    """Return when each format's segment was changed last; all intervals are of one local day."""
    found: dict[str, datetime] = {}
    for (production_format, *_), row in rows.items():
        known = found.setdefault(production_format, row.recorded_at)
        found[production_format] = max(known, row.recorded_at)
    return found
