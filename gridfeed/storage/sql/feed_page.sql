-- The feed behind a position, never past a transaction still in flight: one that commits later would
-- otherwise put its rows behind a reader who has gone on. Always at least one row, for the floor, so
-- that floor and changes are of one snapshot. A change may run over the day its meter changed
-- project: its pieces say which part belongs to whom.
SELECT f.xid AS floor_xid, f.seq AS floor_seq, c.xid, c.seq, c.kind, c.meter_id, m.meter_number,
  c.production_format, c.channel, c.interval_from, c.interval_to, c.interval_seconds,
  c.recorded_at, c.cause, c.delta_microkwh, c.observed_at, c.ingested_at, s.projects, s.units,
  s.froms, s.tos
FROM feed_floor f
LEFT JOIN LATERAL (
  SELECT c.xid, c.seq, c.kind, c.meter_id, c.production_format, c.channel, c.interval_from,
    c.interval_to, c.interval_seconds, c.recorded_at, c.cause, c.delta_microkwh, c.observed_at,
    c.ingested_at
  FROM feed c
  WHERE (c.xid, c.seq) > ($1::xid8, $2::bigint) AND (c.xid, c.seq) > (f.xid, f.seq)
    AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY c.xid, c.seq
  LIMIT $3
) AS c ON true
LEFT JOIN meter m USING (meter_id)
LEFT JOIN LATERAL (
  SELECT array_agg(b.cds_productionproject_id ORDER BY b.starts_at) AS projects,
    array_agg(p.units ORDER BY b.starts_at) AS units,
    array_agg(greatest(c.interval_from, b.starts_at) ORDER BY b.starts_at) AS froms,
    array_agg(least(c.interval_to, b.ends_at) ORDER BY b.starts_at) AS tos
  FROM membership b
  JOIN project p USING (cds_productionproject_id)
  WHERE b.meter_id = c.meter_id AND b.starts_at < c.interval_to AND b.ends_at > c.interval_from
) AS s ON true
ORDER BY c.xid, c.seq
