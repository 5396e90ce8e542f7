"""What somebody sees of a change; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from gridfeed.storage.feed import FeedChange, FeedValue, Piece


@dataclass(frozen=True, slots=True)
class Part:
    """Those pieces of a change that one sees, at least one, in order of time.

    Between two of them the meter may have belonged to somebody else.
    """

    pieces: tuple[Piece, ...]

    @property
    def cds_productionproject_id(self) -> str:
        """Return the earliest project, in whose name it is told."""
        return self.pieces[0].cds_productionproject_id

    @property
    def units(self) -> str:
        """Return the earliest project's units."""
        return self.pieces[0].units

    @property
    def interval_from(self) -> datetime:
        """Return the start of the first interval."""
        return self.pieces[0].interval_from

    @property
    def interval_to(self) -> datetime:
        """Return the end of the last interval."""
        return self.pieces[-1].interval_to

    def is_whole(self, change: FeedChange) -> bool:
        """Tell whether no interval of the change is missing."""
        ends = (self.interval_from, self.interval_to) == (change.interval_from, change.interval_to)
        return ends and all(a.interval_to == b.interval_from for a, b in pairwise(self.pieces))

    def of(self, values: Sequence[FeedValue]) -> Iterator[FeedValue]:
        """Yield those of the change's values that belong to the pieces, by project and by time.

        The values may have been read later than the pieces, when other projects were declared.
        """
        for value in values:
            for piece in self.pieces:
                if (
                    value.cds_productionproject_id == piece.cds_productionproject_id
                    and piece.interval_from <= value.interval_start < piece.interval_to
                ):
                    yield value
