"""Makes messages that must be rejected, each with the expected reason; pure.

The same sample and number always give the same message. All reasons for rejecting telemetry are
covered; the other reasons belong to reads and forecasts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

from gridfeed.avro.encode import encode_telemetry
from gridfeed.avro.framing import SINGLE_OBJECT, SINGLE_OBJECT_LENGTH, single_object_header
from gridfeed.avro.schemas import fingerprint, kept
from gridfeed.domain.words import Channel, PointQuality, Reason

#: Beyond any sensible setting of GRIDFEED_FUTURE_SECONDS and GRIDFEED_RETENTION_DAYS.
_AHEAD = timedelta(days=3650)
_LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
#: Twice the largest power that is accepted for any capacity.
_TOO_MUCH_KW = 2e7


@dataclass(frozen=True, slots=True)
class Sound:
    """The sample to spoil. observed_at: aware, UTC. power_kw: generation positive."""

    meter_number: str
    observed_at: datetime
    power_kw: float

    def encoded(self, **other: object) -> bytes:
        """Return the message, with other values for some fields."""
        sample = replace(self, **other)  # type: ignore[arg-type]
        return encode_telemetry(sample.meter_number, sample.observed_at, sample.power_kw)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A message's value, its expected reason, and whether it goes to a foreign tenant's topic."""

    value: bytes
    reason: Reason
    foreign: bool = False


_Ruin = Callable[[Sound, int], bytes]


def spoil(sound: Sound, number: int, *, foreign_topic: bool) -> Spoiled:
    """Return the sample spoiled in one of the possible ways. number: chooses the way.

    foreign_topic: whether there is a topic of a tenant that the meter does not belong to.
    """
    ways = len(_WAYS) + foreign_topic
    chosen = number % ways
    if chosen == len(_WAYS):
        return Spoiled(sound.encoded(), Reason.NOT_OWNER, foreign=True)
    reason, ruin = _WAYS[chosen]
    return Spoiled(ruin(sound, number), reason)


def _cut_short(sound: Sound, number: int) -> bytes:
    value = sound.encoded()
    return value[: SINGLE_OBJECT_LENGTH + number % (len(value) - SINGLE_OBJECT_LENGTH)]


def _too_long(sound: Sound, number: int) -> bytes:
    return sound.encoded() + bytes([number % 256])


def _no_framing(sound: Sound, number: int) -> bytes:
    return b'{"meter_number": "%s", "nonce": %d}' % (sound.meter_number.encode(), number)


def _nothing(_: Sound, __: int) -> bytes:
    return b""


def _no_such_quality(sound: Sound, number: int) -> bytes:
    value = bytearray(sound.encoded())
    value[-2] = 2 * (len(PointQuality) + number % 32)
    return bytes(value)


def _no_such_channel(sound: Sound, number: int) -> bytes:
    value = bytearray(sound.encoded())
    value[-1] = 2 * (len(Channel) + number % 32)
    return bytes(value)


def _no_utf8(sound: Sound, _: int) -> bytes:
    value = bytearray(sound.encoded())
    value[SINGLE_OBJECT_LENGTH + 1] = 0xFF
    return bytes(value)


def _unknown_fingerprint(sound: Sound, number: int) -> bytes:
    body = sound.encoded()[SINGLE_OBJECT_LENGTH:]
    return SINGLE_OBJECT + number.to_bytes(8, "little") + body


def _other_record(sound: Sound, _: int) -> bytes:
    header = single_object_header(fingerprint(kept().reader("Forecast")))
    return header + sound.encoded()[SINGLE_OBJECT_LENGTH:]


def _unknown_meter(sound: Sound, number: int) -> bytes:
    return sound.encoded(meter_number=f"{sound.meter_number}-undeclared-{number % 10}")


def _not_finite(sound: Sound, number: int) -> bytes:
    return sound.encoded(power_kw=(nan, inf, -inf)[number // 7 % 3])


def _future(sound: Sound, number: int) -> bytes:
    return sound.encoded(observed_at=sound.observed_at + _AHEAD + timedelta(seconds=number % 3600))


def _too_late(sound: Sound, number: int) -> bytes:
    return sound.encoded(observed_at=_LONG_AGO + timedelta(seconds=number % 3600))


def _out_of_range(sound: Sound, number: int) -> bytes:
    return sound.encoded(power_kw=(_TOO_MUCH_KW, -_TOO_MUCH_KW)[number // 7 % 2])


_WAYS: Sequence[tuple[Reason, _Ruin]] = (
    (Reason.UNDECODABLE, _cut_short),
    (Reason.UNDECODABLE, _too_long),
    (Reason.UNDECODABLE, _no_framing),
    (Reason.UNDECODABLE, _nothing),
    (Reason.UNDECODABLE, _no_such_quality),
    (Reason.UNDECODABLE, _no_such_channel),
    (Reason.UNDECODABLE, _no_utf8),
    (Reason.UNKNOWN_SCHEMA, _unknown_fingerprint),
    (Reason.UNKNOWN_SCHEMA, _other_record),
    (Reason.UNKNOWN_METER, _unknown_meter),
    (Reason.NOT_FINITE, _not_finite),
    (Reason.FUTURE_TIMESTAMP, _future),
    (Reason.TOO_LATE, _too_late),
    (Reason.OUT_OF_RANGE, _out_of_range),
)
