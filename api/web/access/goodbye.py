"""The reasons for which the server ends a stream, with the advice that the client gets."""

from dataclasses import dataclass

#: Clients reconnect after a random time within these bounds, so that they do not all come at once.
RETRY_MILLISECONDS = (500, 5_000)


@dataclass(frozen=True, slots=True)
class Goodbye:
    """A reason to end a stream.

    reason: a word for programs, also the name of the server-sent event. code: the WebSocket's close
    code.
    """

    reason: str
    code: int
    detail: str


#: 1012 is "service restart" in RFC 6455's registry; codes from 4000 on are this API's own.
RECONNECT = Goodbye(
    "reconnect", 1012, "This server stops; connect again, to another server, with the last cursor."
)
REVOKED = Goodbye("revoked", 4401, "The access token was revoked; ask the operator for another.")
REGRANTED = Goodbye(
    "regranted", 4403, "The token's grant has changed; connect again with the last cursor."
)
SLOW = Goodbye(
    "slow", 4408, "The client read nothing for too long; connect again with the last cursor."
)
RESYNC = Goodbye(
    "resync", 4410, "Changes after this cursor are no longer kept; synchronise again as shown."
)
