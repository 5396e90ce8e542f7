-- The feed after a cursor, never past a transaction still in flight: one that commits later would
-- otherwise put its rows behind a reader who has gone on.
SELECT c.xid, c.seq, c.kind, m.meter_number, c.cds_productionproject_id, p.units,
  c.production_format, c.channel, c.interval_from, c.interval_to, c.interval_seconds,
  c.recorded_at, c.cause, c.delta_microkwh
FROM change c
JOIN meter m USING (meter_id)
JOIN project p USING (cds_productionproject_id)
WHERE (c.xid, c.seq) > ($1::xid8, $2::bigint)
  AND c.xid < granted.oldest_in_flight()
ORDER BY c.xid, c.seq
LIMIT $3
