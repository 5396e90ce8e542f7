"""Makes messages of a fleet's sends: bytes for Kafka, and rows for the ledger; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from cli.proof.fleet import Sends
from cli.proof.ledger import SCHEMA
from cli.proof.spoil import Sound, spoil
from gridfeed.avro.encode import encode_telemetry_batch
from gridfeed.avro.telemetry import Telemetry, TextColumn
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.telemetry.samples import POINT_QUALITIES
from gridfeed.domain.telemetry.series import CHANNELS
from gridfeed.domain.words import Channel

_GROSS = CHANNELS.index(Channel.GROSS)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages in the order of sending: keys, values, and a row of `records` for each.

    records: the ledger's columns without partition and offset, which Kafka reports later.
    """

    keys: list[bytes]
    values: list[bytes]
    records: pa.Table


@dataclass(frozen=True, slots=True)
class Wiring:
    """The meter numbers by position, the fleet's topic, and a foreign tenant's topic."""

    meter_numbers: Sequence[str]
    topic: str
    foreign_topic: str | None = None

    def traffic(self, sends: Sends) -> Traffic:
        """Return the sends as messages. A spoiled message replaces that of its sample."""
        numbers = TextColumn(self.meter_numbers, sends.meter)
        values = encode_telemetry_batch(_telemetry(sends, numbers))
        rows = len(sends)
        topics = [self.topic] * rows
        reasons: list[str | None] = [None] * rows
        hashes: list[str | None] = [None] * rows
        for row in np.flatnonzero(sends.spoil >= 0).tolist():
            spoiled = spoil(
                _sound(sends, numbers, row),
                int(sends.spoil[row]),
                foreign_topic=self.foreign_topic is not None,
            )
            values[row], reasons[row] = spoiled.value, spoiled.reason.value
            hashes[row] = sha256(spoiled.value).hexdigest()
            if spoiled.foreign and self.foreign_topic is not None:
                topics[row] = self.foreign_topic
        told = {"topic": topics, "reason": reasons, "sha256": hashes}
        records = pa.table(
            {
                name: pa.array(column, SCHEMA.field(name).type)
                for name, column in (_columns(sends, numbers) | told).items()
            }
        )
        return Traffic([number.encode() for number in numbers.to_list()], values, records)


def _telemetry(sends: Sends, numbers: TextColumn) -> Telemetry:
    rows = len(sends)
    channel = np.full(rows, _GROSS, np.uint8)
    return Telemetry(
        np.arange(rows), numbers, sends.observed_at, sends.power_kw, sends.quality, channel
    )


def _sound(sends: Sends, numbers: TextColumn, row: int) -> Sound:
    observed_at = instant(int(sends.observed_at[row]))
    return Sound(numbers[row], observed_at, float(sends.power_kw[row]))


def _columns(sends: Sends, numbers: TextColumn) -> dict[str, Any]:
    return {
        "meter_number": numbers.to_list(),
        "observed_at": sends.observed_at,
        "power_kw": sends.power_kw,
        "quality": [POINT_QUALITIES[place].value for place in sends.quality.tolist()],
        "channel": [Channel.GROSS.value] * len(sends),
    }
