-- A transaction runs this before it writes state. No row: another worker owns the partition now.
-- The row lock makes a new owner wait for this transaction, and makes a former owner fail.
-- :synced_at is NULL if a handled message is not published yet; the watermark never runs ahead of
-- published values. Returns the transaction's instant: later than any instant of this partition and
-- of every other partition that brings the meters :meter_ids, even if the server's clock was set
-- back. The xid is assigned before the clock is read, so that a session that reads the clock later
-- sees the transaction in flight (granted.settled_until). There is also no row if the schema's
-- version is not :schema_version, for which the writer was built. A migration locks this table
-- first (stop_writers), so the schema cannot change while a transaction holds the fence.
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
