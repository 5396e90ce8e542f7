"""The metrics of a worker."""

from prometheus_client import Counter, Gauge, Histogram

from gridfeed.domain.published.legs import LEG_BUCKETS

REJECTED = Counter("gridfeed_ingest_rejected", "Messages sent to dead.letters", ["topic", "reason"])
CHANGES = Counter("gridfeed_changes", "Changes of published values", ["stream"])
RETRIES = Counter("gridfeed_retries", "Attempts that failed for a temporary reason", ["error"])
FENCED = Counter("gridfeed_fenced", "Writes refused because another worker owns the partition")
ROWS_IN_MEMORY = Gauge("gridfeed_working_set_rows", "Samples in memory", ["topic", "partition"])
LAG = Gauge("gridfeed_lag_records", "Messages in the log not handled yet", ["topic", "partition"])
LOST = Counter(
    "gridfeed_lost_messages",
    "Offsets that were deleted before they were handled; at most as many messages are lost",
    ["topic"],
)
LOSSES = Gauge("gridfeed_losses", "Lost stretches that nobody has acknowledged")
FEED_HELD = Gauge(
    "gridfeed_feed_held_seconds", "Age of the oldest open transaction that the feed waits for"
)
WAITING = Gauge(
    "gridfeed_waiting_seconds",
    "How long a partition has waited for an answer; without a partition: the whole worker",
    ["topic", "partition", "cause"],
)
REMOVED = Counter(
    "gridfeed_open_history_removed", "Former values of open intervals removed", ["unit"]
)
THINNED = Counter(
    "gridfeed_open_detail_thinned",
    "Values and changes of open intervals that were thinned",
    ["unit"],
)
CHANGES_REMOVED = Counter("gridfeed_changes_removed", "Changes of the feed removed", ["unit"])
CLOCK_DRIFT = Gauge(
    "gridfeed_clock_drift_seconds",
    "How far the clock of this machine, or of a broker, is ahead of the database's",
    ["clock"],
)
LOOP_LAG = Histogram("gridfeed_loop_lag_seconds", "Delay of the event loop")
PUBLISH_SECONDS = Histogram("gridfeed_publish_seconds", "Time to publish one partition", ["stream"])
CPU_SECONDS = Histogram(
    "gridfeed_batch_seconds", "Time to decode and validate one batch", ["stream"]
)
CHANGES_OUT = Counter("gridfeed_changes_out", "Changes that Kafka acknowledged, with repetitions")
CHANGES_OUT_ELECTED = Gauge(
    "gridfeed_changes_out_elected", "1 in the worker that publishes to segments.changes"
)
CHANGES_OUT_LAG = Gauge(
    "gridfeed_changes_out_lag_seconds", "Age of the oldest change not in segments.changes yet"
)
CHANGES_OUT_LOST = Counter(
    "gridfeed_changes_out_lost",
    "Times that changes were removed from the feed before they were published",
)
CHANGE_LEGS = Histogram(
    "gridfeed_change_leg_seconds",
    "Time of a change on each leg of its way, measured when it was sent",
    ["leg"],
    buckets=LEG_BUCKETS,
)
