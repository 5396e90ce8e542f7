-- When the newest reading behind a change was observed (samples), read (settlement) or issued
-- (forecasts), and when the broker appended the newest message behind it. NULL where no message is
-- behind a change: intervals that became final, edits, estimates, and all that was recorded before.
ALTER TABLE change
  ADD COLUMN observed_at timestamptz,
  ADD COLUMN ingested_at timestamptz;

CREATE OR REPLACE VIEW granted.change AS
SELECT c.xid, c.seq, c.kind, c.meter_id, b.cds_productionproject_id, c.production_format, c.channel,
  greatest(c.interval_from, b.starts_at) AS interval_from,
  least(c.interval_to, b.ends_at) AS interval_to,
  c.interval_seconds, c.recorded_at, c.cause,
  CASE WHEN c.interval_from >= b.starts_at AND c.interval_to <= b.ends_at
    THEN c.delta_microkwh END AS delta_microkwh,
  c.observed_at, c.ingested_at
FROM public.change c
CROSS JOIN LATERAL (
  SELECT (array_agg(m.cds_productionproject_id ORDER BY m.starts_at))[1] AS cds_productionproject_id,
    min(m.starts_at) AS starts_at, max(m.ends_at) AS ends_at
  FROM granted.membership m
  WHERE m.meter_id = c.meter_id AND m.starts_at < c.interval_to AND m.ends_at > c.interval_from
) AS b
WHERE c.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND b.cds_productionproject_id IS NOT NULL;

-- The feed as it was written, for those who narrow it themselves: granted.change asks of every row
-- which projects it belongs to, which is too much for a reader of all of them. To the API's role it
-- is empty unless everything is granted.
CREATE VIEW feed AS
SELECT c.xid, c.seq, c.kind, c.meter_id, c.production_format, c.channel, c.interval_from,
  c.interval_to, c.interval_seconds, c.recorded_at, c.cause, c.delta_microkwh, c.observed_at,
  c.ingested_at
FROM change c;

CREATE VIEW granted.feed AS
SELECT c.xid, c.seq, c.kind, c.meter_id, c.production_format, c.channel, c.interval_from,
  c.interval_to, c.interval_seconds, c.recorded_at, c.cause, c.delta_microkwh, c.observed_at,
  c.ingested_at
FROM public.change c
WHERE (SELECT granted.every_project())
  AND c.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);
GRANT SELECT ON granted.feed TO gridfeed_reader;

-- Up to where the feed stands in segments.changes: moved only after Kafka has acknowledged.
CREATE TABLE changes_out (
  topic text PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT '0',
  seq bigint NOT NULL DEFAULT 0,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
