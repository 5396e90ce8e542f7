-- The next values that these partitions publish get a later instant than this.
UPDATE ingest_source s SET recorded_at = :recorded_at
  WHERE s.source_id = ANY (:source_ids::integer[])
