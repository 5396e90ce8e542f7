-- Whether this owner may still speak for the partition; changes and locks nothing.
SELECT source_id FROM ingest_source WHERE source_id = :source_id AND epoch = :epoch
