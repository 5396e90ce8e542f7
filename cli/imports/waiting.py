"""Finds the outcome of sent messages: published, or rejected with a reason."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from cli import session, terminal
from cli.imports.sent import Sent
from cli.trouble import TroubleError
from gridfeed.kafka.clients import consuming
from gridfeed.kafka.dead_letters import LetterSelection, NoDeadLettersTopicError, end_offsets, read
from gridfeed.kafka.ends import readable_ends
from gridfeed.settings import Settings
from gridfeed.storage.connect import UNREACHABLE, Pool, open_pool, will_pass
from gridfeed.storage.handled import Handled, handled_offsets

_LOOK_SECONDS = 0.2
#: Enough time to read the letters of any import; a broker that hangs must not hang the command.
_LETTERS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Before:
    """The state before anything was sent.

    letters: the end of each partition of the dead letters. generations: for each partition of the
    topic, the lowest generation that can belong to the present log.
    """

    letters: Mapping[int, int]
    generations: Mapping[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Rejection:
    """A rejected message: the line of its first row, the number of its rows, and the reason."""

    line: int
    rows: int
    reason: str
    detail: str
    partition: int
    offset: int


@dataclass(slots=True)
class Outcome:
    """The outcome of the rows of a file. waits: the rows that are not handled yet."""

    published: int
    waits: int
    rejections: list[Rejection] = field(default_factory=list)
    trouble: str | None = None

    @property
    def rejected(self) -> int:
        """Return the number of rejected rows."""
        return sum(each.rows for each in self.rejections)

    @property
    def reasons(self) -> Counter[str]:
        """Return the number of rejected rows for each reason."""
        counted: Counter[str] = Counter()
        for each in self.rejections:
            counted[each.reason] += each.rows
        return counted


async def look_before(settings: Settings, topic: str, partitions: int) -> Before:
    """Read the state before anything is sent. Raises TroubleError, KafkaError."""
    # The database first: an offset beyond the log's end then belongs to a former log.
    try:
        async with session.connected(settings) as connection:
            sources = await handled_offsets(connection, topic)
    except TroubleError as error:
        advice = "With --no-wait the command sends the rows and does not wait for their outcome."
        raise TroubleError(error.cause, f"{error.fix or ''}\n{advice}".strip()) from error
    try:
        letters = await end_offsets(settings)
    except NoDeadLettersTopicError as error:
        raise TroubleError(
            f"topic {error} does not exist", "Run `gridfeed topics --create`."
        ) from None
    logs = [TopicPartition(topic, number) for number in range(partitions)]
    async with consuming(settings) as consumer:
        ends = await readable_ends(consumer, logs)
    return Before(
        letters,
        {
            number: source.generation + (source.offset > ends[TopicPartition(topic, number)])
            for number, source in sources.items()
            if number < partitions
        },
    )


async def wait(
    settings: Settings, before: Before, sent: Sent, seconds: float, steps: terminal.Steps
) -> Outcome:
    """Wait until all rows are published or rejected, or until nothing happened for `seconds`.

    Raises KafkaError, TimeoutError, and the database's error if it is away for that long.
    """
    pool = await open_pool(settings, wait_seconds=seconds)
    try:
        handled, trouble = await _until_handled(pool, before, sent, seconds, steps)
    finally:
        pool.terminate()
    async with asyncio.timeout(_LETTERS_SECONDS):
        rejections = await _rejections(settings, before, sent)
    below = {number: sent.placed[number].below(offset) for number, offset in handled.items()}
    # A letter is written before the offset moves, so some letters may be of rows that still wait.
    early = sum(each.rows for each in rejections if each.offset >= handled[each.partition])
    rejected = sum(each.rows for each in rejections) - early
    done = sum(below.values())
    return Outcome(done - rejected, sent.rows - done - early, rejections, trouble)


async def _until_handled(
    pool: Pool, before: Before, sent: Sent, seconds: float, steps: terminal.Steps
) -> tuple[dict[int, int], str | None]:
    """Return the handled offset of each partition, and the database's last error, if any."""
    loop = asyncio.get_running_loop()
    handled, shown, trouble = dict.fromkeys(sent.placed, 0), 0, None
    until = loop.time() + seconds
    while True:
        try:
            async with pool.acquire(timeout=seconds) as connection:
                sources = await handled_offsets(connection, sent.topic)
            now = {number: _offset(sources.get(number), before, number) for number in handled}
            trouble = None
        except UNREACHABLE as error:
            if not will_pass(error):
                raise
            now, trouble = handled, str(error) or type(error).__name__
        if now != handled:
            handled, until = now, loop.time() + seconds
        done = sum(sent.placed[number].below(offset) for number, offset in handled.items())
        steps.advance(done - shown)
        shown = done
        if done == sent.rows or loop.time() >= until:
            return handled, trouble
        await asyncio.sleep(_LOOK_SECONDS)


def _offset(source: Handled | None, before: Before, number: int) -> int:
    if source is None or source.generation < before.generations.get(number, 1):
        return 0
    return source.offset


async def _rejections(settings: Settings, before: Before, sent: Sent) -> list[Rejection]:
    found: dict[tuple[int, int], Rejection] = {}
    ends = await end_offsets(settings)
    async for letter in read(settings, LetterSelection(), ends, since=before.letters):
        partition, offset = letter.origin_partition, letter.origin_offset
        if letter.topic != sent.topic or partition not in sent.placed or offset is None:
            continue
        place = sent.placed[partition].at(offset)
        if place is not None:
            found[partition, offset] = Rejection(
                *place, letter.reason or "(none)", letter.detail or "", partition, offset
            )
    return sorted(found.values())
