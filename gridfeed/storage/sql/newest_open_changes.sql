-- The newest of all updates of the same open intervals that were recorded in [:since, :before), and
-- whether there are others.
SELECT DISTINCT ON (c.meter_id, c.production_format, c.channel, c.interval_from, c.interval_to,
    c.interval_seconds)
  c.seq, count(*) OVER (PARTITION BY c.meter_id, c.production_format, c.channel, c.interval_from,
    c.interval_to, c.interval_seconds) > 1 AS has_others
FROM change c
WHERE c.recorded_at >= :since AND c.recorded_at < :before
  AND c.kind = 'UPDATED' AND c.cause = 'samples'
ORDER BY c.meter_id, c.production_format, c.channel, c.interval_from, c.interval_to,
  c.interval_seconds, c.xid DESC, c.seq DESC
