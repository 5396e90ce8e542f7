"""Sends the messages of a file to Kafka, and records the place of each message there."""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from cli import terminal
from cli.imports.columns import Integers, integers
from cli.imports.messages import Message
from gridfeed.kafka.clients import producing
from gridfeed.settings import Settings

_IN_FLIGHT = 1000


@dataclass(slots=True)
class Placed:
    """The messages in one partition, by offset: line of the first row, and number of rows."""

    offsets: Integers = field(default_factory=integers)
    lines: Integers = field(default_factory=integers)
    rows: Integers = field(default_factory=integers)

    def sort(self) -> None:
        """Sort the messages by offset."""
        order = sorted(range(len(self.offsets)), key=self.offsets.__getitem__)
        self.offsets = array("q", (self.offsets[at] for at in order))
        self.lines = array("q", (self.lines[at] for at in order))
        self.rows = array("q", (self.rows[at] for at in order))

    def below(self, offset: int) -> int:
        """Return the number of rows below an offset."""
        return sum(self.rows[: bisect_left(self.offsets, offset)])

    def at(self, offset: int) -> tuple[int, int] | None:
        """Return the line and the rows of the message at an offset; None if none was sent there."""
        place = bisect_left(self.offsets, offset)
        if place == len(self.offsets) or self.offsets[place] != offset:
            return None
        return self.lines[place], self.rows[place]


@dataclass(slots=True)
class Sent:
    """The messages of a file on a topic, by partition."""

    topic: str
    placed: dict[int, Placed] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """Return the number of messages that were sent."""
        return sum(len(each.offsets) for each in self.placed.values())

    @property
    def rows(self) -> int:
        """Return the number of the file's rows in them."""
        return sum(sum(each.rows) for each in self.placed.values())


async def send(
    settings: Settings, topic: str, messages: Iterable[Message], steps: terminal.Steps
) -> Sent:
    """Send messages and wait until the brokers acknowledge them. Raises KafkaError."""
    sent = Sent(topic)
    left = iter(messages)
    async with producing(settings) as producer:
        while batch := list(islice(left, _IN_FLIGHT)):
            futures = [await producer.send(topic, each.value, each.key) for each in batch]
            for message, record in zip(batch, await asyncio.gather(*futures), strict=True):
                placed = sent.placed.setdefault(record.partition, Placed())
                placed.offsets.append(record.offset)
                placed.lines.append(message.line)
                placed.rows.append(message.rows)
            steps.advance(sum(each.rows for each in batch))
    for placed in sent.placed.values():
        placed.sort()
    return sent
