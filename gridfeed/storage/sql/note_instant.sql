-- What these partitions publish next is later than this.
UPDATE ingest_source s SET recorded_at = $2 WHERE s.source_id = ANY ($1::integer[])
