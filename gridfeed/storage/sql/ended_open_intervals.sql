-- The intervals whose last former open value was replaced in [:since, :before), and how many former
-- open values each has.
SELECT e.meter_id, e.production_format, e.channel, e.interval_start, n.rows
FROM (
  SELECT DISTINCT v.meter_id, v.production_format, v.channel, v.interval_start
  FROM open_version v
  WHERE v.replaced_at >= :since AND v.replaced_at < :before
) AS e
CROSS JOIN LATERAL (
  SELECT count(*) AS rows, max(v.replaced_at) AS last_replaced_at
  FROM open_version v
  WHERE v.meter_id = e.meter_id AND v.production_format = e.production_format
    AND v.channel = e.channel AND v.interval_start = e.interval_start
) AS n
WHERE n.last_replaced_at < :before
