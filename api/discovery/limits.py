"""Every limit of the API in one table, made of the numbers that are enforced."""

from datetime import timedelta

from api.comparisons import every_vintage
from api.comparisons import parameters as derived_parameters
from api.comparisons.reconciliation import routes as reconciliation
from api.comparisons.series import routes as series
from api.comparisons.validation import routes as validation
from api.feed.changes import routes as changes
from api.feed.websocket import socket
from api.lineage import explained as lineage
from api.meters.registers import query as register_reads
from api.meters.registers import routes as registers
from api.meters.telemetry import query as telemetry
from api.meters.telemetry.routes import LONGEST_RANGE as TELEMETRY_RANGE
from api.reading.database import STATEMENT_SECONDS
from api.reading.page import PAGE_SIZE
from api.web.limits import Limit
from api.web.parameters import MAX_ITEMS
from api.web.transport.connection import MOST_HEAD_BYTES
from api.web.transport.front import MAX_URL_BYTES
from api.webhooks import body, own
from gridfeed.settings import Settings

MOST_VALUES: int = Settings.model_fields["table_values"].default
NARROW = "400"
NEXT = "`next` continues"


def _days(span: timedelta) -> str:
    return f"{span.days} days"


LIMITS = (
    Limit("length of a URL", f"{MAX_URL_BYTES:,} bytes", "414"),
    Limit("head of a request", f"{MOST_HEAD_BYTES:,} bytes", "431"),
    Limit("items of a space-separated list", f"{MAX_ITEMS:,}", NARROW),
    Limit("page of a listing under `/cds/v1`", f"{PAGE_SIZE} objects", NEXT),
    Limit(
        "a table of usage segments: stored values",
        f"{MOST_VALUES:,}, or `GRIDFEED_TABLE_VALUES`",
        NARROW,
    ),
    Limit("`/v1/changes`: `limit`", f"{changes.MOST_CHANGES:,} changes", NARROW),
    Limit("`/v1/changes`: `wait`", f"{changes.MOST_SECONDS} s", NARROW),
    Limit("subscriptions of a WebSocket", f"{socket.MOST_SUBSCRIPTIONS}", "a message `error`"),
    Limit("webhooks of a client", f"{own.MOST}", "409"),
    Limit("body of a request about webhooks", f"{body.MOST_BYTES:,} bytes", "413"),
    Limit("`/v1/telemetry`: from `start` to `end`", _days(TELEMETRY_RANGE), NARROW),
    Limit(
        "page of `/v1/telemetry`",
        f"the interval that reaches {telemetry.PAGE_SAMPLES:,} samples",
        NEXT,
    ),
    Limit(
        "page of a lineage",
        f"{lineage.PAGE_INTERVALS} intervals or {lineage.PAGE_SAMPLES:,} samples",
        NEXT,
    ),
    Limit("`/v1/validation`: from `start` to `end`", _days(validation.LONGEST_RANGE), NARROW),
    Limit("`/v1/registers`: from `start` to `end`", _days(registers.LONGEST_RANGE), NARROW),
    Limit("`/v1/registers`: reads", f"{register_reads.MOST_READS:,}", NARROW),
    Limit("derived views: rows", f"{derived_parameters.MOST_ROWS:,}", NARROW),
    Limit(
        "`/v1/forecast-accuracy` of all vintages: stored intervals to read",
        f"{derived_parameters.MOST_INTERVALS:,}",
        NARROW,
    ),
    Limit(
        "other derived views: stored intervals to sum or to count, once for each choice of values",
        f"{derived_parameters.MOST_SUMMED:,}",
        NARROW,
    ),
    Limit("`/v1/series`: `settlement` or `vintage`", f"{series.MOST_CHOICES} choices", NARROW),
    Limit(
        "`/v1/reconciliation` by interval", f"{reconciliation.MOST_INTERVAL_ROWS:,} rows", NARROW
    ),
    Limit("`/v1/forecast-accuracy` of all vintages", f"{every_vintage.MOST_ROWS:,} values", NARROW),
    Limit("one statement in the database", f"{STATEMENT_SECONDS} s", "503"),
)
