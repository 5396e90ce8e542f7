-- Leaves the newest of all updates of the same open intervals that were recorded in
-- [:since, :before); it then has no difference, since it stands for several. Only meters whose id
-- leaves :part when divided by :parts.
WITH step AS (
  SELECT c.xid, c.seq,
    row_number() OVER (same ORDER BY c.xid DESC, c.seq DESC) AS place,
    count(*) OVER same AS steps
  FROM change c
  WHERE c.recorded_at >= :since AND c.recorded_at < :before
    AND c.kind = 'UPDATED' AND c.cause = 'samples'
    AND mod(c.meter_id, :parts::integer) = :part::integer
  WINDOW same AS (PARTITION BY c.meter_id, c.production_format, c.channel, c.interval_from,
    c.interval_to, c.interval_seconds)
), gone AS (
  DELETE FROM change c
  USING step s
  WHERE s.place > 1 AND c.xid = s.xid AND c.seq = s.seq
    AND c.recorded_at >= :since AND c.recorded_at < :before
  RETURNING 1
), merged AS (
  UPDATE change c SET delta_microkwh = NULL
  FROM step s
  WHERE s.place = 1 AND s.steps > 1 AND c.xid = s.xid AND c.seq = s.seq
    AND c.recorded_at >= :since AND c.recorded_at < :before
)
SELECT count(*) FROM gone
