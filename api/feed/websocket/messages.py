"""What goes over the WebSocket, both ways."""

from typing import Annotated, Literal, TypeAlias, cast

from msgspec import UNSET, Meta, Raw, UnsetType
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from api.feed.audience import FeedRequest, Some
from api.feed.changes.answer import Change
from api.feed.events import Event
from api.web.access.goodbye import RECONNECT, REGRANTED, REVOKED, SLOW
from api.web.json_faults import fault_in
from api.web.shapes import Shape, means
from gridfeed.domain.published.feed_position import OLDEST, Position, position
from gridfeed.domain.words import ChangeKind, ProductionFormat

#: Words that a filter takes.
MOST_WORDS = 1000
MOST_WINDOW = 100_000


def _position(text: object) -> Position:
    if not isinstance(text, str):
        raise ValueError("must be a change_id, which is a string")  # noqa: TRY004 - pydantic's
    return position(text)


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Cursor = Annotated[
    Position,
    BeforeValidator(_position),
    WithJsonSchema(
        {"type": "string", "description": f"a change_id, or {OLDEST} for the oldest kept"}
    ),
]
Words = Annotated[list[str], Field(max_length=MOST_WORDS)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filter(_Message):
    """Only changes that match every given member."""

    cds_productionproject_ids: Words | None = None
    meter_numbers: Words | None = None
    production_formats: list[ProductionFormat] | None = None
    kinds: list[ChangeKind] | None = None


class Subscribe(_Message):
    """Follow the feed under a name of your own.

    after: None begins with the next new change. window: most changes sent but not acknowledged;
    None: as many as the connection takes.
    """

    type: Literal["subscribe"]
    subscription: Name
    after: Cursor | None = None
    filter: Filter = Filter()
    include: list[Literal["values"]] = []
    coalesce: bool = False
    window: Annotated[int, Field(ge=1, le=MOST_WINDOW)] | None = None

    def request(self) -> FeedRequest:
        """Return what it asks for."""
        chosen = self.filter
        return FeedRequest(
            _some(chosen.cds_productionproject_ids),
            _some(chosen.meter_numbers),
            _some(chosen.production_formats),
            _some(chosen.kinds),
            bool(self.include),
            self.coalesce,
        )


class Unsubscribe(_Message):
    """End a subscription."""

    type: Literal["unsubscribe"]
    subscription: Name


class Acknowledge(_Message):
    """The client has handled every change up to this one."""

    type: Literal["ack"]
    subscription: Name
    change_id: Cursor


FromClient: TypeAlias = Annotated[
    Subscribe | Unsubscribe | Acknowledge, Field(discriminator="type")
]
_FROM_CLIENT: TypeAdapter[FromClient] = TypeAdapter(FromClient)
_KINDS: dict[str, type[_Message]] = {
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
    "ack": Acknowledge,
}


#: Why the server ends a connection.
ENDINGS = (RECONNECT, REGRANTED, REVOKED, SLOW)
Named = Annotated[str, means("name that the client chose")]
Cursors = Annotated[dict[str, str], means("cursor of each subscription")]


class Said(Shape, tag_field="type", tag=str.lower):
    """A message to the client."""


class Subscribed(Said):
    """The subscription has begun."""

    subscription: Named
    after: Annotated[str, means("its cursor")]


class Unsubscribed(Said):
    """The subscription has ended."""

    subscription: Named
    cursor: Annotated[str, means("its last cursor")]


class SubscribedChange(Said, tag="change"):
    """A change, as the server-sent event has it."""

    subscription: Named
    event: Annotated[
        str,
        Meta(extra_json_schema={"enum": [*map(str, ChangeKind)]}),
        means("kind of change"),
    ]
    id: Annotated[str, means("change_id")]
    data: Annotated[Change, means("the change")]


class Heartbeat(Said):
    """The connection is alive."""

    cursors: Cursors


class Error(Said):
    """The server did not understand a message, or refused it."""

    detail: Annotated[str, means("why")]
    subscription: Named | UnsetType = UNSET


class Resync(Said):
    """The subscription's cursor is too old; it has ended."""

    subscription: Named
    detail: Annotated[str, means("why")]
    oldest: Annotated[str, means("the oldest cursor from which no change is missing")]
    newest: Annotated[str, means("the cursor to continue from")]
    resynchronise: Annotated[list[str], means("what to do, step by step")]


class Farewell(Shape):
    """The server ends the connection, with the code in x-close-codes."""

    type: Annotated[str, Meta(extra_json_schema={"enum": [each.reason for each in ENDINGS]})]
    detail: Annotated[str, means("what to do")]
    cursors: Cursors


class BadMessageError(Exception):
    """Not a message of the protocol; says what is wrong."""


def read(text: str | bytes) -> Subscribe | Unsubscribe | Acknowledge:
    """Return the message. Raises BadMessageError."""
    try:
        return _FROM_CLIENT.validate_json(text)
    except ValidationError as error:
        raise BadMessageError(_fault(error.errors(include_url=False)[0])) from None


def _fault(found: ErrorDetails) -> str:
    """Return what is wrong; the first place of a fault in a known message is its type."""
    if found["loc"]:
        kind = _KINDS[str(found["loc"][0])]
        return fault_in({**found, "loc": found["loc"][1:]}, kind, "the message").text
    if found["type"] == "json_invalid":
        return f"the message is not JSON: {found['ctx']['error']}"
    return f"a message is an object whose type is one of {', '.join(_KINDS)}"


def subscribed_change(subscription: str, event: Event) -> SubscribedChange:
    """Return a change as a message. Its JSON text is made once for all who see it."""
    data = cast("Change", Raw(event.data))
    return SubscribedChange(subscription=subscription, event=event.kind, id=event.id, data=data)


def _some(found: list[str] | list[ProductionFormat] | list[ChangeKind] | None) -> Some:
    return None if found is None else frozenset(map(str, found))
