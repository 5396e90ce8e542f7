"""Parameters of everything that reads the change feed."""

from collections.abc import Iterable
from typing import Annotated

from api.feed.audience import FeedRequest, Some
from api.web.parameters import YES_OR_NO, Parameters, Read, Words, single, told, words, words_of
from gridfeed.domain.published.feed_position import OLDEST, Position, position
from gridfeed.domain.words import ChangeKind, ProductionFormat

_VALUES = "values"
EXAMPLE_ID = "00000000000000000812-0000000000000000042"


def _include(texts: list[str]) -> bool:
    for word in words(texts):
        if word != _VALUES:
            raise ValueError(f"{word!r} is not accepted; give {_VALUES}")
    return True


class FeedParameters(Parameters):
    """Where to begin, and which changes."""

    after: Annotated[Position | None, single(position)] = told(
        f"Changes after this change_id: `next` of the last answer. {OLDEST}: from the oldest kept.",
        EXAMPLE_ID,
    )
    cds_productionproject_ids: Words = told(
        "Only changes of these projects; space-separated.", "serf-east"
    )
    meter_numbers: Words = told(
        "Only changes of these meters; space-separated.", "serf-east-1 serf-east-2"
    )
    production_formats: Annotated[
        tuple[ProductionFormat, ...] | None, words_of(ProductionFormat)
    ] = told("Only changes of these production formats; space-separated.", "scada settlement")
    kinds: Annotated[tuple[ChangeKind, ...] | None, words_of(ChangeKind)] = told(
        "Only changes of these kinds; space-separated.", "CORRECTED FINALIZED"
    )
    include: Annotated[bool | None, Read(_include, {"type": "string", "enum": [_VALUES]})] = told(
        "`values`: each change also has the values of its intervals, as it published them.", _VALUES
    )
    coalesce: Annotated[bool, YES_OR_NO] = told(
        "`true`: a slow reader gets one change for several updates of an open interval"
        " (`coalesced` counts them); creations, corrections and finalisations are never combined.",
        example=True,
        default=False,
    )

    @property
    def request(self) -> FeedRequest:
        """Return which changes are asked for."""
        return FeedRequest(
            projects=_some(self.cds_productionproject_ids),
            meters=_some(self.meter_numbers),
            production_formats=_some(self.production_formats),
            kinds=_some(self.kinds),
            values=self.include or False,
            coalesce=self.coalesce,
        )


def _some(found: Iterable[str] | None) -> Some:
    return None if found is None else frozenset(map(str, found))
