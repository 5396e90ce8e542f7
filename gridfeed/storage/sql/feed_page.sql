-- The feed after a position, but never past a transaction in flight: it might commit later and add
-- rows behind a reader that has already passed. Returns at least one row, with the floor, so that
-- floor and changes come from one snapshot. A meter may change project within a change: the pieces
-- say which intervals started while the meter belonged to which project.
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
  WHERE (c.xid, c.seq) > (:after_xid::xid8, :after_seq::bigint) AND (c.xid, c.seq) > (f.xid, f.seq)
    AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY c.xid, c.seq
  LIMIT :limit
) AS c ON true
LEFT JOIN meter m USING (meter_id)
LEFT JOIN LATERAL (
  SELECT array_agg(b.cds_productionproject_id ORDER BY e.begins_at) AS projects,
    array_agg(p.units ORDER BY e.begins_at) AS units,
    array_agg(e.begins_at ORDER BY e.begins_at) AS froms,
    array_agg(e.finishes_at ORDER BY e.begins_at) AS tos
  FROM membership b
  JOIN project p USING (cds_productionproject_id)
  CROSS JOIN LATERAL (
    SELECT
      CASE WHEN b.starts_at <= c.interval_from THEN c.interval_from
        ELSE c.interval_from + c.interval_seconds * interval '1 second'
          * ceil(extract(epoch FROM b.starts_at - c.interval_from) / c.interval_seconds)
      END AS begins_at,
      CASE WHEN b.ends_at >= c.interval_to THEN c.interval_to
        ELSE c.interval_from + c.interval_seconds * interval '1 second'
          * ceil(extract(epoch FROM b.ends_at - c.interval_from) / c.interval_seconds)
      END AS finishes_at
  ) AS e
  WHERE b.meter_id = c.meter_id AND b.starts_at < c.interval_to AND b.ends_at > c.interval_from
    AND e.begins_at < e.finishes_at
) AS s ON true
ORDER BY c.xid, c.seq
