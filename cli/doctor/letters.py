"""Checks for messages that were rejected in the last day, by reason."""

from collections.abc import Iterator
from datetime import timedelta
from textwrap import shorten

from cli import session
from cli.doctor.check import Check
from gridfeed import clock
from gridfeed.domain.words import Reason
from gridfeed.kafka.letter import DeadLetter
from gridfeed.kafka.recent_letters import RecentLetters, letters_since
from gridfeed.settings import Settings

_NAME = "dead letters"
_DAY = timedelta(days=1)
#: At most this many letters are read, for this long: many rejections must not delay other looks.
_MOST, _SECONDS = 10_000, 3.0
#: Stands for reasons that are not in the contract: a worker did not write such a letter.
_OTHER = "other"
#: The longest description shown. A producer chooses the keys in it, which may be long.
_MOST_SHOWN = 300


async def look(settings: Settings, partitions: int) -> list[Check]:
    """Return a problem for each reason for which messages were rejected in the last day.

    partitions: the number of partitions of `dead.letters`.
    """
    since = clock.now() - _DAY
    with session.kafka_trouble(settings):
        found = await letters_since(settings, partitions, since, most=_MOST, seconds=_SECONDS)
    if not found.counts and not found.unread:
        return [Check(_NAME, "none in the last day")]
    return list(_by_reason(found))


def _by_reason(found: RecentLetters) -> Iterator[Check]:
    counts: dict[str, int] = {}
    newest: dict[str, DeadLetter] = {}
    for stated, count in sorted(found.counts.items(), key=lambda each: -each[1]):
        reason = stated if stated in tuple(Reason) else _OTHER
        counts[reason] = counts.get(reason, 0) + count
        newest[reason] = max(
            (each for each in (newest.get(reason), found.newest[stated]) if each),
            key=lambda letter: letter.at,
        )
    least = "at least " if found.unread else ""
    for reason, count in counts.items():
        seen = f"{least}{count} in the last day; the newest: {_described(newest[reason])}"
        yield Check(f"{_NAME} {reason}", seen, _fix(reason))
    if found.unread:
        seen = f"up to {found.unread} more letters of the last day were not read"
        yield Check(_NAME, seen, "Run `gridfeed dead-letters list`, which reads every letter.")


def _described(letter: DeadLetter) -> str:
    place = f"{letter.topic}:{letter.origin_partition}:{letter.origin_offset}"
    meter = f", meter {letter.meter_number}" if letter.meter_number else ""
    said = f"{letter.at:%Y-%m-%d %H:%M:%S}Z from {place}{meter}: {letter.detail}"
    return shorten(said, _MOST_SHOWN, placeholder=" ...")


def _fix(reason: str) -> str:
    if reason == _OTHER:
        return "Run `gridfeed dead-letters list`, and find the program that writes to dead.letters."
    return (
        f"Run `gridfeed dead-letters list --reason {reason}`, correct the cause, then"
        f" `gridfeed dead-letters replay --reason {reason}`."
    )
