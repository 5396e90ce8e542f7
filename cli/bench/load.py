"""The load of a benchmark: the telemetry of a simulated fleet, one sample per message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np

from cli.proof.declaration import simulated_project
from cli.proof.fleet import Plan, Sends, Shares, sends
from gridfeed.avro.telemetry import Telemetry, TextColumn
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.declaration.declared import DeclaredProject
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import Channel

#: Samples per second of each meter.
RATE = 1.0
INTERVAL_SECONDS = 300
#: The last sample is older than this, so every interval that it can reach has ended.
LEAST_AGE = timedelta(hours=1)
#: The seconds of the fleet's time that are encoded at once.
_CHUNK_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Load:
    """Messages of a number of meters, in order of time; one meter's messages share a partition."""

    messages: int
    meters: int
    partitions: int

    @property
    def seconds(self) -> int:
        """Return the seconds of event time that the messages cover."""
        return -(-self.messages // self.meters)

    def project(self) -> DeclaredProject:
        """Declare the fleet. Hold limits differ, and every tenth meter is interpolated linearly."""
        return simulated_project("bench", self.meters, INTERVAL_SECONDS, RATE)

    def plan(self, now: datetime) -> Plan:
        """Return the fleet's plan. Its last sample is an hour before `now`; nothing is spoiled."""
        start = now.replace(minute=0, second=0, microsecond=0) - LEAST_AGE
        start -= timedelta(seconds=self.seconds)
        capacity_kw = [float(meter.capacity_kw) for meter in self.project().meters]
        return Plan(
            capacity_kw=np.array(capacity_kw),
            start=microseconds(start),
            seconds=self.seconds,
            rate=RATE,
            shares=Shares(0, 0, 0, 0, 0),
        )

    def chunks(self, plan: Plan) -> Iterator[Telemetry]:
        """Yield all samples in order of time. Positions are counted across all chunks."""
        numbers = [meter.meter_number for meter in self.project().meters]
        seconds, sent = sends(plan), 0
        while sent < self.messages and (part := list(islice(seconds, _CHUNK_SECONDS))):
            chunk = Sends.concatenate(*part)
            chunk = chunk.take(np.arange(min(len(chunk), self.messages - sent)))
            yield _telemetry(chunk, numbers, sent)
            sent += len(chunk)


def _telemetry(chunk: Sends, numbers: Sequence[str], first: int) -> Telemetry:
    return Telemetry(
        positions=np.arange(first, first + len(chunk)),
        meter_numbers=TextColumn(numbers, chunk.meter),
        observed_at=chunk.observed_at,
        power_kw=chunk.power_kw,
        quality=chunk.quality,
        channel=np.full(len(chunk), CHANNELS.index(Channel.GROSS), np.uint8),
    )
