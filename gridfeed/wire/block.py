"""Read many records as the one block of an Avro object container file, into columns.

The messages go in whole: the framing is read as a field of fixed length in front of the others.
"""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import polars as pl

from gridfeed.wire.layout import Slot

_SYNC = b"gridfeed-one-blk"


def read_block(
    messages: memoryview, count: int, layout: tuple[Slot, ...], framing: int, fields: Iterable[str]
) -> pl.DataFrame:
    """Return the named fields of `count` messages that lie end to end.

    Each message must be known to be `framing` bytes and one record of the layout: polars panics,
    and says so on stderr, where a length leads out of the block. Integers and enum indices come as
    Int64, strings as Binary.
    """
    names = {slot.name: f"f{place}" for place, slot in enumerate(layout)}
    head = b"".join(
        (
            b"Obj\x01",
            _long(1) + _counted(b"avro.schema") + _counted(_schema(layout, framing)),
            _long(0) + _SYNC,
            _long(count) + _long(len(messages)),
        )
    )
    wanted = {names[field]: field for field in fields}
    block = BytesIO(b"".join((head, messages, _SYNC)))
    return pl.read_avro(block, columns=list(wanted)).rename(wanted)


def _schema(layout: tuple[Slot, ...], framing: int) -> bytes:
    fields = [{"name": "framing", "type": {"type": "fixed", "name": "framing", "size": framing}}]
    fields += [
        {"name": f"f{place}", "type": _type(place, slot)}
        for place, slot in enumerate(layout)
        if slot.width or slot.physical != "fixed"
    ]
    return json.dumps({"type": "record", "name": "message", "fields": fields}).encode()


def _type(place: int, slot: Slot) -> Any:
    physical: Any = slot.physical
    if slot.physical == "fixed":
        physical = {"type": "fixed", "name": f"t{place}", "size": slot.width}
    if slot.null_branch is None:
        return physical
    return ["null", physical] if slot.null_branch == 0 else [physical, "null"]


def _long(number: int) -> bytes:
    """Return a number >= 0 as an Avro long."""
    number <<= 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _counted(text: bytes) -> bytes:
    return _long(len(text)) + text
