"""Parameters of everything that reads the change feed."""

from typing import Any

from api.feed.audience import FeedRequest, Some
from api.web.parameters import Given, Parameter, once, words, words_of
from gridfeed.domain.published.feed_position import OLDEST, Position, position
from gridfeed.domain.words import ChangeKind, ProductionFormat

_VALUES = "values"
EXAMPLE_ID = "00000000000000000812-0000000000000000042"


def _change_id(texts: list[str]) -> Position:
    return position(once(texts).strip())


def _include(texts: list[str]) -> bool:
    for word in words(texts):
        if word != _VALUES:
            raise ValueError(f"{word!r} is not {_VALUES}")
    return True


def _coalesce(texts: list[str]) -> bool:
    text = once(texts).strip()
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


AFTER = Parameter(
    "after",
    _change_id,
    f"Changes behind this change_id: the `next` of the last answer. {OLDEST}: the oldest kept.",
    EXAMPLE_ID,
)
PROJECTS = Parameter(
    "cds_productionproject_ids", words, "Only of these projects; space-separated.", "serf-east"
)
METERS = Parameter(
    "meter_numbers", words, "Only of these meters; space-separated.", "serf-east-1 serf-east-2"
)
FORMATS = Parameter(
    "production_formats",
    words_of(ProductionFormat),
    "Only of these production formats; space-separated.",
    "scada settlement",
)
KINDS = Parameter(
    "kinds", words_of(ChangeKind), "Only of these kinds; space-separated.", "CORRECTED FINALIZED"
)
INCLUDE = Parameter(
    "include",
    _include,
    "`values`: with each change the values of its intervals, as it published them.",
    _VALUES,
    {"type": "string", "enum": [_VALUES]},
)
COALESCE = Parameter(
    "coalesce",
    _coalesce,
    "`true`: where the reader is behind, one change (`coalesced` says of how many) for the updates"
    " of an interval that was still open; never of a creation, a correction or a finalisation.",
    "true",
    {"type": "boolean", "default": False},
)
FILTERS: tuple[Parameter[Any], ...] = (PROJECTS, METERS, FORMATS, KINDS, INCLUDE, COALESCE)


def feed_request(given: Given) -> FeedRequest:
    """Return what the parameters ask for. Raises ProblemError 400."""
    return FeedRequest(
        _some(given[PROJECTS]),
        _some(given[METERS]),
        _some(given[FORMATS]),
        _some(given[KINDS]),
        given[INCLUDE] or False,
        given[COALESCE] or False,
    )


def _some(found: tuple[str, ...] | None) -> Some:
    return None if found is None else frozenset(map(str, found))
