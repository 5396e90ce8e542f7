"""The change feed as JSON; pure. Generation is positive here, as it was streamed."""

import re
from collections.abc import Sequence

import orjson

from api.represent.amounts import DECIMALS, decimal_texts
from api.represent.page import JSON_OPTIONS
from api.shapes import Change

#: Before every change; what a reader who has none yet gives as `after`.
OLDEST = "0"
_CHANGE_ID = re.compile(r"(\d{1,20})-(\d{1,19})", re.ASCII)
_MAX_XID, _MAX_SEQ = 2**64 - 1, 2**63 - 1


def change_id(xid: int, seq: int) -> str:
    """Return the id of a change: text order is feed order (20 and 19 digits hold every value)."""
    return f"{xid:020d}-{seq:019d}"


def position(text: str) -> tuple[int, int]:
    """Return the (xid, seq) of a change id, or of OLDEST. Raises ValueError for other text."""
    if text == OLDEST:
        return 0, 0
    match = _CHANGE_ID.fullmatch(text)
    if match is None or int(match[1]) > _MAX_XID or int(match[2]) > _MAX_SEQ:
        raise ValueError(f"{text!r} is not a change_id; give one of the feed, or {OLDEST}")
    return int(match[1]), int(match[2])


def feed(changes: Sequence[Change], after: str) -> bytes:
    """Return the JSON text of changes that follow `after`."""
    rows = [_change(change) for change in changes]
    document = {"changes": rows, "next": rows[-1]["change_id"] if rows else after}
    return orjson.dumps(document, option=JSON_OPTIONS)


def _change(change: Change) -> dict[str, object]:
    (delta,) = decimal_texts([change.delta_microkwh], DECIMALS[change.units])
    return {
        "change_id": change_id(change.xid, change.seq),
        "kind": change.kind,
        "meter_number": change.meter_number,
        "cds_productionproject_id": change.cds_productionproject_id,
        "production_format": change.production_format,
        "channel": change.channel,
        "interval_from": change.interval_from,
        "interval_to": change.interval_to,
        "interval_seconds": change.interval_seconds,
        "recorded_at": change.recorded_at,
        "cause": change.cause,
        "delta_energy": orjson.Fragment(delta),
        "units": change.units,
    }
