-- What these partitions publish next is later than this.
UPDATE ingest_source s SET recorded_at = :recorded_at
  WHERE s.source_id = ANY (:source_ids::integer[])
