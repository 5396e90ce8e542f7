"""`gridfeed dead-letters`: lists rejected messages with their reasons, and sends them again."""

import asyncio
import heapq
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Annotated

import typer

from cli import session, terminal
from cli.trouble import TroubleError
from gridfeed.domain.words import Reason
from gridfeed.kafka.dead_letters import LetterSelection, NoDeadLettersTopicError, end_offsets, read
from gridfeed.kafka.letter import DeadLetter
from gridfeed.kafka.replay import Replayed
from gridfeed.kafka.replay import replay as send_back
from gridfeed.kafka.topics import input_topics
from gridfeed.settings import Settings

app = terminal.commands("List rejected messages with the reasons; replay them.")

COLUMNS = "letter", "rejected", "reason", "detail", "came from", "meter number"

Reasons = Annotated[
    list[Reason] | None,
    typer.Option("--reason", help="Only messages rejected for this reason; may be repeated."),
]


@app.command("list")
def list_letters(
    reasons: Reasons = None,
    limit: Annotated[int, typer.Option(min=0, help="Most messages to print.")] = 20,
    as_json: terminal.AsJson = False,
) -> None:
    """Print the newest rejected messages, oldest first, and how many there are of each reason.

    \b
    Examples:
      gridfeed dead-letters list --reason unknown_meter
      gridfeed dead-letters list --limit 1000 --json
    """
    settings = session.start()
    selection = LetterSelection(frozenset(reasons or ()))
    with _kafka(settings):
        seen = asyncio.run(_look(settings, selection, limit))
    if as_json:
        terminal.print_json(
            {"by_reason": dict(seen.by_reason), "letters": [_shape(each) for each in seen.newest]}
        )
        return
    if seen.newest:
        narrow = ("letter", "rejected", "reason and message"), map(_short_row, seen.newest)
        terminal.print_table(COLUMNS, map(_row, seen.newest), narrow=narrow)
    terminal.print_table(("reason", "letters"), seen.by_reason.most_common())


@app.command("replay")
def replay(
    *,
    reasons: Reasons = None,
    partition: Annotated[
        int | None, typer.Option(min=0, help="Only this partition of dead.letters.")
    ] = None,
    from_offset: Annotated[
        int | None, typer.Option(min=0, help="First offset in dead.letters to replay.")
    ] = None,
    to_offset: Annotated[
        int | None, typer.Option(min=0, help="Stop before this offset in dead.letters.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay every letter.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Send rejected messages, byte for byte, to the topic and partition they came from.

    \b
    Choose the letters by the options. A letter stays in dead.letters; replaying it twice counts its
    message once. A message that is still wrong comes back as a new letter. `dead-letters list`
    shows a letter's place as partition:offset. A message that is too large for a letter is read
    from its own topic; if that log no longer holds the message, the exit code is 1.

    \b
    Examples:
      gridfeed dead-letters replay --reason unknown_meter
      gridfeed dead-letters replay --partition 3 --from-offset 120 --to-offset 140 --yes
    """
    selection = LetterSelection(frozenset(reasons or ()), partition, from_offset or 0, to_offset)
    if not everything and selection == LetterSelection() and from_offset is None:
        raise typer.BadParameter("choose letters: --reason, --partition, --from-offset or --all")
    settings = session.start()
    with _kafka(settings):
        ends = asyncio.run(end_offsets(settings))
        chosen = asyncio.run(_count_by_topic(settings, selection, ends))
    total = _announce(chosen, input_topics(settings))
    if total and not yes:
        typer.confirm(f"Replay {total} messages?", abort=True, err=True)
    done = Replayed()
    if total:
        with _kafka(settings), terminal.progress("replaying", total) as steps:
            letters = read(settings, selection, ends)
            done = asyncio.run(send_back(settings, letters, steps.advance))
    typer.echo(f"replayed {done.sent} messages")
    for refusal in done.refused:
        terminal.note(f"not replayed: {refusal}")
    if done.refused:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Seen:
    """The newest letters, oldest first, and the count of all letters by reason."""

    newest: list[DeadLetter] = field(default_factory=list)
    by_reason: Counter[str] = field(default_factory=Counter)


@contextmanager
def _kafka(settings: Settings) -> Iterator[None]:
    with session.kafka_trouble(settings):
        try:
            yield
        except NoDeadLettersTopicError as error:
            raise TroubleError(
                f"topic {error} does not exist", "Run `gridfeed topics --create`."
            ) from None


async def _look(settings: Settings, selection: LetterSelection, limit: int) -> _Seen:
    seen = _Seen()
    heap: list[tuple[datetime, int, int, DeadLetter]] = []
    async for letter in read(settings, selection, await end_offsets(settings)):
        seen.by_reason[letter.reason or "(none)"] += 1
        heapq.heappush(heap, (letter.at, letter.partition, letter.offset, letter))
        if len(heap) > limit:
            heapq.heappop(heap)
    seen.newest = [letter for *_, letter in sorted(heap, key=lambda entry: entry[:3])]
    return seen


async def _count_by_topic(
    settings: Settings, selection: LetterSelection, ends: Mapping[int, int]
) -> Counter[str | None]:
    counted: Counter[str | None] = Counter()
    async for letter in read(settings, selection, ends):
        counted[letter.topic] += 1
    return counted


def _announce(chosen: Counter[str | None], inputs: Collection[str]) -> int:
    """Print the topics that letters will be sent to, and warn of topics that are not inputs.

    Returns the number of messages that will be sent.
    """
    known = Counter({topic: count for topic, count in chosen.items() if topic in inputs})
    if known:
        terminal.print_table(("to topic", "messages"), known.most_common())
    for topic in chosen.keys() - known.keys():
        terminal.note(
            f"warning: {chosen[topic]} letters came from {terminal.printable(topic)}, which is not"
            " an input topic of these settings (GRIDFEED_TENANTS, GRIDFEED_TOPIC_PREFIX): skipped"
        )
    return sum(known.values())


def _row(letter: DeadLetter) -> tuple[object, ...]:
    return (
        f"{letter.partition}:{letter.offset}",
        f"{letter.at:%Y-%m-%d %H:%M:%S}Z",
        letter.reason,
        letter.detail,
        f"{letter.topic}:{letter.origin_partition}:{letter.origin_offset}",
        letter.meter_number,
    )


def _short_row(letter: DeadLetter) -> tuple[object, ...]:
    """Return the row for a terminal of 80 columns: the last cell has several lines."""
    place, rejected, reason, detail, came_from, meter_number = _row(letter)
    return place, rejected, (reason, detail, f"{came_from}, meter {meter_number or '-'}")


def _shape(letter: DeadLetter) -> dict[str, object]:
    return {
        "partition": letter.partition,
        "offset": letter.offset,
        "rejected_at": letter.at,
        "reason": letter.reason,
        "detail": letter.detail,
        "topic": letter.topic,
        "origin_partition": letter.origin_partition,
        "origin_offset": letter.origin_offset,
        "meter_number": letter.meter_number,
        "value_base64": None if letter.value is None else b64encode(letter.value).decode(),
    } | ({} if letter.left_out is None else {"truncated": asdict(letter.left_out)})
