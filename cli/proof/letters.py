"""Compares the dead letters of a ledger's stretch of the topics with the spoiled messages."""

import asyncio

from cli.proof.compare import Letter, LetterComparison, compare_letters
from cli.proof.ledger import Ledger
from gridfeed.kafka.dead_letters import LetterSelection, end_offsets, read
from gridfeed.kafka.letter import Contents, DeadLetter
from gridfeed.settings import Settings

_PAUSE_SECONDS = 1.0


class LetterCheck:
    """Knows the dead letters that a ledger demands, and tells its letters from all others."""

    def __init__(self, ledger: Ledger) -> None:
        """Read the ledger's spoiled records and its stretch of the topics."""
        columns = ["topic", "partition", "offset", "reason", "sha256"]
        self.spoiled = [Letter(*row.values()) for row in ledger.spoiled.select(columns).to_pylist()]
        self._origins = {letter.origin for letter in self.spoiled}
        self._keys = {meter.meter_number.encode() for meter in ledger.header.meters}
        spans = ledger.records.group_by(["topic", "partition"]).aggregate([("offset", "min_max")])
        self._spans = {
            (span["topic"], span["partition"]): range(
                span["offset_min_max"]["min"], span["offset_min_max"]["max"] + 1
            )
            for span in spans.to_pylist()
        }

    async def run(self, settings: Settings, until: float) -> LetterComparison:
        """Compare until nothing is missing, or the loop's clock says `until`.

        Raises NoDeadLettersTopicError.
        """
        loop = asyncio.get_running_loop()
        while True:
            ends = await end_offsets(settings)
            found = [
                _letter(each)
                async for each in read(settings, LetterSelection(), ends)
                if self._concerns(each)
            ]
            comparison = compare_letters(self.spoiled, found)
            if not comparison.missing or loop.time() >= until:
                return comparison
            await asyncio.sleep(min(_PAUSE_SECONDS, max(until - loop.time(), 0)))

    def _concerns(self, letter: DeadLetter) -> bool:
        """Return whether a letter is of this fleet's stretch, not of other producers or times."""
        origin = (letter.topic, letter.origin_partition, letter.origin_offset)
        if origin in self._origins:
            return True
        span = self._spans.get((letter.topic, letter.origin_partition), range(0))
        return letter.key in self._keys and letter.origin_offset in span


def _letter(letter: DeadLetter) -> Letter:
    return Letter(
        letter.topic or "",
        -1 if letter.origin_partition is None else letter.origin_partition,
        -1 if letter.origin_offset is None else letter.origin_offset,
        letter.reason or "",
        (letter.left_out or Contents.of(letter.value)).sha256,
    )
