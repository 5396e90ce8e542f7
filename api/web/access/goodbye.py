"""Why the server ends a stream, and what the client is told to do."""

from dataclasses import dataclass

#: Reconnecting clients spread over this many milliseconds, so that they do not come as one storm.
RETRY_MILLISECONDS = (500, 5_000)


@dataclass(frozen=True, slots=True)
class Goodbye:
    """reason: for programs, also the name of the server-sent event. code: of the WebSocket."""

    reason: str
    code: int
    detail: str


#: RFC 6455's registry: 1012 service restart; 4000 and up are this API's own.
RECONNECT = Goodbye(
    "reconnect", 1012, "This server stops; connect again with the last cursor, to another."
)
REVOKED = Goodbye("revoked", 4401, "The access token was revoked; ask the operator for another.")
REGRANTED = Goodbye(
    "regranted", 4403, "What the token may see has changed; connect again with the last cursor."
)
SLOW = Goodbye(
    "slow", 4408, "The client took nothing for too long; connect again with the last cursor."
)
RESYNC = Goodbye(
    "resync", 4410, "Changes behind this cursor are no longer kept; synchronise anew as shown."
)
