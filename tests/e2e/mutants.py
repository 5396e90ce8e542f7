"""Damaged telemetry, seeded, and what is to become of it by fastavro and a few plain checks."""

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import fastavro

from gridfeed.domain.calendar.instants import EPOCH
from tests.avro.written import TEXTS, header_of, parsed

#: A stored sample: power in 10^-9 kW, quality; by meter, channel and microseconds.
Place = tuple[str, str, int]
Kept = tuple[int, str]

TEXT = TEXTS["TelemetrySample"]
HEADER = header_of(TEXT)
METERS = {f"delta-{n}": 100 for n in (1, 2, 3)}
CAPACITY_FACTOR, FUTURE_SECONDS, RETENTION_DAYS = 10, 300, 7300
QUALITIES, CHANNELS = ("GOOD", "UNCERTAIN", "BAD", "SUBSTITUTED"), ("GROSS", "STATION_LOAD", "NET")
READ_BODY = bytes.fromhex("0e64656c74612d31") + bytes(24)
Mutation = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, value: bytes) -> bytes:
    """Change up to eight bits anywhere."""
    changed = bytearray(value)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: random.Random, value: bytes) -> bytes:
    return value[: chance.randrange(len(value))]


def extended(chance: random.Random, value: bytes) -> bytes:
    return value + chance.randbytes(chance.randint(1, 40))


def overflowing(chance: random.Random, value: bytes) -> bytes:
    """Put a number of 9 to 12 bytes where the length, or the instant, begins."""
    at = chance.choice([10, 11 + value[10] // 2])
    number = bytes(chance.randrange(128, 256) for _ in range(chance.randint(8, 11)))
    return value[:at] + number + bytes([chance.randrange(128)]) + value[at + 8 :]


def misnamed(chance: random.Random, value: bytes) -> bytes:
    """Name another schema: one that is kept, or none."""
    other = header_of(TEXTS[chance.choice(["RevenueRead", "Forecast", "RegisterRead"])])
    return chance.choice([other, b"\xc3\x01" + chance.randbytes(8), b"\x00"]) + value[10:]


def swapped(chance: random.Random, value: bytes) -> bytes:
    """Put another record's body behind the header."""
    return value[:10] + READ_BODY[: chance.randint(8, len(READ_BODY))]


MUTATIONS: tuple[Mutation, ...] = (flipped, cut, extended, overflowing, misnamed, swapped)


class InvalidError(Exception):
    """Why a message is refused, as the closed list of reasons has it."""


def expected(value: bytes, now: datetime) -> tuple[Place, Kept]:
    """Return where a message's sample is stored, and what. Raises InvalidError."""
    if value[:2] == b"\xc3\x01" and len(value) >= 10:
        if value[:10] != HEADER:
            raise InvalidError("unknown_schema")
    elif value[:1] == b"\x00" and len(value) >= 5:
        raise InvalidError("unknown_schema")
    else:
        raise InvalidError("undecodable")
    record = _record(value[10:])
    refusal = _refusal(record, now)
    if refusal:
        raise InvalidError(refusal)
    place = record["meter_number"], record["channel"], record["observed_at"]
    return place, (round(record["power_kw"] * 10**9), record["quality"])


def _record(body: bytes) -> dict[str, object]:
    """Read a record, the bytes of which are all there and no more."""
    length, at = _number(body, 0)
    if not 0 <= length <= len(body) - at:
        raise InvalidError("undecodable")
    _, at = _number(body, at + length)
    quality, at = _number(body, at + 8)
    channel, at = _number(body, at)
    if at != len(body) or quality not in range(4) or channel not in range(3):
        raise InvalidError("undecodable")
    plain = parsed(TEXT.replace('"logicalType": "timestamp-micros"', '"unit": "us"'))
    try:
        return dict(fastavro.schemaless_reader(BytesIO(body), plain))
    except UnicodeDecodeError:
        raise InvalidError("undecodable") from None


def _number(body: bytes, at: int) -> tuple[int, int]:
    """Read a zig-zag number of at most 64 bits in at most ten bytes."""
    bits = 0
    for place, byte in enumerate(body[at : at + 10]):
        bits |= (byte & 0x7F) << (7 * place)
        if byte < 128:
            if bits < 1 << 64:
                return (bits >> 1) ^ -(bits & 1), at + place + 1
            break
    raise InvalidError("undecodable")


def _refusal(record: dict[str, object], now: datetime) -> str | None:
    at, power = record["observed_at"], record["power_kw"]
    assert isinstance(at, int)
    assert isinstance(power, float)
    clock = (now - EPOCH) // timedelta(microseconds=1)
    rules = {
        "unknown_meter": record["meter_number"] not in METERS,
        "not_finite": not math.isfinite(power),
        "future_timestamp": at > clock + FUTURE_SECONDS * 10**6,
        "too_late": at < clock - RETENTION_DAYS * 86_400 * 10**6,
        "out_of_range": abs(power) > 100 * CAPACITY_FACTOR,
    }
    return next((reason for reason, broken in rules.items() if broken), None)
