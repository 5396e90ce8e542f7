"""Query parameters common to several paths, above all to the CDS listings."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import ConfigDict

from api.reading.cursor import Cursor
from api.reading.session import Session
from api.web.parameters import Instant, Parameters, Text, Words, cursor_of, told
from gridfeed.domain.calendar.instants import rfc3339

LIST = "Space-separated list; an object matches if it has any of the items."


def any_of(what: str, example: str) -> Any:
    """Return the field of a list of values, any of which an object may have."""
    return told(f"{what}. {LIST}", example)


def place(*shape: type) -> Any:
    """Return the field of the cursor in `next` and `previous`, for sort keys of these types."""
    began = datetime(2026, 3, 1, tzinfo=UTC)
    example = Cursor(began, tuple(kind() for kind in shape), backwards=False)
    text = "Opaque mark of a place in the listing, from `next` or `previous`."
    return told(text, example.encode())


MeterNumbers = Annotated[Words, any_of("Meter numbers", "serf-east-1")]
MeterNumber = Annotated[Words, any_of("The same as meter_numbers", "serf-east-1 serf-east-2")]
MeterDeviceIds = Annotated[Words, any_of("Ids of meter devices", "md-serf-east-1")]
ProjectIds = Annotated[Words, any_of("Ids of production projects", "serf-east")]
AccountIds = Annotated[Words, any_of("Ids of accounts", "ac-default")]
AccountNumbers = Annotated[Words, any_of("Numbers of accounts", "A-1001")]
ContractIds = Annotated[Words, any_of("Ids of service contracts", "sc-serf-east")]
ContractNumbers = Annotated[Words, any_of("Numbers of service contracts", "PPA-7 PPA-8")]
PointIds = Annotated[Words, any_of("Ids of service points", "sp-serf-east-1")]
PointNumbers = Annotated[Words, any_of("Numbers of service points", "serf-east-1")]
Contained = Annotated[
    Text, told("Text to find in an object; upper and lower case are equal.", "serf")
]
#: The cursor of listings in the order: last modified first, then by id.
AgeCursor = Annotated[Cursor | None, cursor_of(int, str), place(int, str)]
AsOf = Annotated[
    Instant,
    told(
        "Answer the values published at this RFC 3339 date-time, which must not be in the future."
        " All other parameters then apply to these values. Projects, meters, contracts and names of"
        " runs are the present ones. All values of open intervals are kept for"
        " GRIDFEED_OPEN_DETAIL_HOURS, then one a minute for GRIDFEED_OPEN_HISTORY_DAYS; for earlier"
        " instants, an interval is left out if it was open then and has changed since. For instants"
        " a few seconds ago, values may still arrive.",
        "2026-03-02T12:00:00Z",
    ),
]


class Listed(Parameters):
    """The query parameters of a path of the specification; unknown parameters are ignored.

    It must be the last of several bases, because pydantic takes the settings of the last base.
    """

    model_config = ConfigDict(extra="ignore")


class Dated(Parameters):
    """The query parameters of a path that also answers with the data of an earlier instant."""

    as_of: AsOf = None

    def refuse_future(self, session: Session) -> None:
        """Raise ProblemError 400 if `as_of` lies in the future.

        The clock is the database's, which also stamps published values.
        """
        if self.as_of and self.as_of > session.opened_at:
            now = rfc3339(session.opened_at)
            fault = f"it is later than now, {now}; give an instant in the past"
            raise self.refused("as_of", fault)


def together(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the union of two spellings of one list; None if neither is given."""
    if one is None and other is None:
        return None
    return tuple(dict.fromkeys((one or ()) + (other or ())))
