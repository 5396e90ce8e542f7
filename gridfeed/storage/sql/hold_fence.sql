-- Before a transaction writes state it takes this: no row means another worker owns the
-- partition now. The row lock makes a new owner wait for this transaction, and a former one fail.
-- :synced_at is NULL where something is handled that is not published yet; no watermark lies ahead.
-- Returns the transaction's instant: later than any of this partition, and of every other partition
-- that the meters :meter_ids come from, even if the server's clock was set back. The xid comes
-- before the clock, so that who reads the clock later sees the transaction in flight
-- (granted.settled_until). There is no row either when the schema's version is not :schema_version,
-- the one that the writer was built for. A migration locks this table first (stop_writers), so a
-- transaction that holds the fence keeps its schema.
UPDATE ingest_source s
SET published_offset = greatest(s.published_offset, :published),
  synced_at = CASE WHEN :synced_at::timestamptz IS NULL THEN s.synced_at
    ELSE least(:synced_at, clock_timestamp()) END,
  recorded_at = greatest(clock_timestamp(), s.recorded_at + interval '1 microsecond', (
    SELECT max(o.recorded_at) + interval '1 microsecond'
    FROM meter_source ms JOIN ingest_source o USING (source_id)
    WHERE ms.meter_id = ANY (:meter_ids::integer[])))
WHERE s.source_id = :source_id AND s.epoch = :epoch AND pg_current_xact_id() IS NOT NULL
  AND (SELECT max(m.number) FROM schema_migration m) = :schema_version
RETURNING s.recorded_at
