"""Decodes one message: slow, but it finally decides whether the bytes are a record."""

from io import BytesIO
from typing import Any

import fastavro

from gridfeed.avro.bounds import MalformedError, check_bounds
from gridfeed.avro.writers import Writer

_LONGEST_DETAIL = 300


class UndecodableError(ValueError):
    """Bytes that are not exactly one record of their schema, or do not fit the reader schema."""


def decode_one(body: bytes, writer: Writer) -> dict[str, Any]:
    """Return the reader's fields without logical types.

    Instants are in microseconds, decimals are bytes.

    Raises UndecodableError.
    """
    try:
        check_bounds(body, writer.schema, writer.schema["__named_schemas"])
        record = fastavro.schemaless_reader(BytesIO(body), writer.schema, writer.reader)
    except MalformedError as error:
        raise UndecodableError(str(error)) from None
    # Any error of the decoder here is the fault of this record, not of its batch.
    except Exception as error:  # noqa: BLE001
        raise UndecodableError(f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]) from None
    for name, (factor, divisor) in writer.units.items():
        record[name] = record[name] * factor // divisor
    return dict(record)
