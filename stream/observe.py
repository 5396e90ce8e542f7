"""What a worker counts."""

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("gridfeed_ingest_records", "Messages handled", ["topic"])
REJECTED = Counter("gridfeed_ingest_rejected", "Messages sent to dead.letters", ["topic", "reason"])
CHANGES = Counter("gridfeed_changes", "Changes of published values", ["stream"])
RETRIES = Counter("gridfeed_retries", "Attempts that failed for a passing reason", ["error"])
FENCED = Counter("gridfeed_fenced", "Writes refused because another worker owns the partition")
ROWS_IN_MEMORY = Gauge("gridfeed_working_set_rows", "Samples in memory", ["topic", "partition"])
LAG = Gauge("gridfeed_lag_records", "Messages in the log not handled yet", ["topic", "partition"])
REMOVED = Counter(
    "gridfeed_open_history_removed", "Former values of open intervals removed", ["unit"]
)
LOOP_LAG = Histogram("gridfeed_loop_lag_seconds", "How late the event loop runs")
PUBLISH_SECONDS = Histogram("gridfeed_publish_seconds", "Time to publish one partition", ["stream"])
CPU_SECONDS = Histogram(
    "gridfeed_batch_seconds", "Time to decode and validate one batch", ["stream"]
)
