"""Query parameters that several CDS listings share."""

from datetime import UTC, datetime

from api.reading.cursor import Cursor
from api.reading.session import Session
from api.web import parameters
from api.web.parameters import Given, Parameter, instant, once, words
from gridfeed.domain.calendar.instants import rfc3339

LIST = "Space-separated list; an object matches if it has any of them."

BEFORE = Parameter(
    "before",
    instant,
    "Keep segments whose segment_start is at or before this RFC 3339 date-time.",
    "2026-03-02T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
AFTER = Parameter(
    "after",
    instant,
    "Keep segments whose segment_end is at or after this RFC 3339 date-time.",
    "2026-03-01T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
METER_NUMBERS = Parameter("meter_numbers", words, f"Meter numbers. {LIST}", "serf-east-1")
METER_NUMBER = Parameter(
    "meter_number", words, f"The same as meter_numbers. {LIST}", "serf-east-1 serf-east-2"
)
METERDEVICE_IDS = Parameter(
    "cds_meterdevice_ids", words, f"Ids of meter devices. {LIST}", "md-serf-east-1"
)
PROJECT_IDS = Parameter(
    "cds_productionproject_ids", words, f"Ids of production projects. {LIST}", "serf-east"
)
ACCOUNT_IDS, ACCOUNT_NUMBERS, CONTRACT_IDS, CONTRACT_NUMBERS, POINT_IDS, POINT_NUMBERS = (
    Parameter(name, words, f"{text}. {LIST}", example)
    for name, text, example in (
        ("cds_account_ids", "Ids of accounts", "ac-default"),
        ("account_numbers", "Numbers of accounts", "A-1001"),
        ("cds_servicecontract_ids", "Ids of service contracts", "sc-serf-east"),
        ("contract_numbers", "Numbers of service contracts", "PPA-7 PPA-8"),
        ("cds_servicepoint_ids", "Ids of service points", "sp-serf-east-1"),
        ("servicepoint_numbers", "Numbers of service points", "serf-east-1"),
    )
)
AS_OF = Parameter(
    "as_of",
    instant,
    "Answer what was published at this RFC 3339 date-time, which must not be later than now. All"
    " other parameters then choose from that. Projects, meters, contracts and names of runs are"
    " today's. Values that an interval had while it was still open are kept for"
    " GRIDFEED_OPEN_HISTORY_DAYS: of earlier instants, intervals that were open then and changed"
    " since are left out. Of the last seconds, what was being written may still come.",
    "2026-03-02T12:00:00Z",
    {"type": "string", "format": "date-time"},
)
MODIFIED_AFTER = Parameter(
    "modified_after",
    instant,
    "Keep segments whose cds_modified is later than this RFC 3339 date-time.",
    "2026-03-02T12:00:00Z",
    {"type": "string", "format": "date-time"},
)
Q = Parameter("q", once, "Text that must be contained, in upper or lower case.", "serf")


def no_such_objects(name: str, what: str) -> Parameter[tuple[str, ...]]:
    """Return a filter on objects that this server has none of: given, it matches nothing."""
    return Parameter(
        name, words, f"{what}. {LIST} There are none on this server: nothing matches.", "none-yet"
    )


def cursor_parameter(*shape: type) -> Parameter[Cursor]:
    """Return the parameter that `next` and `previous` carry, for keys of these types."""
    example = Cursor(
        datetime(2026, 3, 1, tzinfo=UTC), tuple(kind() for kind in shape), backwards=False
    )
    return Parameter(
        "cursor",
        parameters.cursor(*shape),
        "Opaque: where the listing goes on. Comes in `next` and `previous`.",
        example.encode(),
    )


def refuse_future(given: Given, session: Session) -> None:
    """Raise ProblemError 400 when the session is of an instant that has not come.

    The clock is the database's, which also stamps what is published.
    """
    if session.as_of and session.as_of > session.opened_at:
        now = rfc3339(session.opened_at)
        raise given.refused(AS_OF, f"it is later than now, {now}; give an instant that has passed")


def together(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the union of two spellings of one list; None when neither is given."""
    if one is None and other is None:
        return None
    return tuple(dict.fromkeys((one or ()) + (other or ())))
