-- Whether this worker still owns the partition; changes and locks nothing.
SELECT source_id FROM ingest_source WHERE source_id = :source_id AND epoch = :epoch
